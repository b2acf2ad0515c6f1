import Findings
import Histories

/// The drawing of an explanation: the faults that were on, the operations that the story names by
/// client, and the times of their events below.
struct ExplainedDrawing {
  private let plan: DrawingPlan
  private let palette: Palette
  private let ascii: Bool
  private let history: History
  private let spans: [FaultSpans.Span]
  private let gutter: Int
  private let columns: Int

  /// At most that many faults are drawn.
  private static let mostFaults = 4

  init(_ explanation: Explanation, of history: History, palette: Palette, width: Int, ascii: Bool) {
    self.palette = palette
    self.ascii = ascii
    self.history = history
    columns = width
    let valid = explanation.operations.filter(history.processes.indices.contains)
    let begin = valid.map { history.invoked[$0] }.min() ?? 0
    let end = valid.map { max(history.invoked[$0], history.finished($0)) }.max() ?? 0
    spans = Array(
      FaultSpans(history).active(from: begin, to: end).prefix(ExplainedDrawing.mostFaults))
    let names = spans.map { Legible.width(Legible.text($0.name, limit: 16)) + 2 }
    gutter = max(Drawing.gutter(valid.map { history.processes[$0] }), names.max() ?? 0)
    plan = DrawingPlan(
      valid, culprit: explanation.culprit, of: history, width: width - gutter,
      text: OperationText(ascii: ascii))
  }

  func lines() -> [String] {
    guard !plan.bars.isEmpty else { return [] }
    let drawing = Drawing(plan, palette: palette, ascii: ascii)
    return spans.map(line) + drawing.rows(gutter: gutter) + axis()
      + drawing.legend(gutter: gutter, columns: columns)
  }

  /// The events that are drawn: rank, time, column; ascending.
  private var events: [(rank: Int32, time: Int64, column: Int)] {
    var events: [(rank: Int32, time: Int64, column: Int)] = []
    for bar in plan.bars {
      let operation = bar.operation
      events.append((history.invoked[operation], history.invokedTime[operation], bar.start))
      if !bar.isOpen {
        events.append((history.completed[operation], history.completedTime[operation], bar.end))
      }
    }
    return events.sorted { $0.rank < $1.rank }
  }

  /// A fault as a band over the columns of the events that it was on for.
  private func line(_ span: FaultSpans.Span) -> String {
    let events = events
    let before = events.last { $0.rank < span.begin }
    let after = events.first { $0.rank > span.end }
    let start = before.map { $0.column + 1 } ?? 0
    let end = max(start, after.map { $0.column - 1 } ?? plan.width - 1)
    let sign = ascii ? "#" : "▒"
    let band = String(repeating: sign, count: min(end, plan.width - 1) - start + 1)
    let name = Legible.padded(Legible.text(span.name, limit: 16), to: gutter)
    return palette.dim(name) + String(repeating: " ", count: start) + palette.unsure(band)
  }

  /// The times below their columns, as many as fit.
  private func axis() -> [String] {
    let events = events.filter { $0.time != Event.noTime }
    guard !events.isEmpty else { return [] }
    var ticks = [String](repeating: ascii ? "-" : "─", count: plan.width)
    for event in events where event.column < ticks.count { ticks[event.column] = ascii ? "+" : "┴" }
    var labels = ""
    var used = 0
    for event in events {
      let label = Scene.instant(event.time)
      let room = max(plan.width, used + label.count)
      let start = min(event.column, room - label.count)
      guard start == 0 || start > used, start >= used, start + label.count <= room else { continue }
      labels += String(repeating: " ", count: start - used) + label
      used = start + label.count
    }
    let blank = String(repeating: " ", count: gutter)
    return [palette.dim(blank + ticks.joined()), palette.dim(blank + labels)]
  }
}

extension History {
  /// The rank of an operation's completion; of its invocation when there is none.
  func finished(_ operation: Int) -> Int32 {
    completed[operation] == History.never ? invoked[operation] : completed[operation]
  }
}
