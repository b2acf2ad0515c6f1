import Base
import Generator

/// `plumbline generate`: histories with a known verdict.
enum GenerateCommand: Command {
  static let name = "generate"
  static let summary = "make a history with a known verdict, as long as you like"
  static let usage = "[OPTION ...]"
  static let options = [
    CommandOption(
      "model", short: "m", "NAME", choices: Generator.models.map(\.name),
      help: "the object that clients use; register by default"),
    CommandOption("operations", short: "n", "N", help: "operations invoked; 1000 by default"),
    CommandOption("clients", "N", help: "clients at work at the same time; 5 by default"),
    CommandOption("keys", "N", help: "independent objects; 1, without a key, by default"),
    CommandOption("values", "N", help: "different values; 0, the default, makes each unique"),
    CommandOption(
      "indeterminate", "SHARE",
      help: "operations whose outcome nobody knows (5%, 0.05); none by default"),
    CommandOption(
      "think-time", "TIME",
      help: "mean time between two operations of a client, each of which takes about 1ms; 0 by "
        + "default: always busy"),
    CommandOption("permits", "N", help: "permits of a semaphore; 2 by default"),
    CommandOption(
      "error", "KIND", help: "the violation to inject (see below); none by default"),
    CommandOption("error-at", "SHARE", help: "where in the run it is; 90% by default"),
    CommandOption("seed", "N", help: "equal seeds and options make equal bytes; 1 by default"),
    CommandOption("output", short: "o", "FILE", help: "where to; standard output by default"),
  ]

  static var details: String {
    var text = """
      The first line of the history names the model, the options and the verdict: a faultless object
      makes every history linearizable, and every kind of error makes it a violation.

      errors:

      """
    for model in Generator.models {
      text += "  \(model.name)\n"
      for kind in model.errors {
        text += "    \(HelpText.padded(kind.name, to: 19))\(kind.help)\n"
      }
    }
    return text + """

      examples:
        plumbline generate -n 1000000 --clients 50 --indeterminate 1% -o long.jsonl
        plumbline generate --model queue --error duplicated | plumbline check -
        plumbline generate --values 5 --clients 10 -n 100000 --error stale-read --seed 7
      """
  }

  static func run(
    _ arguments: ParsedArguments, _ terminal: Terminal
  ) throws(Failure) -> ExitCode {
    guard arguments.positional.isEmpty else {
      throw Failure(.usage, "generate takes no argument; the file to write is --output FILE")
    }
    let settings = try settings(arguments)
    // Wrong options must not cost a file that is there already.
    try Generator.check(settings)
    let output = try Output(arguments["output"])
    var isWanted = true
    do throws(Failure) {
      try Generator.generate(settings) { (bytes) throws(Failure) in
        isWanted = try output.write(bytes)
        // No more need be made.
        if !isWanted { throw Failure(.inputOutput, "the reader has gone away") }
      }
    } catch {
      if isWanted { throw error }
    }
    try output.finish()
    return .success
  }

  private static func settings(_ arguments: ParsedArguments) throws(Failure) -> GeneratorOptions {
    var settings = GeneratorOptions()
    settings.model = arguments["model"] ?? settings.model
    settings.operations = try arguments.count("operations", least: 0) ?? settings.operations
    settings.clients = try arguments.count("clients") ?? settings.clients
    settings.keys = try arguments.count("keys") ?? settings.keys
    settings.values = try arguments.count("values", least: 0) ?? settings.values
    settings.permits = try arguments.count("permits") ?? settings.permits
    settings.error = arguments["error"]
    settings.indeterminate = try arguments.share("indeterminate") ?? settings.indeterminate
    settings.errorAt = try arguments.share("error-at") ?? settings.errorAt
    if arguments["think-time"] != "0" {
      settings.thinkNanoseconds = try arguments.duration("think-time") ?? 0
    }
    if let text = arguments["seed"] {
      guard let seed = UInt64(text) else {
        throw Failure(.usage, "--seed is “\(text)”, expected a whole number of at least 0")
      }
      settings.seed = seed
    }
    return settings
  }
}
