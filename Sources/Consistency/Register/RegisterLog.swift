import Base
import Checker
import Histories

/// Why a figure cannot be given.
public struct Untellable: Error, Sendable, Equatable, CustomStringConvertible {
  /// The reason, as the end of a sentence: `the value 3 is written twice (lines 1 and 7)`.
  public var description: String

  /// Takes the reason as the end of a sentence, without a capital or a full stop.
  public init(_ description: String) { self.description = description }
}

/// How the reads of a register are to be understood.
public struct RegisterRules: Sendable {
  /// The value before the first operation; nil when nobody knows.
  public var initial: ValueID?
  /// Whether a completed read of null saw nothing that counts.
  public var ignoresNullReads: Bool

  /// Makes rules; a register begins with null.
  public init(initial: ValueID? = ValueTable.null, ignoresNullReads: Bool = false) {
    self.initial = initial
    self.ignoresNullReads = ignoresNullReads
  }

  /// The rules that a check's options and a history's header give; an option outranks the header.
  public init(_ options: CheckOptions, _ history: History) {
    var values = history.values
    let header = history.header?["initial"].map { values.intern($0) } ?? ValueTable.null
    switch options.initial {
    case .unknown: initial = nil
    case .value(let value): initial = values.intern(value)
    case nil: initial = header
    }
    let word = options.nullRead?.rawValue ?? history.header?["nullRead"]?.string
    ignoresNullReads = word == CheckOptions.NullRead.any.rawValue
  }
}

/// One key of a register whose values are written once: clusters of a write and its reads.
///
/// A compare-and-set is a read of its old value and a write of its new one. A pending read is
/// nothing; a pending write or compare-and-set that nobody read is nothing either, one that was
/// read happened.
struct RegisterLog: Sendable {
  /// A value: what wrote it and from when it certainly was there.
  struct ValueCluster: Sendable {
    /// The operation that wrote it, or nil for the initial value.
    var writer: Int?
    /// The rank of the write's invocation; -1 for the initial value.
    var invoked: Int32
    /// The rank of the write's own completion; ``History/never`` when nobody knows it.
    var returned: Int32
    /// The earliest completion among the write and its reads: by then it was written.
    var done: Int32
    /// The operation that completed then, or nil for the initial value.
    var witness: Int?
    /// The latest invocation of a read of it, or ``History/never`` negated when there is none.
    var lastRead: Int32
  }

  /// A completed observation of a value.
  struct Read: Sendable {
    var operation: Int
    var cluster: Int
    var invoked: Int32
    var returned: Int32
  }

  /// No read at all.
  static let noRead = -History.never

  private(set) var clusters: [ValueCluster] = []
  /// Reads by their invocations.
  private(set) var reads: [Read] = []
  /// Reads of a value that nobody wrote.
  private(set) var unwritten: [Int] = []
  /// Reads that completed before their value's write began.
  private(set) var early: [Int] = []
  /// Successful compare-and-sets by the value that they took, where there are several.
  private(set) var rivals: [[Int]] = []
  /// Whether every event has a time and none is before its predecessor's.
  private(set) var hasTimes = false

  /// Sorts one key's operations into clusters.
  ///
  /// - Throws: ``Untellable`` when a value is written twice or a function is no register's.
  /// - Complexity: O(n log n).
  init(_ history: History, key: ValueID, _ rules: RegisterRules) throws(Untellable) {
    var places: [ValueID: Int] = [:]
    if let initial = rules.initial {
      places[initial == ValueTable.none ? ValueTable.null : initial] = 0
      clusters.append(
        ValueCluster(
          writer: nil, invoked: -1, returned: -1, done: -1, witness: nil,
          lastRead: RegisterLog.noRead))
    }
    var seen: [(operation: Int, value: ValueID)] = []
    var takers: [ValueID: [Int]] = [:]
    for operation in 0..<history.count where history.key[operation] == key {
      let (sees, writes) = try RegisterLog.effect(operation, history, rules)
      if let sees {
        seen.append((operation, sees))
        if writes != nil, writes != sees { takers[sees, default: []].append(operation) }
      }
      guard let writes, writes != sees else { continue }
      if let other = places[writes] {
        throw RegisterLog.twice(writes, operation, clusters[other].writer, history)
      }
      places[writes] = clusters.count
      let returned = history.returned(operation)
      clusters.append(
        ValueCluster(
          writer: operation, invoked: history.invoked[operation], returned: returned,
          done: returned, witness: operation, lastRead: RegisterLog.noRead))
    }
    adopt(seen, &places, rules, history)
    for read in reads { note(read) }
    rivals = takers.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
    hasTimes = RegisterLog.hasTimes(history, key)
  }

  /// What an operation certainly saw, and what it may have written.
  private static func effect(
    _ operation: Int, _ history: History, _ rules: RegisterRules
  ) throws(Untellable) -> (sees: ValueID?, writes: ValueID?) {
    guard history.outcome[operation] != .fail else { return (nil, nil) }
    let isOk = history.outcome[operation] == .ok
    let input = history.input[operation]
    switch history.functionName(operation) {
    case "read":
      let output = history.output[operation]
      if !isOk || output == ValueTable.null && rules.ignoresNullReads { return (nil, nil) }
      return (output == ValueTable.none ? ValueTable.null : output, nil)
    case "write": return (nil, input)
    case "cas":
      let pair = history.values.parts(of: input)
      guard pair.count == 2, let old = pair.first, let new = pair.last else { return (nil, nil) }
      if isOk, history.evidence("swapped", of: operation) == ValueTable.false { return (nil, nil) }
      return (isOk ? old : nil, new)
    case let name: throw Untellable("“\(name)” is no operation of a register")
    }
  }

  private static func twice(
    _ value: ValueID, _ operation: Int, _ other: Int?, _ history: History
  ) -> Untellable {
    let name = history.values.describe(value)
    let line = history.line[operation]
    guard let other else {
      return Untellable("the initial value \(name) is written again (line \(line))")
    }
    return Untellable(
      "the value \(name) is written more than once (lines \(history.line[other]) and \(line))")
  }

  /// Gives each read its cluster; with an unknown initial value the first one that nobody wrote
  /// is it.
  private mutating func adopt(
    _ seen: [(operation: Int, value: ValueID)], _ places: inout [ValueID: Int],
    _ rules: RegisterRules, _ history: History
  ) {
    var knowsInitial = rules.initial != nil
    for (operation, value) in seen {
      if places[value] == nil, !knowsInitial {
        knowsInitial = true
        places[value] = clusters.count
        clusters.append(
          ValueCluster(
            writer: nil, invoked: -1, returned: -1, done: -1, witness: nil,
            lastRead: RegisterLog.noRead))
      }
      guard let place = places[value] else {
        unwritten.append(operation)
        continue
      }
      let returned = history.completed[operation]
      if returned < clusters[place].invoked {
        early.append(operation)
      } else {
        reads.append(
          Read(
            operation: operation, cluster: place, invoked: history.invoked[operation],
            returned: returned))
      }
    }
  }

  private mutating func note(_ read: Read) {
    let place = read.cluster
    if read.returned < clusters[place].done {
      clusters[place].done = read.returned
      clusters[place].witness = read.operation
    }
    clusters[place].lastRead = max(clusters[place].lastRead, read.invoked)
  }

  private static func hasTimes(_ history: History, _ key: ValueID) -> Bool {
    var events: [(rank: Int32, time: Int64)] = []
    for operation in 0..<history.count where history.key[operation] == key {
      events.append((history.invoked[operation], history.invokedTime[operation]))
      if history.completed[operation] != History.never {
        events.append((history.completed[operation], history.completedTime[operation]))
      }
    }
    events.sort { $0.rank < $1.rank }
    var last = Int64.min
    for event in events {
      // Beyond 36 years either way no clock meant it, and differences would not fit.
      if event.time < last || event.time.magnitude > 1 << 60 { return false }
      last = event.time
    }
    return true
  }

  /// The clusters whose write happened or may have: all but what nobody saw and nobody confirmed.
  var present: [Int] { clusters.indices.filter { clusters[$0].done != History.never } }
}
