import Base
import Checker
import Consistency
import Findings
import Formats
import Histories
import Report

/// `plumbline explain FILE`: the shortest counterexample, in words and as a drawing.
enum ExplainCommand: Command {
  static let name = "explain"
  static let summary = "the shortest counterexample, in words and as a drawing"
  static let usage = "[OPTION ...] FILE|RUN..."
  static let options =
    CheckSettings.options + [
      CommandOption("key", "KEY", help: "the key to explain, where several are not linearizable"),
      CommandOption("json", help: "print one JSON object a history instead of text"),
      CommandOption("ascii", help: "draw with ASCII characters only"),
    ]
  static let details = """
    Says what happened, with clients, nodes, times and lines of the file; what the rule is; which
    faults were on; how stale the reads were and how many further violations of the same kind
    there are. A history that could not be decided is explained with numbers, too.
    The exit code is that of check: 0 linearizable, 1 violation, 2 undecided, 3 inconclusive, 65 or
    66 a file that cannot be read.

    examples:
      plumbline explain runs/latest
      plumbline explain --key k2 --ascii history.jsonl
      plumbline explain --json --model queue history.edn
    """

  static func run(
    _ arguments: ParsedArguments, _ terminal: Terminal
  ) throws(Failure) -> ExitCode {
    guard !arguments.positional.isEmpty else {
      throw Failure(.usage, "explain needs a FILE or RUN (- is standard input)")
    }
    var investigate = Investigate(try CheckSettings(arguments), terminal)
    investigate.measures = true
    var ending = Ending.holds
    var signal: Int32?
    let search = HistorySearch(arguments.positional)
    for file in search.histories {
      var found = investigate.file(file, signal: &signal)
      let key = try chosenKey(arguments, &found, investigate)
      if arguments.has("json") {
        try terminal.output(ExplainJSON.object(found, key: key).description + "\n")
      } else {
        let text = ExplainText(
          palette: Palette(color: terminal.usesColor), width: terminal.width,
          ascii: arguments.has("ascii"))
        try terminal.output(text.text(found, key: key))
      }
      ending.merge(found.ending)
      if signal != nil { break }
    }
    if let words = search.skippedWords { terminal.note(words) }
    return ending.merged(with: Ending(signal: signal)).exitCode
  }

  /// The key that was asked for, measured in place of the first.
  private static func chosenKey(
    _ arguments: ParsedArguments, _ found: inout Investigated, _ investigate: Investigate
  ) throws(Failure) -> ValueID? {
    guard let name = arguments["key"], var findings = found.findings,
      let result = findings.result
    else { return nil }
    let key = try key(name, result, findings.history, found.file)
    if let violation = result.violations.first(where: { $0.key == key }) {
      findings.extent = investigate.extent(of: violation, findings)
      found.outcome = .judged(findings)
    }
    return key
  }

  /// The key of that name among those that are not linearizable.
  private static func key(
    _ name: String, _ result: CheckResult, _ history: History, _ file: String
  ) throws(Failure) -> ValueID {
    let keys = result.violations.map(\.key) + result.undecided.map(\.key)
    let words = { (key: ValueID) -> String in
      key == ValueTable.none
        ? "null" : history.values.string(key) ?? history.values.json(key).description
    }
    if let key = keys.first(where: { words($0) == name }) { return key }
    let known = keys.map(words)
    guard !known.isEmpty else {
      throw Failure(.usage, "--key is “\(name)”, but every key of \(file) is linearizable")
    }
    throw Failure(
      .usage,
      "--key is “\(name)”, expected one that is not linearizable: "
        + known.prefix(20).joined(separator: ", ") + (known.count > 20 ? ", …" : ""))
  }
}
