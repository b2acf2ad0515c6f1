import Base
import Histories

/// A history split by key, in the order of the keys' first invocations; each key's operations and
/// calls are made when they are asked for.
///
/// A map is the product of its keys, so each is checked by itself (A. Horn, D. Kroening, “Faster
/// linearizability checking via P-compositionality”, FORTE 2015, doi:10.1007/978-3-319-19195-9_4).
struct KeyPartition: RandomAccessCollection, Sendable {
  /// The keys.
  private(set) var keys: [ValueID] = []
  /// Where each key's operations begin, and the end; empty when there is one key.
  private var starts: [Int32] = []
  /// The operations of one key after the other.
  private var operations: [Int32] = []
  private let columns: CallColumns
  private let revisions: [ValueID]?
  private let values: ValueTable
  private let settings: Settings
  private let budget: Budget

  var startIndex: Int { 0 }
  var endIndex: Int { keys.count }

  /// Splits a history.
  ///
  /// - Complexity: O(operations + values).
  init(
    _ history: History, values: ValueTable, _ settings: Settings, _ options: CheckOptions
  ) {
    columns = CallColumns(history, Call.functions(of: history), settings)
    revisions = history.evidence("revision")
    self.values = values
    self.settings = settings
    budget = options.budget
    guard let only = history.key.first else { return }
    guard history.key.contains(where: { $0 != only }) else {
      keys = [only]
      return
    }
    // By the key's id plus one, so that operations without a key have a place too.
    var counts = [Int32](repeating: 0, count: values.count + 1)
    for key in history.key {
      if counts[Int(key) + 1] == 0 { keys.append(key) }
      counts[Int(key) + 1] += 1
    }
    starts.reserveCapacity(keys.count + 1)
    starts.append(0)
    for key in keys {
      let start = starts[starts.count - 1]
      starts.append(start + counts[Int(key) + 1])
      counts[Int(key) + 1] = start
    }
    operations = [Int32](repeating: 0, count: history.count)
    for (operation, key) in history.key.enumerated() {
      operations[Int(counts[Int(key) + 1])] = Int32(truncatingIfNeeded: operation)
      counts[Int(key) + 1] += 1
    }
  }

  /// What splitting a history takes in memory, in bytes.
  static func bytes(_ history: History) -> Int {
    history.values.count * 16 + history.count * 8
  }

  /// How many operations a key has, those included that certainly did not happen.
  func count(_ place: Int) -> Int {
    starts.isEmpty ? columns.function.count : Int(starts[place + 1] - starts[place])
  }

  /// What a key's task takes in memory, in bytes.
  func bytes(_ place: Int) -> Int { count(place) * KeyTask.bytesPerOperation + 512 }

  /// How many operations of a key may have happened, how many of those certainly did, and whether
  /// none has an answer that some order would contradict.
  func tally(_ place: Int) -> KeyTally {
    var tally = KeyTally()
    var stake = Stake()
    for index in 0..<count(place) {
      guard let call = Call(operation(index, of: place), columns) else { continue }
      tally.operations += 1
      if call.end != .pending { tally.completions += 1 }
      guard !stake.isMet else { continue }
      stake.add(
        call, invoked: Int64(call.invoked), returned: Int64(call.returned), settings, values)
    }
    tally.isVacuous = !stake.isMet
    return tally
  }

  private func operation(_ index: Int, of place: Int) -> Int {
    starts.isEmpty ? index : Int(operations[Int(starts[place]) + index])
  }

  subscript(place: Int) -> (key: ValueID, task: KeyTask) {
    var operations: [Int] = []
    operations.reserveCapacity(count(place))
    let calls = [Call](unsafeUninitializedCapacity: count(place)) { buffer, filled in
      for index in 0..<count(place) {
        let operation = operation(index, of: place)
        guard let call = Call(operation, columns) else { continue }
        buffer.initializeElement(at: filled, to: call)
        filled += 1
        operations.append(operation)
      }
    }
    var task = KeyTask(
      operations: operations, calls: calls, values: values, settings: settings, budget: budget)
    if let revisions {
      task.revisions = operations.map { values.integer(revisions[$0]) ?? -1 }
    }
    return (keys[place], task)
  }
}

/// What a key has, counted.
struct KeyTally {
  /// Operations that may have happened.
  var operations = 0
  /// Those of them that certainly did.
  var completions = 0
  /// Whether none has an answer that some order would contradict.
  var isVacuous = true
}
