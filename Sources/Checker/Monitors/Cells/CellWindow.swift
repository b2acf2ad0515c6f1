import Base

/// A stretch of the events of ``CellColumns`` by itself, which asks for less than the whole.
///
/// What a cell holds where the stretch begins is known when nobody wrote it before, or when of
/// those who did one began after all others had ended. Else it answers every need until somebody
/// writes it. Whoever was open there and changes something may still take effect or has done so:
/// it counts as pending, and what is pure is left out. What completes behind the stretch counts as
/// pending too. Pending operations may be taken again and again.
///
/// Take an order of the whole, and of it those who take effect within the stretch: it is one of
/// the stretch. So if the stretch has none, the whole has none, nor has any beginning of it that
/// the stretch is in.
struct CellWindow {
  let columns: CellColumns
  let timeline: Timeline

  private func start(_ operation: Int32) -> Int32 {
    timeline.invoked[Int(columns.calls[Int(operation)])]
  }

  private func end(_ operation: Int32) -> Int32 {
    timeline.returned[Int(columns.calls[Int(operation)])]
  }

  /// The events from one on, up to and with another; nil when too many are open.
  ///
  /// - Complexity: O(n).
  func columns(from first: Int, through last: Int) -> CellColumns? {
    let begin = first == 0 ? -1 : end(columns.completing[first - 1])
    let finish = end(columns.completing[last])
    var window = CellColumns(isSet: columns.isSet)
    window.cell = columns.cell
    window.initial = columns.initial
    window.addUnknown()
    if first > 0 { forget(&window, before: begin) }
    var pending: [(start: Int32, call: Int32, leaves: ArraySlice<Int32>)] = []
    for operation in 0..<Int32(columns.calls.count) {
      let (start, end) = (start(operation), end(operation))
      if start > finish { break }
      if end < begin { continue }
      let call = columns.calls[Int(operation)]
      if start > begin, end <= finish {
        window.add(
          call, needs: Array(columns.needs[operation]), leaves: Array(columns.leaves[operation]),
          whole: columns.whole[Int(operation)])
      } else if !columns.isPure(operation) {
        pending.append((start, call, columns.leaves[operation]))
      }
    }
    for operation in 0..<Int32(columns.pendingCalls.count) {
      let call = columns.pendingCalls[Int(operation)]
      let start = timeline.invoked[Int(call)]
      if start <= finish { pending.append((start, call, columns.pendingLeaves[operation])) }
    }
    pending.sort { $0.start < $1.start }
    for one in pending { window.add(pending: one.call, leaves: Array(one.leaves)) }
    return window.arrange(timeline) ? window : nil
  }

  /// Gives the cells what they hold where a window begins, as far as it is known.
  private func forget(_ window: inout CellColumns, before begin: Int32) {
    // For each cell: the invocation of its last writer, what that left, and the last completion of
    // all others.
    var latest = [Int32](repeating: -1, count: columns.initial.count)
    var content = columns.initial
    var ended = latest
    var previous = latest
    func write(_ left: Int32, _ start: Int32, _ end: Int32) {
      let cell = Int(columns.cell[Int(left)])
      // Operations come as they were invoked, so this one is the last.
      ended[cell] = max(ended[cell], previous[cell])
      previous[cell] = end
      latest[cell] = start
      content[cell] = left
    }
    for operation in 0..<Int32(columns.calls.count) {
      if start(operation) > begin { break }
      for left in columns.leaves[operation] { write(left, start(operation), end(operation)) }
    }
    for cell in content.indices {
      let isKnown = latest[cell] < 0 || ended[cell] < latest[cell] && previous[cell] <= begin
      window.initial[cell] =
        isKnown ? content[cell] : window.unknown + Int32(truncatingIfNeeded: cell)
    }
    for operation in 0..<Int32(columns.pendingCalls.count) {
      if timeline.invoked[Int(columns.pendingCalls[Int(operation)])] > begin { break }
      for left in columns.pendingLeaves[operation] {
        let cell = columns.cell[Int(left)]
        window.initial[Int(cell)] = window.unknown + cell
      }
    }
  }

  /// Whether the events from one on, up to and with another, have no order; false also when that
  /// takes more than some configurations.
  func isInVain(from first: Int, through last: Int, _ limit: Int, _ task: KeyTask) -> Bool {
    guard let window = columns(from: first, through: last) else { return false }
    var search = CellSearch(task, window, isUnlimited: true)
    if case .none = search.run(limit) { return true }
    return false
  }

  /// The first event through which the events from one on are in vain, as far as can be told; they
  /// are through the last, and are not through the one before a given one.
  func firstInVain(from first: Int, near: Int, _ limit: Int, _ task: KeyTask) -> Int {
    var inVain = columns.eventCount - 1
    var explained = max(first, near) - 1
    var reach = 1
    while explained + reach < inVain {
      if isInVain(from: first, through: explained + reach, limit, task) {
        inVain = explained + reach
      } else {
        explained += reach
        reach *= 2
      }
      if task.budget.spent != nil { return inVain }
    }
    while explained + 1 < inVain, task.budget.spent == nil {
      let middle = (explained + inVain) / 2
      if isInVain(from: first, through: middle, limit, task) {
        inVain = middle
      } else {
        explained = middle
      }
    }
    return inVain
  }
}
