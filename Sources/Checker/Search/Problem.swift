import Histories

/// One key's operations in the columns that the search runs on.
///
/// Completed operations are numbered in the order of their invocations, and so are their
/// completions: *event* `e` is the `e`-th completion. Real time is all in two columns: operation
/// `o` may take effect before event `e` when `o < opened[e]`, and must before event `event[o]`.
/// Pending operations of one form are interchangeable once invoked and have no deadline
/// (``Reductions/counted``), so they are counted, not named. Optional ones (`Call.isOptional`) are
/// like them, but for their answers.
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
  /// Pending operations by form.
  var pending: [PendingGroup] = []
  /// The indices in the history of pending operations, group by group.
  var pendingOperations: [Int] = []
  /// The first event before which each pending operation may take effect.
  var pendingFrom: [Int32] = []
  /// Groups whose spare operations may outnumber those who could see them, the earliest first.
  var clamps: [Clamp] = []
  /// Operations below this number need not take effect: they were open where a window begins.
  var optionalCount: Int32 = 0
  /// Whether a pending operation may be taken again and again, which asks for less than the truth.
  var isUnlimited = false
  /// In a window: how many of its events are to be explained.
  var eventLimit = 0
  /// How rows are laid out.
  var layout = Layout()
  /// Bits of usage that no count uses.
  var usageGuards: [UInt64] = []
  /// The most operations that were open at once, pending ones included.
  var mostOpen = 0

  /// Pending operations of one form, in the order of their invocations.
  struct PendingGroup {
    var form: Form
    /// The place of the first of them in ``Problem/pendingOperations`` and ``Problem/pendingFrom``.
    var first = 0
    /// How many there are.
    var count = 0
    /// How many of them, the first, may take effect before any event and are not listed.
    var early = 0
    /// Where the count of those that took effect is kept.
    var word = 0
    var shift: UInt64 = 0
    var mask: UInt64 = 0
  }

  /// From which event on how many of a group at least cannot be used any more.
  struct Clamp {
    var group: Int
    /// Events at which that many and one more are of no use, ascending: `events[k]` is the first
    /// before which at least `k + 1` are not.
    var events: [Int32]
  }

  /// The words of a row, and which of its bits mean what.
  struct Layout {
    /// Words that hold the bits of open operations.
    var slotWords = 0
    /// Bits that tell configurations apart.
    var exact: [UInt64] = []
    /// Bits of pure operations: more is better.
    var pure: [UInt64] = []
    /// Bits of optional operations: fewer is better.
    var optional: [UInt64] = []
    /// Whether the last word is the usage.
    var hasUsage = false
    /// Whether less usage is better; else it tells configurations apart.
    var countsUsage = true

    var rowWords: Int { 2 + slotWords + (hasUsage ? 1 : 0) }
  }

  /// How many completions there are.
  var eventCount: Int { completing.count }

  init() {}

  /// Brings a key's calls into columns.
  ///
  /// - Complexity: O(n log n) in the number of calls.
  init<M: Machine>(
    _ operations: [Int], calls: [Call], machine: inout M, _ reductions: Reductions = .all
  ) throws(CheckError) {
    var kept: [(call: Int32, form: Form)] = []
    kept.reserveCapacity(calls.count)
    for (index, call) in calls.enumerated() {
      guard let form = try machine.form(of: call) else { continue }
      if call.end == .pending || call.isOptional, form.isPure { continue }
      kept.append((Int32(truncatingIfNeeded: index), form))
    }
    var pending: [(operation: Int, form: Form, invoked: Int32)] = []
    var invoked: [Int32] = []
    var returned: [Int32] = []
    for entry in kept {
      let call = calls[Int(entry.call)]
      if call.end == .pending || call.isOptional {
        if machine.isIdle(pending: entry.form) { continue }
        let form =
          reductions.contains(.counted) ? machine.merged(pending: entry.form) : entry.form
        pending.append((operations[Int(entry.call)], form, call.invoked))
        continue
      }
      self.operations.append(operations[Int(entry.call)])
      forms.append(entry.form)
      invoked.append(call.invoked)
      returned.append(call.returned)
    }
    arrange(invoked: invoked, returned: returned)
    assignSlots(reductions)
    addPending(pending, ranks: completing.map { returned[Int($0)] }, reductions)
    packUsage(reductions)
  }

  /// Finds the events and what opens before each.
  mutating func arrange(invoked: [Int32], returned: [Int32]) {
    let count = forms.count
    completing = (0..<Int32(count)).sorted { returned[Int($0)] < returned[Int($1)] }
    event = [Int32](repeating: 0, count: count)
    for (place, operation) in completing.enumerated() { event[Int(operation)] = Int32(place) }
    opened.reserveCapacity(count)
    var invokedSoFar: Int32 = 0
    for operation in completing {
      while invokedSoFar < count, invoked[Int(invokedSoFar)] < returned[Int(operation)] {
        invokedSoFar += 1
      }
      opened.append(invokedSoFar)
    }
  }

  /// Gives every operation a bit while it is open: first those of impure operations, then those
  /// of pure ones, then those of optional ones.
  mutating func assignSlots(_ reductions: Reductions) {
    slot = [Int32](repeating: 0, count: forms.count)
    var free: [[Int32]] = [[], [], []]
    var counts: [Int32] = [0, 0, 0]
    var next = 0
    var open = 0
    for place in 0..<completing.count {
      while next < Int(opened[place]) {
        let kind = kind(next, reductions)
        if free[kind].isEmpty {
          free[kind].append(counts[kind])
          counts[kind] += 1
        }
        slot[next] = free[kind].removeLast()
        next += 1
        open += 1
      }
      mostOpen = max(mostOpen, open)
      open -= 1
      let operation = Int(completing[place])
      free[kind(operation, reductions)].append(slot[operation])
    }
    let bases = [0, counts[0], counts[0] + counts[1]]
    for operation in slot.indices { slot[operation] += bases[kind(operation, reductions)] }
    let bits = Int(counts[0] + counts[1] + counts[2])
    layout.slotWords = (bits + 63) / 64
    layout.pure = [UInt64](repeating: 0, count: layout.slotWords)
    layout.optional = layout.pure
    for bit in Int(bases[1])..<Int(bases[2]) { layout.pure[bit >> 6] |= 1 << UInt64(bit & 63) }
    for bit in Int(bases[2])..<bits { layout.optional[bit >> 6] |= 1 << UInt64(bit & 63) }
    layout.exact = zip(layout.pure, layout.optional).map { ~($0 | $1) }
  }

  private func kind(_ operation: Int, _ reductions: Reductions) -> Int {
    if operation < optionalCount { return 2 }
    return forms[operation].isPure && reductions.contains(.pureSuperset) ? 1 : 0
  }

  private mutating func addPending(
    _ calls: [(operation: Int, form: Form, invoked: Int32)], ranks: [Int32],
    _ reductions: Reductions
  ) {
    var places: [Form: Int] = [:]
    var members: [[(operation: Int, from: Int32)]] = []
    for call in calls {
      var low = 0
      var high = eventCount
      while low < high {
        let middle = (low + high) / 2
        if ranks[middle] < call.invoked { low = middle + 1 } else { high = middle }
      }
      if low == eventCount { continue }  // invoked after every completion: nobody needs it
      let place = reductions.contains(.counted) ? places[call.form] ?? pending.count : pending.count
      if place == pending.count {
        places[call.form] = place
        pending.append(PendingGroup(form: call.form))
        members.append([])
      }
      members[place].append((call.operation, Int32(low)))
      mostOpen += 1
    }
    for place in pending.indices { setMembers(of: place, members[place]) }
  }

  /// Lists the operations of a group, in the order of their invocations.
  mutating func setMembers(of group: Int, _ members: [(operation: Int, from: Int32)]) {
    pending[group].first = pendingFrom.count
    pending[group].count = members.count
    pendingOperations += members.map(\.operation)
    pendingFrom += members.map(\.from)
  }

  /// Gives every group's count its bits, and one to spare.
  mutating func packUsage(_ reductions: Reductions) {
    layout.hasUsage = !pending.isEmpty && !isUnlimited
    layout.countsUsage = reductions.contains(.counted)
    guard layout.hasUsage else { return }
    var shift = 64
    for place in pending.indices {
      let bits = Int.bitWidth - pending[place].count.leadingZeroBitCount
      if shift + bits + 1 > 64 {
        usageGuards.append(0)
        shift = 0
      }
      pending[place].word = usageGuards.count - 1
      pending[place].shift = UInt64(shift)
      pending[place].mask = (1 << UInt64(bits)) - 1
      usageGuards[usageGuards.count - 1] |= 1 << UInt64(shift + bits)
      shift += bits + 1
    }
  }
}
