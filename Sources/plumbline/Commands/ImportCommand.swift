import Base
import Formats
import Histories

/// `plumbline import LOG`: finds the map of a foreign log, or writes what it says as a history.
enum ImportCommand: Command {
  static let name = "import"
  static let summary = "find the map of another recorder's log, or make a history of it"
  static let usage = "[OPTION ...] LOG..."
  static let options =
    CheckSettings.reading + [
      CommandOption(
        "guess", help: "print a map that fits, with what is not certain as comments, and no more"),
      CommandOption("output", short: "o", "FILE", help: "where to; standard output by default"),
    ]
  static let details = """
    A map says which fields a log has and what its words mean (docs/how-to/bring-your-own-log.md).
    Every command that reads histories takes one as --map FILE, or from the member map of
    .plumbline.json5 in the current folder. Several LOGs with --order time are one history of
    several clients, whose times must be of one clock.

    examples:
      plumbline import --guess client.log > client.map
      plumbline check --map client.map client.log
      plumbline import --map client.map client.log -o history.jsonl
      plumbline import --map client.map --order time client-*.log -o history.jsonl
    """

  static func run(
    _ arguments: ParsedArguments, _ terminal: Terminal
  ) throws(Failure) -> ExitCode {
    let settings = try CheckSettings(arguments)
    if arguments.has("guess") {
      guard arguments.positional.count == 1 else {
        throw Failure(.usage, "import --guess needs one LOG (- is standard input)")
      }
      let guess = try HistoryReader.guess(
        path: arguments.positional[0], options: settings.reading)
      let text = guess.map.text(unsure: guess.doubts)
      try Output.write(Array(text.utf8), to: arguments["output"])
      for doubt in guess.doubts { terminal.warn("plumbline: not sure: \(doubt)") }
      for note in guess.notes { terminal.warn("plumbline: \(note)") }
      return .success
    }
    let history = try settings.oneHistory(of: arguments.positional, for: name, "LOG")
    for warning in history.warnings { terminal.warn("plumbline: \(warning)") }
    try Output.write(JSONLinesWriter.bytes(of: history), to: arguments["output"])
    return .success
  }
}
