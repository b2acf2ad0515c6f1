import Checker
import Formats
import Histories

extension SpaceTime {
  /// What happened around a violation; nil where the log has nothing of that time.
  ///
  /// - Complexity: O(entries of the log × operations shown).
  init?(_ violation: Violation, _ words: Explanation, _ log: MessageLog, of history: History) {
    guard let scope = SpaceTimeScope(violation, words, history) else { return nil }
    let all = SpaceTimeItems(scope, log, of: history)
    guard all.items.contains(where: { $0.row.kind == .message || $0.row.kind == .node }) else {
      return nil
    }
    let choice = SpaceTimeChoice(all.items, limit: SpaceTime.mostRows)
    lanes = all.lanes
    culprit = words.culprit
    rows = choice.rows
    notes = Self.notes(scope, log, choice.omitted, lanes)
    note(all.states)
  }

  /// Gives each row the state of its lanes.
  private mutating func note(_ states: [(time: Int64, order: Int, lane: Int, state: State)]) {
    var now = lanes.map { lane -> State in
      guard case .node = lane, states.contains(where: { lanes[$0.lane] == lane }) else {
        return .up
      }
      return .down
    }
    var next = states[...]
    for place in rows.indices {
      let time = rows[place].kind == .folded ? rows[place].until ?? 0 : rows[place].time
      while let first = next.first, first.time <= time {
        now[first.lane] = first.state
        next.removeFirst()
      }
      rows[place].states = now
    }
  }

  private static func notes(
    _ scope: SpaceTimeScope, _ log: MessageLog, _ omitted: Int, _ lanes: [Lane]
  ) -> [String] {
    var notes: [String] = []
    if omitted > 0 {
      notes.append(
        "Left out: \(Legible.count(omitted, "event")) that say nothing new, are about other keys, "
          + "or are farther away.")
    }
    if scope.omitted > 0 {
      notes.append(
        "\(Legible.count(scope.omitted, "operation")) of the proof, farther away, not drawn.")
    }
    let nodes = lanes.count { if case .node = $0 { true } else { false } }
    if nodes < log.nodes.count {
      notes.append("\(Legible.count(log.nodes.count - nodes, "node")) not drawn.")
    }
    if log.from > scope.start {
      notes.append("Messages before \(Legible.instant(log.from)) were not kept.")
    }
    if let until = log.until, until < scope.end {
      notes.append("Messages after \(Legible.instant(until)) were not kept.")
    }
    if let cut = log.cut, cut.time <= scope.end {
      notes.append(
        "The log was cut at \(Legible.instant(cut.time)): "
          + "\(Legible.count(cut.messages, "message")) from then on were not kept.")
    }
    return notes
  }
}
