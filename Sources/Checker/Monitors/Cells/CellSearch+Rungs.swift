import Histories

extension CellSearch {
  /// Sets with whole reads.
  static let set = rung(CellColumns.set, before: twice)
  /// Registers of one object.
  static let registers = rung(CellColumns.registers)

  private static func rung(
    _ columns: @escaping @Sendable (KeyTask) -> CellColumns?,
    before: @escaping @Sendable (KeyTask) -> RungAnswer? = { _ in nil }
  ) -> Rung {
    var rung = Rung("cell-search", bytesPerCall: 240) { (task) throws(CheckError) in
      if let answer = before(task) { return answer }
      let answer = decide(task, columns)
      // The search says more of what is small.
      if case .impasse = answer, task.calls.count <= 200 { return .pass }
      return answer
    }
    rung.findsFirst = true
    return rung
  }

  /// A read that shows an element twice proves by itself that there is no order.
  @Sendable private static func twice(_ task: KeyTask) -> RungAnswer? {
    var checked: Set<ValueID> = []
    for (place, call) in task.calls.enumerated() where call.function == .read && call.end == .ok {
      guard checked.insert(call.output).inserted else { continue }
      var met: Set<ValueID> = []
      for element in task.values.parts(of: call.output) where !met.insert(element).inserted {
        return .violation(.duplicated, [Int32(truncatingIfNeeded: place)])
      }
    }
    return nil
  }

  /// Decides: first by what single cells say (``CellBounds``), then by the search.
  ///
  /// When the search has come no further for some time, stretches of events around the deepest one
  /// are tried (``CellWindow``): what is in vain for a reason that is near need not be tried in all
  /// that came before it.
  static func decide(
    _ task: KeyTask, _ columns: (KeyTask) -> CellColumns?, patience: Int = 3000
  ) -> RungAnswer {
    let timeline = Timeline(task.calls)
    guard var columns = columns(task), columns.arrange(timeline) else { return .pass }
    if let event = CellBounds(columns, timeline).firstInVain() {
      return impasse(task, columns, event)
    }
    let window = CellWindow(columns: columns, timeline: timeline)
    var search = CellSearch(task, columns)
    var patience = patience
    while true {
      switch search.run(100_000 + 100 * task.calls.count, patience: patience) {
      case .order(let steps): return .order(steps)
      case .tooMany: return .pass
      case .none:
        // The whole is a window as well.
        let last = columns.eventCount - 1
        let limit = 2 * search.count + 1000
        let isShort = search.count < 50_000
        let first =
          isShort && window.isInVain(from: 0, through: last, limit, task)
          ? window.firstInVain(from: 0, near: search.deepest, limit, task) : last
        return impasse(task, columns, first)
      case .stuck: break
      }
      for length in [8, 32, 128, 512] where length <= search.deepest || length == 8 {
        let first = max(0, search.deepest - length)
        let last = columns.eventCount - 1
        guard window.isInVain(from: first, through: last, patience, task) else { continue }
        let found = window.firstInVain(from: first, near: search.deepest, patience, task)
        return impasse(task, columns, found)
      }
      patience *= 4
    }
  }

  /// No order exists of what was known when an event had happened.
  private static func impasse(_ task: KeyTask, _ columns: CellColumns, _ event: Int) -> RungAnswer {
    let culprit = task.operations[Int(columns.calls[Int(columns.completing[event])])]
    let dilemma = Dilemma(
      state: "what it may be by then", path: [],
      refusals: [
        Refusal(operation: culprit, reason: "no order of what is open leads to its answer")
      ])
    return .impasse(
      Impasse(culprit: culprit, dilemmas: [dilemma], omittedDilemmas: 0, open: [culprit]))
  }
}
