import Base

extension Frontier {
  /// Goes on from configurations that stand before the first event, over some events: for a history
  /// whose further events nobody knows yet.
  ///
  /// - Returns: ``DepthFirst/Ending/found`` when some configuration stands behind them, see
  ///   ``standing``.
  mutating func pass(_ events: Int, from rows: [[UInt64]]) -> DepthFirst<M>.Ending {
    isTracing = false
    // There is always an event more, so no configuration is at the end.
    steps.eventLimit = steps.problem.eventCount + 1
    steps.stride = 0
    for row in rows {
      let made = steps.resume(row)
      if let reason = keep(made, at: 0, node: -1) { return .stopped(reason) }
    }
    steps.stride = 1
    for event in 0..<events {
      if let ending = process(event) { return ending }
      if following.count == 0 { return .exhausted }
      swap(&current, &following)
      following.clear()
    }
    return .found
  }

  /// The configurations that were reached last, none of which dominates another.
  var standing: [[UInt64]] {
    (0..<current.count).filter { !current.isDominated($0) }.map { row in
      Array(current.words[row * current.width..<(row + 1) * current.width])
    }
  }
}
