import Base
import Checker
import Findings
import Histories

/// What the page's script draws: the operations in columns, texts stored once, the faults.
///
/// Texts are cut for the page; the history's file has them whole.
struct PageData {
  private let history: History
  private let axis: PageAxis
  private let text = OperationText(valueLimit: 40)

  init(_ history: History) {
    self.history = history
    axis = PageAxis(history)
  }

  /// Whether the axis shows time.
  var showsTime: Bool { axis.isTime }

  /// The data as JSON; `shown` and `culprits` are operations of the counterexamples.
  ///
  /// - Complexity: O(events + lanes × processes).
  func json(violations: [Violation]) -> JSON {
    let lanes = self.lanes()
    var labels = TextPool()
    var notes = TextPool()
    var keys = TextPool()
    var columns: [(name: String, values: [Int64])] = [
      "lane", "process", "function", "key", "label", "note", "start", "length", "outcome", "line",
    ].map { ($0, []) }
    for operation in 0..<history.count {
      let start = axis.start(operation)
      let row: [Int64] = [
        Int64(lanes.of[operation]),
        // Numbers beyond what a script's numbers hold are shown by their lane alone.
        min(max(history.processes[operation], -(1 << 52)), 1 << 52),
        Int64(history.function[operation]),
        keys.id(text.key(history.key[operation], of: history)),
        labels.id(text.label(operation, of: history)),
        notes.id(note(operation)),
        start,
        axis.end(operation).map { $0 - start } ?? -1,
        [Outcome.ok: 0, .fail: 1, .indeterminate: 2][history.outcome[operation]] ?? 2,
        Int64(history.line[operation]),
      ]
      for (column, value) in row.enumerated() { columns[column].values.append(value) }
    }
    let valid = { (operation: Int) in history.processes.indices.contains(operation) }
    let culprits = violations.map(\.culprit).filter(valid)
    let shown = violations.flatMap { $0.operations.prefix(200) }.filter(valid)
    return [
      "axis": axis.isTime ? "time" : "rank",
      "unit": .integer(axis.unit),
      "last": .integer(axis.last),
      "count": JSON(history.count),
      "functions": .array(history.functionsUsed.map { .string(Legible.text($0, limit: 40)) }),
      "keys": keys.json,
      "processes": .array(lanes.names.map { .string($0) }),
      "labels": labels.json,
      "notes": notes.json,
      "columns": .object(
        columns.map { JSON.Member($0.name, .string(ColumnText.encode($0.values))) }),
      "faults": .array(faults()),
      "culprits": .array(culprits.map { JSON($0) }),
      "shown": .array(shown.map { JSON($0) }),
    ]
  }

  /// The evidence of a completion that says who answered and why it failed.
  private func note(_ operation: Int) -> String {
    guard history.completed[operation] != History.never else { return "" }
    var parts: [String] = []
    for name in ["node", "leader", "term", "acks", "error"] {
      guard let value = history.evidence(name, of: operation) else { continue }
      let shown =
        history.values.string(value).map { Legible.text($0, limit: 80) }
        ?? ValueText.describe(value, in: history.values, limit: 80)
      parts.append("\(name) \(shown)")
    }
    return parts.joined(separator: ", ")
  }

  /// A lane for each client: a process that ended as unknown leaves its lane to the next.
  private func lanes() -> (of: [Int], names: [String]) {
    // The rank after which a process's lane may go to another, who took over after an `info`.
    var last: [Int64: Int32] = [:]
    for operation in 0..<history.count {
      let process = history.processes[operation]
      last[process] =
        history.outcome[operation] == .indeterminate
        ? history.completed[operation] : History.never
    }
    var begun: Set<Int64> = []
    var lane: [Int64: Int] = [:]
    var freeAfter: [Int32] = []
    var members: [[Int64]] = []
    var of: [Int] = []
    of.reserveCapacity(history.count)
    for operation in 0..<history.count {
      let process = history.processes[operation]
      if begun.insert(process).inserted {
        let now = history.invoked[operation]
        let place = freeAfter.firstIndex { $0 < now } ?? freeAfter.count
        if place == freeAfter.count {
          freeAfter.append(0)
          members.append([])
        }
        freeAfter[place] = last[process] ?? History.never
        members[place].append(process)
        lane[process] = place
      }
      of.append(lane[process] ?? 0)
    }
    // Rows in the order of the clients' numbers, whoever began first.
    let order = members.indices.sorted { members[$0][0] < members[$1][0] }
    var row = [Int](repeating: 0, count: order.count)
    for (place, lane) in order.enumerated() { row[lane] = place }
    let names = order.map { lane in
      let others = members[lane].count - 1
      return "\(members[lane][0])" + (others > 0 ? " +\(others)" : "")
    }
    return (of.map { row[$0] }, names)
  }

  /// Faults as spans, in the order of their beginnings.
  private func faults() -> [JSON] {
    history.faultSpans().map { span in
      let detail = span.value <= ValueTable.null ? "" : FaultWords.words(span.value, history.values)
      return [
        "name": .string(Legible.text(span.name, limit: 40)),
        "start": .integer(axis.place(rank: span.begin, time: span.beginTime)),
        "end": .integer(
          span.end == History.never ? axis.last : axis.place(rank: span.end, time: span.endTime)),
        "verified": .bool(span.isVerified), "detail": .string(Legible.text(detail, limit: 120)),
      ]
    }
  }
}

/// Texts that are stored once, numbered in the order of their first use.
private struct TextPool {
  private var ids: [String: Int64] = [:]
  private var texts: [String] = []

  mutating func id(_ text: String) -> Int64 {
    if let known = ids[text] { return known }
    let id = Int64(texts.count)
    ids[text] = id
    texts.append(text)
    return id
  }

  var json: JSON { .array(texts.map { .string($0) }) }
}

extension History {
  /// The functions by their ids, without those that only the nemesis uses at the end.
  fileprivate var functionsUsed: [String] {
    let most = function.max().map { Int($0) + 1 } ?? 0
    return Array(functions.prefix(most))
  }
}
