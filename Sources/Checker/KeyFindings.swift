import Base
import Histories

/// What was found of all keys so far, no more of each than is told.
///
/// What is kept is booked with the budget: a key whose order there is no room for is undecided, and
/// an account of one that there is no room for is only counted.
struct KeyFindings {
  /// More accounts of keys that could not be decided are only counted.
  static let mostAccounts = 1000

  private(set) var operations = 0
  private(set) var indeterminate = 0
  private(set) var statistics = SearchStatistics()
  private(set) var nanoseconds: Int64 = 0
  private var proofs: [(place: Int, answer: KeyAnswer)] = []
  /// Further violations that there was no room for.
  private(set) var omittedViolations = 0
  private var accounts: [(place: Int, account: Undecided)] = []
  private var orders: [(place: Int, witness: Witness)] = []
  private var undecidedCount = 0
  private var algorithms: Set<String> = []
  private var failure: (place: Int, error: CheckError)?
  /// Keys that did not fit beside others.
  private(set) var crowdedOut: [Int32] = []
  /// What is booked for what is kept, in bytes.
  private(set) var held: Int64 = 0
  private let budget: Budget
  private let rungs: [Rung]
  /// Keys of which no operation has an answer that some order would contradict.
  private(set) var vacuous = 0

  init(_ row: Models.Row, _ budget: Budget) {
    rungs = row.rungs
    self.budget = budget
  }

  /// Proofs of violations, in the order of the keys, whichever was done first.
  var violations: [(place: Int, answer: KeyAnswer)] { proofs.sorted { $0.place < $1.place } }

  /// The accounts of keys that could not be decided, in the order of the keys.
  var undecided: [Undecided] {
    accounts.sorted { $0.place < $1.place }.prefix(Self.mostAccounts).map(\.account)
  }

  /// Keys that could not be decided and of which there is no account.
  var omitted: Int { undecidedCount - min(accounts.count, Self.mostAccounts) }

  var isUndecided: Bool { undecidedCount > 0 }

  /// The accepted orders, in the order of the keys.
  var witnesses: [Witness] { orders.sorted { $0.place < $1.place }.map(\.witness) }

  /// What answered, in the ladder's order, joined with `+`.
  var algorithm: String {
    var used = algorithms
    var names = rungs.map(\.name).filter { used.remove($0) != nil }
    names += [Engine.depthFirst, Engine.beam, Engine.frontier].filter { used.remove($0) != nil }
    return names.isEmpty ? Engine.depthFirst : names.joined(separator: "+")
  }

  /// The error of the first key that has one.
  func requireNone() throws(CheckError) { if let failure { throw failure.error } }

  /// Notes an error.
  mutating func add(_ error: CheckError, at place: Int) {
    if failure.map({ place < $0.place }) ?? true { failure = (place, error) }
  }

  /// Notes a key that is to be tried again, alone.
  mutating func crowdOut(_ place: Int) { crowdedOut.append(Int32(truncatingIfNeeded: place)) }

  /// Notes what was found of a key; `order` is the accepted one where it is to be kept.
  mutating func add(
    _ answer: KeyAnswer, _ key: ValueID, _ tally: KeyTally,
    at place: Int, order: [Int]?
  ) {
    operations += tally.operations
    if tally.isVacuous { vacuous += 1 }
    indeterminate += tally.operations - tally.completions
    statistics.add(answer.statistics)
    nanoseconds += answer.nanoseconds
    algorithms.insert(answer.algorithm)
    switch answer.finding {
    case .order, .positions:
      guard let order else { return }
      if reserve(order.count * 8 + 96) {
        orders.append((place, Witness(key: key, order: order)))
      } else {
        giveUp(
          Undecided(
            key: key, reason: budget.memoryReason, deepest: nil, explained: 0,
            completions: tally.completions, mostOpen: 0), at: place)
      }
    case .impasse, .certificate:
      // The first is told of, whatever room there is.
      guard reserve(1024) || violations.isEmpty else {
        omittedViolations += 1
        return
      }
      proofs.append((place, answer))
    case .stopped(var account):
      account.scope = Scope(key)
      giveUp(account, at: place)
    }
  }

  private mutating func giveUp(_ account: Undecided, at place: Int) {
    undecidedCount += 1
    // The first account says why, whatever room there is.
    guard reserve(256) || accounts.isEmpty else { return }
    accounts.append((place, account))
    guard accounts.count >= 2 * Self.mostAccounts else { return }
    accounts.sort { $0.place < $1.place }
    accounts.removeLast(accounts.count - Self.mostAccounts)
    _ = reserve(-256 * Self.mostAccounts)
  }

  private mutating func reserve(_ bytes: Int) -> Bool {
    guard budget.reserve(bytes: Int64(bytes)) else { return false }
    held += Int64(bytes)
    return true
  }
}
