import Base
import Histories

/// Locks of every kind, and semaphores.
///
/// Nobody hears no more of a lock that it holds: where nobody knows about an acquisition it never
/// happens, and where nobody knows about a release it does, now or later. Else the lock would be
/// held for good by a process that is never heard of again, and the run would be over.
struct SimulatedLocks<Kind: LockKind>: SimulatedObject {
  static var functions: [StaticString] { ["acquire", "release"] }

  private struct Lock {
    /// The owner; with permits nobody asks.
    var owner: Int64 = -1
    /// How many acquisitions are not released.
    var depth: Int32 = 0
  }

  private var locks: [Lock]
  private let permits: Int32

  init(_ options: GeneratorOptions) {
    locks = Array(repeating: Lock(), count: options.keys)
    permits = Kind.hasPermits ? Int32(clamping: options.permits) : Int32.max
  }

  mutating func request(
    _ operation: inout SimulatedOperation, _ client: Holding, _ source: inout Source
  ) {
    guard client.depth > 0 else {
      operation.key = source.key()
      return
    }
    operation.key = client.key
    if Kind.isReentrant, client.depth < 3, source.below(3) == 0 { return }
    operation.code = 1
    if Kind.hasTokens { operation.input = client.token }
  }

  mutating func apply(
    _ operation: inout SimulatedOperation, _ client: Holding, _ snapshot: inout [Int64],
    _ source: inout Source
  ) -> Effect {
    let key = Int(operation.key)
    if operation.code == 1 {
      locks[key].depth -= 1
      operation.answer = operation.input
      return .done
    }
    let isFree =
      Kind.hasPermits
      ? locks[key].depth < permits
      : locks[key].depth == 0 || (Kind.isReentrant && locks[key].owner == operation.process)
    guard isFree else { return .refused }
    locks[key].depth += 1
    locks[key].owner = operation.process
    if Kind.hasTokens { operation.answer = source.fresh() }
    return .done
  }

  static func header(_ options: GeneratorOptions) -> [(String, JSON)] {
    Kind.hasPermits ? [("permits", JSON(options.permits))] : []
  }

  mutating func completed(_ operation: SimulatedOperation, _ client: inout Holding) {
    client.key = operation.key
    client.depth += operation.code == 0 ? 1 : -1
    client.token = operation.answer
  }

  func fate(of operation: SimulatedOperation, _ client: Holding) -> Fate {
    if operation.code == 0 { return client.depth == 0 ? .lost : .known }
    return client.depth == 1 ? .done : .known
  }
}

/// What distinguishes the models of the lock family.
protocol LockKind: SendableMetatype {
  static var isReentrant: Bool { get }
  static var hasTokens: Bool { get }
  static var hasPermits: Bool { get }
}

extension LockKind {
  static var isReentrant: Bool { false }
  static var hasTokens: Bool { false }
  static var hasPermits: Bool { false }
}

enum PlainLock: LockKind {}

enum ReentrantLock: LockKind {
  static var isReentrant: Bool { true }
}

enum FencedLock: LockKind {
  static var hasTokens: Bool { true }
}

enum Semaphore: LockKind {
  static var hasPermits: Bool { true }
}

extension InjectedAnomaly {
  /// A holds the lock from its acquisition until it asks for a release, which it does not do
  /// before B's acquisition has completed; whatever A and B held before.
  private static func twoHolders(_ first: Operand, _ second: Operand) -> InjectedAnomaly {
    InjectedAnomaly(
      .twoHolders, "two clients hold the lock at the same time",
      [
        Step(0, by: 0, answered: .answer(first)), Step(0, by: 1, answered: .answer(second)),
        Step(1, by: 0, answered: .acknowledged), Step(1, by: 1, answered: .acknowledged),
      ])
  }

  /// The operations of a process come one after another and all of them complete, so it holds
  /// the lock at most as often as a client of ours ever does (three times if it may come again,
  /// else once), and the last release finds that it holds nothing.
  private static func foreignRelease(depth: Int) -> InjectedAnomaly {
    InjectedAnomaly(
      .wrongRelease, "a client releases what it does not hold",
      Array(repeating: Step(1, answered: .acknowledged), count: depth + 1))
  }

  static let locks = [twoHolders(.null, .null), foreignRelease(depth: 1)]
  static let reentrantLocks = [twoHolders(.null, .null), foreignRelease(depth: 3)]

  static let fencedLocks = [
    twoHolders(.mark(0), .mark(1)),
    foreignRelease(depth: 1),
    // The second acquisition comes after the first and its token is no greater.
    InjectedAnomaly(
      .tokenNotGrowing, "a later acquisition gets a smaller token",
      [
        Step(0, answered: .answer(.mark(1))), Step(1, .mark(1), answered: .acknowledged),
        Step(0, answered: .answer(.mark(0))), Step(1, .mark(0), answered: .acknowledged),
      ]),
    // As above, with an equal one.
    InjectedAnomaly(
      .repeatedToken, "two acquisitions get the same token",
      [
        Step(0, answered: .answer(.mark(0))), Step(1, .mark(0), answered: .acknowledged),
        Step(0, answered: .answer(.mark(0))), Step(1, .mark(0), answered: .acknowledged),
      ]),
  ]

  static let semaphores = [
    // One process acquires one permit more than there are and releases none in between.
    InjectedAnomaly(.tooManyHolders, "more permits are out than there are") { permits in
      Array(repeating: Step(0, answered: .answer(.null)), count: permits + 1)
        + Array(repeating: Step(1, answered: .acknowledged), count: permits + 1)
    },
    foreignRelease(depth: 1),
  ]
}
