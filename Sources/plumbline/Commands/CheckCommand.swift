import Base
import Checker
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
    exit code: 0 linearizable, 1 violation, 2 undecided, 65 or 66 a file that cannot be read.

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
    let files = HistoryFiles.found(arguments.positional)
    var witness = try arguments["witness"].map { (path) throws(Failure) in
      try WitnessFile(path: path)
    }
    let report = TextReport(
      palette: Palette(color: terminal.usesColor), width: terminal.width,
      ascii: arguments.has("ascii"))
    let fileWidth = min(60, files.map { Legible.width($0.path) }.max() ?? 0)
    var tally = VerdictTally()
    var endings = Endings()
    for file in files {
      let checked = check(file, settings, terminal, &endings, wantsWitness: witness != nil)
      try witness?.write(checked)
      if arguments.has("json") {
        try terminal.output(VerdictJSON.object(checked).description + "\n")
      } else {
        try terminal.output(report.line(checked, fileWidth: fileWidth) + "\n")
        try terminal.output(report.details(checked))
      }
      tally.add(checked)
      if endings.signal != nil { break }
    }
    if files.count > 1, !arguments.has("json") { terminal.note(tally.line) }
    return endings.exitCode
  }

  private static func follow(
    _ arguments: ParsedArguments, _ settings: CheckSettings, _ terminal: Terminal
  ) throws(Failure) -> ExitCode {
    var followed = try FollowedCheck(arguments, settings, terminal)
    var endings = Endings()
    let checked: CheckedFile
    do throws(Failure) {
      checked = try followed.run()
    } catch {
      if error.code == .usage { throw error }
      endings.add(error.code)
      checked = CheckedFile(file: followed.file, finding: .error(error.shown))
    }
    if arguments.has("json") {
      try terminal.output(VerdictJSON.object(checked).description + "\n")
    } else {
      let report = TextReport(
        palette: Palette(color: terminal.usesColor), width: terminal.width,
        ascii: arguments.has("ascii"))
      try terminal.output(report.line(checked) + "\n" + report.details(checked))
    }
    endings.signal = followed.signal
    if case .checked(let result, _) = checked.finding {
      let saysNothing = result.operations == 0 && result.verdict == .linearizable
      if saysNothing {
        terminal.warn("plumbline: \(checked.file): no operation, so nothing to check")
      }
      endings.add(saysNothing ? .inconclusive : result.verdict.exitCode)
    }
    return endings.exitCode
  }

  /// Reads and checks one file; a file that cannot be is a finding as well.
  static func check(
    _ file: HistoryFiles.Found, _ settings: CheckSettings, _ terminal: Terminal,
    _ endings: inout Endings, wantsWitness: Bool
  ) -> CheckedFile {
    do throws(Failure) {
      if let problem = file.problem { throw problem }
      var history = try HistoryReader.read(path: file.path, options: settings.reading)
      FaultsFile.note(beside: file.path, in: &history)
      let result = try Judgement.check(
        history, file: file.path, settings, terminal, wantsWitness: wantsWitness,
        interrupted: &endings.signal)
      // A history without a single operation says nothing, and must not pass a gate.
      let saysNothing = history.count == 0 && result.verdict == .linearizable
      if saysNothing { terminal.warn("plumbline: \(file.path): no operation, so nothing to check") }
      endings.add(saysNothing ? .inconclusive : result.verdict.exitCode)
      return CheckedFile(file: file.path, finding: .checked(result, history))
    } catch {
      endings.add(error.code)
      let message = error.shown
      return CheckedFile(file: file.path, finding: .error(message))
    }
  }
}

/// The endings of several files, and the one that decides.
struct Endings {
  private var codes: Set<ExitCode> = []
  /// The signal that ended the work early.
  var signal: Int32?

  /// Notes how one file ended.
  mutating func add(_ code: ExitCode) { codes.insert(code) }

  /// A violation outranks everything; then our defects, other errors, interruption, undecided.
  var exitCode: ExitCode {
    let order: [ExitCode] = [
      .violation, .defect, .inputOutput, .badInput, .missingInput, .usage, .unavailable,
    ]
    if codes.contains(.violation) { return .violation }
    if let signal { return signal == SIGTERM ? .terminated : .interrupted }
    return (order + [.undecided, .inconclusive]).first { codes.contains($0) } ?? .success
  }
}
