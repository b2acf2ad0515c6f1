import Base
import Checker
import Experiments
import Findings
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
        help: "where to; by default \(RunFolder.Name.report.rawValue) in the run's folder, or "
          + "beside the file")
    ]
  static let details = """
    The history is checked again, for two minutes at most unless --time-limit says otherwise. The
    page is written whatever the verdict, and the exit code is 0 when it was, whatever it says.

    examples:
      plumbline report runs/latest
      plumbline report --model queue history.edn -o queue.html
    """

  /// How long a check takes at most where no limit is named, in nanoseconds.
  private static let patience: Int64 = 120_000_000_000

  static func run(
    _ arguments: ParsedArguments, _ terminal: Terminal
  ) throws(Failure) -> ExitCode {
    guard !arguments.positional.isEmpty else {
      throw Failure(.usage, "report needs at least one RUN or FILE")
    }
    if arguments.has("output"), arguments.positional.count > 1 {
      throw Failure(.usage, "--output takes the page of one RUN or FILE, not of several")
    }
    let settings = try CheckSettings(arguments, patience: patience)
    let investigate = Investigate(settings, terminal, notesProgress: true)
    if arguments.positional.contains("-"), !arguments.has("output") {
      throw Failure(.usage, "report of standard input needs --output FILE (- is standard output)")
    }
    let search = HistorySearch(arguments.positional)
    if arguments.has("output"), search.histories.count > 1 {
      throw Failure(.usage, "--output takes the page of one RUN or FILE, not of several")
    }
    for found in search.histories {
      let page = try write(found, investigate, to: arguments["output"], terminal)
      if page != "-" { terminal.note("wrote \(page)") }
    }
    return .success
  }

  private static func write(
    _ found: FoundHistory, _ investigate: Investigate, to output: String?, _ terminal: Terminal
  ) throws(Failure) -> String {
    var signal: Int32?
    if let problem = found.problem { throw problem }
    let findings: HistoryFindings
    switch investigate.file(found, signal: &signal).outcome {
    case .judged(let judged): findings = judged
    case .failed(let failure): throw failure
    }
    let folder = found.kind == .run ? RunFolder(ofHistory: found.path) : nil
    let page = output ?? folder?[.report] ?? found.path + ".html"
    terminal.live("writing \(page)")
    defer { terminal.live("") }
    let bytes = HTMLReport(title: findings.run?.name ?? found.path).page(findings)
    try Output.write(bytes, to: page)
    return page
  }
}
