import Base
import Checker
import Findings
import Histories

/// The messages, faults and operations around the first violation of a simulated run, as a
/// space–time diagram. In a terminal and in JSON it is for `explain`, which asks for a key's.
struct SpaceTimeSection: Section {
  func html(_ findings: HistoryFindings) -> Markup {
    guard let told = findings.told(key: nil),
      let diagram = findings.spaceTime(told.violation, told.words)
    else { return "" }
    let notes = Markup(
      diagram.notes.map { "<p class=\"soft\">\(Legible.text($0, limit: 400))</p>" })
    let description =
      "What nodes and clients sent each other around the counterexample, \(diagram.rows.count) rows"
    return """
      <section aria-labelledby="spacetime-title">
      <h2 id="spacetime-title">Messages and faults</h2>
      <div class="drawing"><div class="scroll" tabindex="0" role="group" \
      aria-label="Space–time diagram">\
      \(SpaceTimeSVG.markup(diagram, description: description))</div></div>
      \(notes)
      </section>
      """
  }

  /// The diagram of a violation, for a terminal.
  func text(
    _ findings: HistoryFindings, _ violation: Violation, _ words: Explanation, _ report: TextReport
  ) -> [String] {
    guard let diagram = findings.spaceTime(violation, words) else { return [] }
    let drawing = SpaceTimeDrawing(
      diagram, palette: report.palette, columns: report.width - 2, ascii: report.ascii)
    return [""] + drawing.lines().map { "  " + $0 }
  }

  /// The member `diagram` of a violation.
  func json(
    _ findings: HistoryFindings, _ violation: Violation, _ words: Explanation
  ) -> [JSON.Member] {
    guard let diagram = findings.spaceTime(violation, words) else { return [] }
    let lanes = diagram.lanes.map { lane -> JSON in
      switch lane {
      case .node(let name): ["node": .string(name)]
      case .client(let process): ["client": .integer(process)]
      }
    }
    return [
      JSON.Member(
        "diagram",
        [
          "lanes": .array(lanes),
          "rows": .array(diagram.rows.map { Self.json($0, findings.history) }),
          "notes": .array(diagram.notes.map { .string($0) }),
        ])
    ]
  }

  private static func json(_ row: SpaceTime.Row, _ history: History) -> JSON {
    var members: [JSON.Member] = [
      .init("time", .integer(row.time)), .init("kind", .string(row.kind.rawValue)),
      .init("words", .string(row.words)),
    ]
    if let until = row.until { members.append(.init("until", .integer(until))) }
    if let from = row.from { members.append(.init("from", JSON(from))) }
    if let to = row.to { members.append(.init("to", JSON(to))) }
    if !row.marks.isEmpty { members.append(.init("on", .array(row.marks.map { JSON($0) }))) }
    if let fate = row.fate { members.append(.init("fate", .string(fate.rawValue))) }
    if let operation = row.operation, history.line.indices.contains(operation) {
      members.append(.init("line", .integer(Int64(history.line[operation]))))
    }
    return .object(members)
  }
}
