import Histories

/// One key's operations in the columns that the search runs on.
///
/// Completed operations are numbered in the order of their invocations, and so are their
/// completions: *event* `e` is the `e`-th completion. Real time is all in two columns: operation
/// `o` may take effect before event `e` when `o < opened[e]`, and must before event `event[o]`.
/// Pending operations of one form are interchangeable once invoked and have no deadline
/// (algorithms.md 1.6, R2), so they are counted, not named.
struct Problem {
  /// The indices in the history of the completed operations.
  var operations: [Int] = []
  /// The form of each completed operation.
  var forms: [Form] = []
  /// The event at which each completed operation completes.
  var event: [Int32] = []
  /// The completed operation whose completion each event is.
  var completing: [Int32] = []
  /// How many completed operations were invoked before each event.
  var opened: [Int32] = []
  /// The bit of each completed operation while it is open; bits are used again.
  var slot: [Int32] = []
  /// How many bits are in use at most.
  var slots = 0
  /// Pending operations by form.
  var pending: [PendingGroup] = []

  /// Pending operations of one form, in the order of their invocations.
  struct PendingGroup {
    var form: Form
    /// Their indices in the history.
    var operations: [Int] = []
    /// The first event before which each may take effect.
    var from: [Int32] = []
    /// Where the count of those that took effect is kept.
    var word = 0
    var shift: UInt64 = 0
    var mask: UInt64 = 0
  }

  /// How many completions there are.
  var eventCount: Int { completing.count }
  /// Words that hold the bits of open operations.
  var slotWords: Int { (slots + 63) / 64 }
  /// Words that hold the counts of pending operations.
  private(set) var usageWords = 0
  /// The most operations that were open at once, pending ones included.
  private(set) var mostOpen = 0

  /// Brings a key's calls into columns.
  ///
  /// - Complexity: O(n log n) in the number of calls.
  init<M: Machine>(
    _ operations: [Int], calls: [Call], machine: inout M
  ) throws(CheckError) {
    var kept: [(operation: Int, call: Int, form: Form)] = []
    for (index, call) in calls.enumerated() {
      if let form = try machine.form(of: call) { kept.append((operations[index], index, form)) }
    }
    kept.removeAll { entry in
      calls[entry.call].end == .pending
        && (entry.form.isPure || machine.isIdle(pending: entry.form))
    }
    var invokedRanks: [Int32] = []
    var returnedRanks: [Int32] = []
    for entry in kept where calls[entry.call].end != .pending {
      self.operations.append(entry.operation)
      forms.append(entry.form)
      invokedRanks.append(calls[entry.call].invoked)
      returnedRanks.append(calls[entry.call].returned)
    }
    let count = forms.count
    completing = (0..<Int32(count)).sorted { returnedRanks[Int($0)] < returnedRanks[Int($1)] }
    event = [Int32](repeating: 0, count: count)
    for (place, operation) in completing.enumerated() { event[Int(operation)] = Int32(place) }
    opened.reserveCapacity(count)
    var invokedSoFar: Int32 = 0
    for operation in completing {
      while invokedSoFar < count, invokedRanks[Int(invokedSoFar)] < returnedRanks[Int(operation)] {
        invokedSoFar += 1
      }
      opened.append(invokedSoFar)
    }
    assignSlots()
    let pendingCalls = kept.filter { calls[$0.call].end == .pending }
    addPending(
      pendingCalls.map { ($0.operation, $0.form, calls[$0.call].invoked) },
      ranks: completing.map { returnedRanks[Int($0)] })
  }

  private mutating func assignSlots() {
    slot = [Int32](repeating: 0, count: forms.count)
    var free: [Int32] = []
    var next = 0
    for place in 0..<completing.count {
      while next < Int(opened[place]) {
        if free.isEmpty {
          free.append(Int32(slots))
          slots += 1
        }
        slot[next] = free.removeLast()
        next += 1
      }
      free.append(slot[Int(completing[place])])
    }
    mostOpen = slots
  }

  private mutating func addPending(
    _ calls: [(operation: Int, form: Form, invoked: Int32)], ranks: [Int32]
  ) {
    var places: [Form: Int] = [:]
    for call in calls {
      var low = 0
      var high = eventCount
      while low < high {
        let middle = (low + high) / 2
        if ranks[middle] < call.invoked { low = middle + 1 } else { high = middle }
      }
      if low == eventCount { continue }  // invoked after every completion: nobody needs it
      let place = places[call.form] ?? pending.count
      if place == pending.count {
        places[call.form] = place
        pending.append(PendingGroup(form: call.form))
      }
      pending[place].operations.append(call.operation)
      pending[place].from.append(Int32(low))
      mostOpen += 1
    }
    var shift = 64
    for place in pending.indices {
      let bits = Int.bitWidth - pending[place].operations.count.leadingZeroBitCount
      if shift + bits > 64 {
        usageWords += 1
        shift = 0
      }
      pending[place].word = usageWords - 1
      pending[place].shift = UInt64(shift)
      pending[place].mask = (1 << UInt64(bits)) - 1
      shift += bits
    }
  }
}
