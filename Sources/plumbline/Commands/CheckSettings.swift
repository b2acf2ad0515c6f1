import Base
import Checker
import Formats
import Glibc
import Histories

/// The options that say how a history is read and judged, shared by `check`, `test` and `report`.
struct CheckSettings: Sendable {
  static let options: [CommandOption] =
    reading + [
      CommandOption(
        "model", short: "m", "NAME",
        help: "the model to check against (see plumbline models); auto takes the file's header, "
          + "else the functions"),
      CommandOption(
        "initial", "JSON",
        help: "the value before the first operation; unknown lets the first "
          + "read fix it, of each key its own"),
      CommandOption(
        "failed-cas", "HOW", choices: CheckOptions.FailedCas.allCases.map(\.rawValue),
        help: "a failed cas never ran (drops), or saw another value than it expected (observes)"),
      CommandOption(
        "null-read", "HOW", choices: CheckOptions.NullRead.allCases.map(\.rawValue),
        help: "a completed read of null saw “absent”, or its result is unknown (any)"),
      CommandOption("permits", "N", help: "the permits of a semaphore"),
      CommandOption(
        "allow-vacuous",
        help: "a history without an answer that could be wrong passes (without it: inconclusive)"),
    ] + limits

  static let reading: [CommandOption] = [
    CommandOption(
      "format", "NAME", choices: ["auto"] + Formats.all.map(\.name),
      help: "the format of the file; auto looks at the content"),
    CommandOption(
      "map", "FILE",
      help: "what the fields and words of another recorder's log mean (plumbline import --guess "
        + "prints one)"),
    CommandOption("keyed", help: "values are pairs [key, value] (Jepsen's independent keys)"),
    CommandOption("not-keyed", help: "values are no such pairs, even if they all look like it"),
    CommandOption(
      "order", "HOW", choices: EventOrder.allCases.map(\.rawValue),
      help: "the order of events: that of the lines, or sorted by their times or indices; line by "
        + "default, and then what completes before it was invoked is an error"),
    CommandOption(
      "lone-completions", "HOW", choices: LoneCompletions.allCases.map(\.rawValue),
      help: "a completion without an invocation is an error (refuse, the default), or its "
        + "operation may have begun at any time since its process's event before (earliest)"),
  ]

  static let limits: [CommandOption] = [
    CommandOption("time-limit", "TIME", help: "give up on a history after this time (30s, 5m)"),
    CommandOption(
      "memory-limit", "SIZE",
      help: "give up at this much memory; by default half of the machine's, or the container's"),
    CommandOption("threads", "N", help: "keys checked at the same time; one a core by default"),
  ]

  /// Whether a history of which nothing could be wrong passes.
  var allowsVacuous = false
  /// How to read a file.
  var reading = ReadOptions()
  private var options = CheckOptions()
  /// What the process takes besides what is read and searched: its code, and what it prints. A
  /// limit of three times as much and more holds for the process, a smaller one for the rest.
  private static let ownBytes: Int64 = 16 << 20

  /// What is set aside of the limit for the process.
  private var reserved: Int64 { max(0, min(Self.ownBytes, bytes - 2 * Self.ownBytes)) }
  /// Whether the limit is one for the whole process; a small one is for the history and its check.
  private var isOfProcess: Bool { bytes >= 64_000_000 }
  private var nanoseconds: Int64?
  private var bytes: Int64

  /// Reads the options; a check takes no longer than `patience` where they name no limit.
  init(_ arguments: ParsedArguments, patience: Int64? = nil) throws(Failure) {
    if arguments.has("keyed"), arguments.has("not-keyed") {
      throw Failure(.usage, "--keyed and --not-keyed contradict each other")
    }
    if let format = arguments["format"], format != "auto" { reading.format = format }
    if arguments.has("keyed") { reading.keyed = true }
    if arguments.has("not-keyed") { reading.keyed = false }
    reading.order = arguments["order"].flatMap { EventOrder(rawValue: $0) }
    if let word = arguments["lone-completions"], let choice = LoneCompletions(rawValue: word) {
      reading.loneCompletions = choice
    }
    allowsVacuous = arguments.has("allow-vacuous")
    if let model = arguments["model"] {
      if model != CheckOptions.auto {
        do throws(CheckError) { _ = try Models.named(model) } catch {
          throw Failure(error.code, "--model: \(error.message)")
        }
      }
      options.model = model
    }
    if let text = arguments["initial"] {
      options.initial = try CheckSettings.initial(text)
    }
    options.failedCas = arguments["failed-cas"].flatMap { CheckOptions.FailedCas(rawValue: $0) }
    options.nullRead = arguments["null-read"].flatMap { CheckOptions.NullRead(rawValue: $0) }
    options.permits = try arguments.count("permits")
    let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    options.threads = try arguments.count("threads") ?? cores
    nanoseconds = try arguments.duration("time-limit") ?? patience
    bytes = try arguments.size("memory-limit") ?? MachineMemory.limit() / 2
    // The check of what was read takes more than half as much again.
    reading.memoryLimit = Int((bytes - reserved) / 3 * 2)
    if isOfProcess { reading.processLimit = bytes }
    if bytes < 1 << 30 { MachineMemory.keepTight() }
    try readMap(arguments)
  }

  /// The map of the command line, else the project's.
  private mutating func readMap(_ arguments: ParsedArguments) throws(Failure) {
    if let path = arguments["map"] {
      reading.map = try FieldMap.parse(try File.read(path), file: path)
    } else if let map = try ProjectFile.read()["map"] {
      reading.otherMap = try FieldMap(map, file: ProjectFile.name)
    }
  }

  private static func initial(_ text: String) throws(Failure) -> CheckOptions.Initial {
    if text == "unknown" { return .unknown }
    do throws(JSONError) {
      return .value(try JSONParser.parse(text))
    } catch {
      throw Failure(.usage, "--initial is “\(text)”, expected JSON or unknown: \(error.message)")
    }
  }

  /// The history of one file, or of several that `--order time` puts together.
  func oneHistory(
    of paths: [String], for command: String, _ what: String
  ) throws(Failure) -> History {
    if paths.count == 1 { return try HistoryReader.read(path: paths[0], options: reading) }
    guard !paths.isEmpty else {
      throw Failure(.usage, "\(command) needs a \(what) (- is standard input)")
    }
    guard reading.order == .time else {
      throw Failure(
        .usage,
        "\(command): \(paths.count) files are one history only in the order of their times; say "
          + "--order time if they are of one clock")
    }
    return try HistoryReader.read(together: paths, options: reading)
  }

  /// Options of one check, with a budget that starts now.
  func checkOptions() -> CheckOptions {
    var fresh = options
    let resident: @Sendable () -> Int64 = { MachineMemory.resident() }
    fresh.budget = Budget(
      nanoseconds: nanoseconds, bytes: bytes, resident: isOfProcess ? resident : nil)
    _ = fresh.budget.reserve(bytes: reserved)
    return fresh
  }
}
