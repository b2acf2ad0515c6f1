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
  /// The key of each operation.
  private let key: [ValueID]
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
    key = history.key
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
  /// none has an answer that some order would contradict; without making its task.
  func tally(_ place: Int) -> KeyTally {
    var counter = TallyCounter()
    for index in 0..<count(place) {
      guard let call = Call(operation(index, of: place), columns) else { continue }
      counter.add(call, settings, values)
    }
    return counter.tally
  }

  /// The same from the key's task.
  ///
  /// Why: a key's operations lie far apart among those of many keys, and its calls do not.
  func tally(of task: KeyTask) -> KeyTally {
    var counter = TallyCounter()
    for call in task.calls { counter.add(call, settings, values) }
    return counter.tally
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
    return (keys[place], task(operations, calls))
  }

  private func task(_ operations: [Int], _ calls: [Call]) -> KeyTask {
    var task = KeyTask(
      operations: operations, calls: calls, values: values, settings: settings, budget: budget)
    if let revisions {
      task.revisions = operations.map { values.integer(revisions[$0]) ?? -1 }
    }
    return task
  }
}

// MARK: - Several keys at once

extension KeyPartition {
  /// Places to read together, the largest keys first: one large key, or small ones with at most a
  /// share of all operations, so that several threads have enough of them.
  ///
  /// - Complexity: O(k log k) for k keys.
  func batches(threads: Int) -> [[Int32]] {
    var largest = keys.indices.map { Int32(truncatingIfNeeded: $0) }
    largest.sort {
      let (one, other) = (count(Int($0)), count(Int($1)))
      return one != other ? one > other : $0 < $1
    }
    let most = columns.function.count / (8 * Swift.max(1, threads))
    var batches: [[Int32]] = []
    var room = 0
    for place in largest {
      let size = count(Int(place))
      if batches.isEmpty || room < size {
        batches.append([])
        room = most
      }
      batches[batches.count - 1].append(place)
      room -= size
    }
    return batches
  }

  /// The tasks of several keys, in the order of the places.
  ///
  /// Why: the operations of a key lie far apart among those of many keys, and reading them key by
  /// key fetches the same memory again and again.
  ///
  /// - Complexity: O(operations of the history).
  func tasks(_ places: [Int32]) -> [KeyTask] {
    if places.count == 1 { return [self[Int(places[0])].task] }
    var slots = [Int32](repeating: -1, count: values.count + 1)
    var ends: [Int] = []
    for (slot, place) in places.enumerated() {
      slots[Int(keys[Int(place)]) + 1] = Int32(truncatingIfNeeded: slot)
      ends.append((ends.last ?? 0) + count(Int(place)))
    }
    let all = ends[ends.count - 1]
    // Why: whether the next operation is one of these keys' cannot be foretold, so nothing hangs on
    // it; each is put down, and stays if it is.
    let theirs = [Int32](unsafeUninitializedCapacity: all + 1) { buffer, filled in
      filled = 0
      for operation in key.indices {
        buffer[filled] = Int32(truncatingIfNeeded: operation)
        filled += slots[Int(key[operation]) + 1] >= 0 ? 1 : 0
      }
    }
    let calls = UnsafeMutablePointer<Call>.allocate(capacity: all)
    defer { calls.deallocate() }
    let begins = [0] + ends.dropLast()
    var filled = begins
    var operations = [Int](repeating: 0, count: all)
    for operation in theirs {
      guard let call = Call(Int(operation), columns) else { continue }
      let slot = Int(slots[Int(key[Int(operation)]) + 1])
      (calls + filled[slot]).initialize(to: call)
      operations[filled[slot]] = Int(operation)
      filled[slot] += 1
    }
    return places.indices.map { slot in
      let own = begins[slot]..<filled[slot]
      return task(
        Array(operations[own]),
        Array(UnsafeBufferPointer(start: calls + own.lowerBound, count: own.count)))
    }
  }
}

/// Counts a key's calls.
private struct TallyCounter {
  private var counted = KeyTally()
  private var stake = Stake()

  /// What was counted.
  var tally: KeyTally {
    var tally = counted
    tally.isVacuous = !stake.isMet
    return tally
  }

  /// The next call.
  @inline(__always)
  mutating func add(_ call: Call, _ settings: Settings, _ values: ValueTable) {
    counted.operations += 1
    if call.end != .pending { counted.completions += 1 }
    guard !stake.isMet else { return }
    stake.add(
      call, invoked: Int64(call.invoked), returned: Int64(call.returned), settings, values)
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
