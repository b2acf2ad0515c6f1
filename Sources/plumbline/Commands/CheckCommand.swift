import Base
import Checker
import Findings
import Formats
import Glibc
import Histories
import Report

/// `plumbline check FILE...`: read, check, report, exit code.
enum CheckCommand: Command {
  static let name = "check"
  static let summary = "verify recorded histories; a folder means every history in it"
  static let usage = "[OPTION ...] FILE..."
  static let options =
    CheckSettings.options + [
      CommandOption("json", help: "print one JSON object a history instead of text"),
      CommandOption(
        "witness", "FILE", help: "write the accepted order of each key there, as JSON lines"),
      CommandOption("ascii", help: "draw with ASCII characters only"),
    ] + FollowedCheck.options
  static let details = """
    FILE may be - for standard input, and may be compressed with gzip. A run's folder holds one
    history. Every file is checked, whatever became of the others; the worst verdict decides the
    exit code: 0 linearizable, 1 violation, 2 undecided, 3 too little was exercised or checked to
    mean anything, 65 or 66 a file that cannot be read, 69 nobody ever answered the run's clients.

    examples:
      plumbline check runs/latest
      plumbline check --model queue --json history.edn
      plumbline check --failed-cas observes --time-limit 30s *.log
      plumbline check --follow runs/latest
      my-recorder | plumbline check --follow -
    """

  static func run(
    _ arguments: ParsedArguments, _ terminal: Terminal
  ) throws(Failure) -> ExitCode {
    guard !arguments.positional.isEmpty else {
      throw Failure(.usage, "check needs at least one FILE (- is standard input)")
    }
    let settings = try CheckSettings(arguments)
    if arguments.has("follow") { return try follow(arguments, settings, terminal) }
    if arguments.has("until-quiet") {
      throw Failure(.usage, "--until-quiet is for --follow")
    }
    let search = HistorySearch(arguments.positional)
    let files = search.histories
    let witness = try arguments["witness"].map { (path) throws(Failure) in
      try WitnessFile(path: path)
    }
    let report = TextReport(
      palette: Palette(color: terminal.usesColor), width: terminal.width,
      ascii: arguments.has("ascii"))
    let fileWidth = min(60, files.map { Legible.width($0.path) }.max() ?? 0)
    let investigate = Investigate(settings, terminal)
    var tally = VerdictTally()
    var ending = Ending.holds
    var signal: Int32?
    try investigate.files(files, wantsWitness: witness != nil, signal: &signal) {
      (found) throws(Failure) in
      try witness?.write(found)
      if arguments.has("json") {
        try terminal.output(VerdictJSON.object(found).description + "\n")
      } else {
        try terminal.output(report.line(found, fileWidth: fileWidth) + "\n")
        try terminal.output(report.details(found))
      }
      tally.add(found)
      ending.merge(found.ending)
    }
    try witness?.finish()
    if files.count > 1, !arguments.has("json") { terminal.note(tally.line) }
    if let words = search.skippedWords { terminal.note(words) }
    return ending.merged(with: Ending(signal: signal)).exitCode
  }

  private static func follow(
    _ arguments: ParsedArguments, _ settings: CheckSettings, _ terminal: Terminal
  ) throws(Failure) -> ExitCode {
    var followed = try FollowedCheck(arguments, settings, terminal)
    let found: Investigated
    do throws(Failure) {
      found = try followed.run()
    } catch {
      if error.code == .usage { throw error }
      found = Investigated(file: followed.file, .failed(error))
    }
    if arguments.has("json") {
      try terminal.output(VerdictJSON.object(found).description + "\n")
    } else {
      let report = TextReport(
        palette: Palette(color: terminal.usesColor), width: terminal.width,
        ascii: arguments.has("ascii"))
      try terminal.output(report.line(found) + "\n" + report.details(found))
    }
    return found.ending.merged(with: Ending(signal: followed.signal)).exitCode
  }
}
