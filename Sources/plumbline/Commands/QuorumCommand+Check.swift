import Base
import Formats
import Histories
import Quorums
import Report

/// `plumbline quorum check HISTORY|TRACE|RUN...`: were the quorums that were used quorums?
extension QuorumCommand {
  /// What one argument means.
  private struct Subject {
    var name: String
    var history: String?
    var traces: [String] = []
  }

  static func check(
    _ arguments: ParsedArguments, _ terminal: Terminal
  ) throws(Failure) -> ExitCode {
    let allowed = Set(QuorumArguments.systems.map(\.name) + ["json", "ascii", "quiet", "color"])
    for name in arguments.values.keys.sorted() where !allowed.contains(name) {
      throw Failure(.usage, "--\(name) is not for quorum check")
    }
    let paths = Array(arguments.positional.dropFirst())
    guard !paths.isEmpty else {
      throw Failure(
        .usage, "quorum check needs a HISTORY, TRACE or RUN (- is a trace on standard input)")
    }
    let isGiven = QuorumArguments.systems.contains { arguments.has($0.name) }
    let system = isGiven ? try QuorumArguments.system(arguments, files: []) : nil
    var endings: [Bool?] = []
    for subject in try subjects(paths) {
      if let path = subject.history {
        let history = try HistoryReader.read(path: path)
        let report = HistoryCheck.run(history, file: path, system: system)
        try show(report, path, "operation", arguments, terminal)
        endings.append(report.holds)
      }
      if !subject.traces.isEmpty {
        let report = try TraceCheck.run(subject.traces, system: system)
        try show(report, subject.name, "event", arguments, terminal)
        endings.append(report.holds)
      }
    }
    if endings.contains(false) { return .violation }
    return endings.contains(true) ? .success : .inconclusive
  }

  private static func show(
    _ report: DynamicReport, _ name: String, _ unit: String, _ arguments: ParsedArguments,
    _ terminal: Terminal
  ) throws(Failure) {
    if arguments.has("json") {
      let members = DynamicJSON.object(report).members ?? []
      let object = JSON.object([JSON.Member("file", .string(name))] + members)
      try terminal.output(object.description + "\n")
      return
    }
    let text = DynamicText(
      palette: Palette(color: terminal.usesColor), width: terminal.width,
      ascii: arguments.has("ascii"))
    try terminal.output(text.page(report, of: name, unit: unit))
  }

  /// A run's folder is its history and its traces; traces that are given side by side are one.
  private static func subjects(_ paths: [String]) throws(Failure) -> [Subject] {
    var subjects: [Subject] = []
    var traces: [String] = []
    for path in paths {
      guard path == "-" || File.kind(path) != .folder else {
        subjects.append(try run(path))
        continue
      }
      if try isTrace(path) {
        traces.append(path)
      } else {
        subjects.append(Subject(name: path, history: path))
      }
    }
    if !traces.isEmpty {
      let name = traces.count == 1 ? traces[0] : "\(traces.count) traces"
      subjects.append(Subject(name: name, traces: traces))
    }
    return subjects
  }

  private static func run(_ path: String) throws(Failure) -> Subject {
    let folder = RunFolder(path: path)
    let traces = folder.traces
    guard folder.hasHistory || !traces.isEmpty else {
      throw Failure(
        .missingInput,
        "\(path): neither \(RunFolder.Name.history.rawValue) nor nodes/*/\(NodeFolder.traceName) "
          + "is in this folder")
    }
    return Subject(
      name: folder[.nodes], history: folder.hasHistory ? folder.history : nil, traces: traces)
  }

  /// A trace's lines have `event`, a history's `process` and `type`.
  private static func isTrace(_ path: String) throws(Failure) -> Bool {
    guard path != "-" else { return true }
    let head = try File.head(path, count: 4096)
    guard let end = head.firstIndex(of: UInt8(ascii: "\n")) ?? (head.isEmpty ? nil : head.count)
    else { return false }
    let line = String(decoding: head[..<end], as: UTF8.self)
    return line.contains("\"event\"") && !line.contains("\"process\"")
  }
}

/// The traces of a run.
enum RunTraces {
  /// What the traces of a run say about its quorums, in a few lines; empty without traces.
  static func section(
    _ folder: RunFolder, _ arguments: ParsedArguments, _ terminal: Terminal
  ) -> String {
    let paths = folder.traces
    guard !paths.isEmpty else { return "" }
    let report: DynamicReport
    do throws(Failure) { report = try TraceCheck.run(paths) } catch {
      // The verdict stands, whatever became of the traces.
      return "\nThe traces of the nodes could not be read: \(error.message)\n"
    }
    let text = DynamicText(
      palette: Palette(color: terminal.usesColor), width: terminal.width,
      ascii: arguments.has("ascii")
    ).section(report)
    return text.isEmpty ? "" : "\nTraces of the nodes\n" + text
  }
}
