/// Decides whether a history with unique values is linearizable, key by key: all states that the
/// register can be in, with the open operations that have taken effect in them, are followed
/// through the events (Lowe, “Testing for linearizability”, 2017, breadth first).
///
/// An operation with unknown outcome whose value nobody saw is left out: taking it out of any
/// linearization leaves one, unless a compare-and-set found that its value was another.
enum FrontierOracle {
  struct Configuration: Hashable {
    var value: Int
    var done: Set<Int>
  }

  /// The keys whose history is not linearizable.
  static func violations(in operations: [SeenOperation]) -> [String] {
    Set(operations.map(\.key)).sorted().filter { !isLinearizable(operations, key: $0) }
  }

  private static func isLinearizable(_ history: [SeenOperation], key: String) -> Bool {
    let all = history.filter { $0.key == key && $0.outcome != .failed }
    var seen: Set<Int> = []
    for operation in all where operation.outcome == .ok {
      switch operation.action {
      case .read(let value): seen.insert(value)
      case .write, .mismatch: break
      case .swap(let from, _): seen.insert(from)
      }
    }
    // Why: an unknown swap may have carried an unseen value to a seen one.
    for operation in all.reversed() where operation.outcome == .unknown {
      if case .swap(let from, let to) = operation.action, seen.contains(to) { seen.insert(from) }
    }
    let seesOthers = all.contains {
      if case .mismatch = $0.action { $0.outcome == .ok } else { false }
    }
    let operations = all.filter { operation in
      guard operation.outcome == .unknown else { return true }
      switch operation.action {
      case .read, .mismatch: return false
      case .write(let value), .swap(_, let value): return seesOthers || seen.contains(value)
      }
    }
    return follow(operations)
  }

  private static func follow(_ operations: [SeenOperation]) -> Bool {
    var events: [(time: Int64, isReturn: Int, operation: Int)] = []
    for (index, operation) in operations.enumerated() {
      events.append((operation.invokedAt, 0, index))
      if operation.outcome == .ok { events.append((operation.completedAt, 1, index)) }
    }
    events.sort { ($0.time, $0.isReturn, $0.operation) < ($1.time, $1.isReturn, $1.operation) }
    var open: Set<Int> = []
    var frontier: Set<Configuration> = [Configuration(value: SeenOperation.absent, done: [])]
    for event in events {
      if event.isReturn == 0 {
        open.insert(event.operation)
        continue
      }
      frontier = returned(event.operation, operations, open, frontier)
      open.remove(event.operation)
      if frontier.isEmpty { return false }
    }
    return true
  }

  private static func returned(
    _ operation: Int, _ operations: [SeenOperation], _ open: Set<Int>,
    _ frontier: Set<Configuration>
  ) -> Set<Configuration> {
    var reached = frontier
    var pending = Array(frontier)
    var result: Set<Configuration> = []
    while var configuration = pending.popLast() {
      if configuration.done.contains(operation) {
        configuration.done.remove(operation)
        result.insert(configuration)
        continue
      }
      for next in open where !configuration.done.contains(next) {
        guard let value = step(operations[next].action, configuration.value) else { continue }
        let after = Configuration(value: value, done: configuration.done.union([next]))
        if reached.insert(after).inserted { pending.append(after) }
      }
    }
    return result
  }

  private static func step(_ action: SeenOperation.Action, _ value: Int) -> Int? {
    switch action {
    case .read(let found): found == value ? value : nil
    case .write(let new): new
    case .swap(let from, let to): from == value ? to : nil
    case .mismatch(let from): from == value ? nil : value
    }
  }
}
