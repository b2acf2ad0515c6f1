import Base
import Checker
import Consistency
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
    The exit code is that of check: 0 linearizable, 1 violation, 2 undecided, 65 or 66 a file that
    cannot be read.

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
    let settings = try CheckSettings(arguments)
    var endings = Endings()
    for file in HistoryFiles.found(arguments.positional) {
      let checked = CheckCommand.check(file, settings, terminal, &endings, wantsWitness: false)
      try terminal.output(explained(checked, settings, arguments, terminal))
      if endings.signal != nil { break }
    }
    return endings.exitCode
  }

  private static func explained(
    _ checked: CheckedFile, _ settings: CheckSettings, _ arguments: ParsedArguments,
    _ terminal: Terminal
  ) throws(Failure) -> String {
    var rules: RegisterRules?
    var key: ValueID?
    if case .checked(let result, let history) = checked.finding {
      rules = RegisterRules(settings.checkOptions(), history)
      key = try arguments["key"].map { (name) throws(Failure) in
        try ExplainCommand.key(name, result, history, checked.file)
      }
    }
    if arguments.has("json") {
      return ExplainJSON.object(checked, key: key, rules: rules).description + "\n"
    }
    return ExplainText(
      palette: Palette(color: terminal.usesColor), width: terminal.width,
      ascii: arguments.has("ascii"), rules: rules
    ).text(checked, key: key)
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
