import Base
import Findings
import Protocols

/// `plumbline protocols`: the clusters that ship with plumbline, and their bugs.
enum ProtocolsCommand: Command {
  static let name = "protocols"
  static let summary = "list the embedded protocols and the bugs that can be built into them"
  static let usage = "[NAME ...]"
  static let options: [CommandOption] = [
    CommandOption("matrix", help: "who finds each bug in virtual time, how soon, and how small"),
    CommandOption("bug", "NAMES", help: "of --matrix: these bugs alone"),
    CommandOption("seeds", "N", help: "of --matrix: so many seeds of each bug (200)"),
    CommandOption("jobs", "N", help: "of --matrix: seeds at the same time; one a core by default"),
    CommandOption("no-shrink", help: "of --matrix: do not look for the smallest plans"),
    CommandOption("markdown", help: "of --matrix: as a table of a page"),
    CommandOption("json", help: "print JSON"),
  ]
  static let details = """
    A bug that is marked rare takes more than a few runs of real processes; plumbline simulate finds
    it.

    examples:
      plumbline test --bug stale-reads
      plumbline protocols --matrix quorum-register
    """

  static func run(
    _ arguments: ParsedArguments, _ terminal: Terminal
  ) throws(Failure) -> ExitCode {
    let chosen = try Chosen.from(Protocols.all, arguments, what: "protocol") { $0.name }
    if arguments.has("matrix") {
      let matrix = try BugMatrix(of: chosen, arguments, terminal)
      try terminal.output(
        arguments.has("json")
          ? matrix.json.description + "\n"
          : arguments.has("markdown") ? matrix.markdown : matrix.text)
      return Ending(signal: matrix.signal).exitCode
    }
    for option in ["bug", "seeds", "jobs", "no-shrink", "markdown"]
    where arguments.has(option) {
      throw Failure(.usage, "--\(option) is of --matrix")
    }
    guard !arguments.has("json") else {
      try terminal.output(JSON.array(chosen.map(json)).description + "\n")
      return .success
    }
    let text = chosen.map { known in
      let bugs = known.bugs.map { bug in
        "    --bug " + HelpText.padded(bug.name, to: 22) + bug.summary
          + (bug.isRare ? " (rare)\n" : "\n")
      }
      let knobs = known.knobs.map {
        "    --knobs \(HelpText.padded("\($0.name)=\($0.defaultValue)", to: 18))\($0.summary)\n"
      }
      return "\(known.name)\n  \(known.summary)\n\(bugs.joined())\(knobs.joined())"
    }
    try terminal.output(text.joined(separator: "\n"))
    return .success
  }

  private static func json(_ known: ProtocolDescription) -> JSON {
    let bugs = known.bugs.map { bug -> JSON in
      [
        "name": .string(bug.name), "summary": .string(bug.summary),
        "source": .string(bug.source), "rare": .bool(bug.isRare),
        "schedule": bug.schedule.map { .string($0) } ?? .null,
      ]
    }
    let knobs = known.knobs.map { knob -> JSON in
      [
        "name": .string(knob.name), "default": .string(knob.defaultValue),
        "summary": .string(knob.summary),
      ]
    }
    return [
      "name": .string(known.name), "summary": .string(known.summary), "bugs": .array(bugs),
      "knobs": .array(knobs),
    ]
  }
}
