import Base
import Checker
import Formats
import Histories
import Recorder
import Report

/// `plumbline report RUN...`: the self-contained page of a run or of a history file.
enum ReportCommand: Command {
  static let name = "report"
  static let summary = "write the self-contained HTML page of a run or of a history file"
  static let usage = "[OPTION ...] RUN|FILE..."
  static let options =
    CheckSettings.options + [
      CommandOption(
        "output", short: "o", "FILE",
        help: "where to; by default report.html in the run's folder, or beside the file")
    ]
  static let details = """
    The history is checked again. The exit code is 0 when the page was written, whatever it says.

    examples:
      plumbline report runs/latest
      plumbline report --model queue history.edn -o queue.html
    """

  static func run(
    _ arguments: ParsedArguments, _ terminal: Terminal
  ) throws(Failure) -> ExitCode {
    guard !arguments.positional.isEmpty else {
      throw Failure(.usage, "report needs at least one RUN or FILE")
    }
    if arguments.has("output"), arguments.positional.count > 1 {
      throw Failure(.usage, "--output takes the page of one RUN or FILE, not of several")
    }
    let settings = try CheckSettings(arguments)
    if arguments.positional.contains("-"), !arguments.has("output") {
      throw Failure(.usage, "report of standard input needs --output FILE (- is standard output)")
    }
    for argument in arguments.positional {
      let page = try write(argument, settings, to: arguments["output"], terminal)
      if page != "-" { terminal.note("wrote \(page)") }
    }
    return .success
  }

  private static func write(
    _ argument: String, _ settings: CheckSettings, to output: String?, _ terminal: Terminal
  ) throws(Failure) -> String {
    let isRun = argument != "-" && File.kind(argument) == .folder
    let folder = argument.hasSuffix("/") ? String(argument.dropLast()) : argument
    let file = isRun ? folder + "/history.jsonl" : argument
    var history = try HistoryReader.read(path: file, options: settings.reading)
    FaultsFile.note(beside: file, in: &history)
    var interrupted: Int32?
    let result = try Judgement.check(
      history, file: file, settings, terminal, interrupted: &interrupted)
    let page = output ?? (isRun ? folder + "/report.html" : argument + ".html")
    var info: RunInfo?
    var shortcomings: [String] = []
    if isRun, File.kind(folder + "/plan.json5") == .file {
      let plan = try Plan(file: folder + "/plan.json5")
      info = RunInfo(plan: plan, folder: folder, history: history)
      shortcomings = plan.requirement.shortcomings(of: Coverage(of: history))
    }
    let report = HTMLReport(
      title: info?.name ?? file, info: info, coverage: Coverage(of: history),
      shortcomings: shortcomings)
    let bytes = report.page(history, result: result)
    if page == "-" {
      try terminal.output(bytes: bytes)
    } else {
      try File.replace(page, with: bytes)
    }
    return page
  }
}
