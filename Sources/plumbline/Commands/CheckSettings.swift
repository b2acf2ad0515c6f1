import Base
import Checker
import Formats
import Glibc

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
          + "read fix it"),
      CommandOption(
        "failed-cas", "HOW", choices: CheckOptions.FailedCas.allCases.map(\.rawValue),
        help: "a failed cas never ran (drops), or saw another value than it expected (observes)"),
      CommandOption(
        "null-read", "HOW", choices: CheckOptions.NullRead.allCases.map(\.rawValue),
        help: "a completed read of null saw “absent”, or its result is unknown (any)"),
      CommandOption("permits", "N", help: "the permits of a semaphore"),
    ] + limits

  static let reading: [CommandOption] = [
    CommandOption(
      "format", "NAME", choices: ["auto"] + Formats.all.map(\.name),
      help: "the format of the file; auto looks at the content"),
    CommandOption("keyed", help: "values are pairs [key, value] (Jepsen's independent keys)"),
    CommandOption("not-keyed", help: "values are no such pairs, even if they all look like it"),
  ]

  static let limits: [CommandOption] = [
    CommandOption("time-limit", "TIME", help: "give up on a history after this time (30s, 5m)"),
    CommandOption(
      "memory-limit", "SIZE",
      help: "give up at this much memory; by default half of the machine's"),
    CommandOption("threads", "N", help: "keys checked at the same time; one a core by default"),
  ]

  /// How to read a file.
  var reading = ReadOptions()
  private var options = CheckOptions()
  private var nanoseconds: Int64?
  private var bytes: Int64

  init(_ arguments: ParsedArguments) throws(Failure) {
    if arguments.has("keyed"), arguments.has("not-keyed") {
      throw Failure(.usage, "--keyed and --not-keyed contradict each other")
    }
    if let format = arguments["format"], format != "auto" { reading.format = format }
    if arguments.has("keyed") { reading.keyed = true }
    if arguments.has("not-keyed") { reading.keyed = false }
    if let model = arguments["model"] {
      if model != "auto" {
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
    nanoseconds = try arguments.duration("time-limit")
    let memory = Int64(sysconf(Int32(_SC_PHYS_PAGES))) * Int64(sysconf(Int32(_SC_PAGESIZE)))
    bytes = try arguments.size("memory-limit") ?? memory / 2
  }

  private static func initial(_ text: String) throws(Failure) -> CheckOptions.Initial {
    if text == "unknown" { return .unknown }
    do throws(JSONError) {
      return .value(try JSONParser.parse(text))
    } catch {
      throw Failure(.usage, "--initial is “\(text)”, expected JSON or unknown: \(error.message)")
    }
  }

  /// Options of one check, with a budget that starts now.
  func checkOptions() -> CheckOptions {
    var fresh = options
    fresh.budget = Budget(nanoseconds: nanoseconds, bytes: bytes)
    return fresh
  }
}
