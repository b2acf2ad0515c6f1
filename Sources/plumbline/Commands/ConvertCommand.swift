import Base
import Formats
import Histories

/// `plumbline convert FILE`: from one history format to another.
enum ConvertCommand: Command {
  static let name = "convert"
  static let summary = "write a history in another format"
  static let usage = "[OPTION ...] FILE..."
  static let options =
    CheckSettings.reading + [
      CommandOption(
        "to", "FORMAT", choices: ["jsonl", "edn"], help: "what to write; jsonl by default"),
      CommandOption("output", short: "o", "FILE", help: "where to; standard output by default"),
    ]
  static let details = """
    Fields that plumbline does not know are kept. EDN and JSON lines can be read back; the other
    formats are read only. Several FILEs with --order time are one history of several clients,
    whose times must be of one clock; a process that is in two of them is two clients.

    examples:
      plumbline convert --order time client-*.jsonl -o history.jsonl
      plumbline convert history.edn -o history.jsonl
      plumbline convert --to edn runs/latest/history.jsonl | less
    """

  static func run(
    _ arguments: ParsedArguments, _ terminal: Terminal
  ) throws(Failure) -> ExitCode {
    let settings = try CheckSettings(arguments)
    let history = try settings.oneHistory(of: arguments.positional, for: name, "FILE")
    for warning in history.warnings { terminal.warn("plumbline: \(warning)") }
    let bytes =
      arguments["to"] == "edn" ? EDNWriter.bytes(of: history) : JSONLinesWriter.bytes(of: history)
    try Output.write(bytes, to: arguments["output"])
    return .success
  }
}
