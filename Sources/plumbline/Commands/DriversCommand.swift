import Base
import Drivers

/// `plumbline drivers`: the systems that can be tested, their knobs, an example of each.
enum DriversCommand: Command {
  static let name = "drivers"
  static let summary = "list the systems that can be tested, with their settings"
  static let usage = "[NAME ...]"
  static let options: [CommandOption] = []
  static let details = """
    examples:
      plumbline drivers etcd
      plumbline test --cluster etcd
      plumbline test --cluster etcd --endpoints 10.0.0.1:2379,10.0.0.2:2379,10.0.0.3:2379
    """

  static func run(
    _ arguments: ParsedArguments, _ terminal: Terminal
  ) throws(Failure) -> ExitCode {
    var chosen: [any Driver] = []
    for name in arguments.positional {
      guard let driver = Drivers.named(name) else {
        let hint = Suggestion.nearest(to: name, among: Drivers.all.map { $0.name })
        throw Failure(
          .usage, "there is no driver “\(name)”" + (hint.map { "; did you mean \($0)?" } ?? ""))
      }
      chosen.append(driver)
    }
    if chosen.isEmpty { chosen = Drivers.all }
    try terminal.output(chosen.map { describe($0) }.joined(separator: "\n"))
    return .success
  }

  /// The ways of having a cluster of it.
  private static func ways(_ driver: any Driver) -> String {
    let command = driver.programs.isEmpty ? " with --command start=…" : ""
    return "local\(command), ssh\(command) (--hosts), existing (--endpoints)"
      + (driver.hasMembership ? "; nodes can be taken out and added again" : "")
  }

  private static func describe(_ driver: any Driver) -> String {
    var text = "\(driver.name)\n  \(driver.summary)\n"
    text +=
      driver.programs.isEmpty
      ? "  servers: only where they are already (--endpoints)\n"
      : "  servers: \(driver.programs.joined(separator: ", "))"
        + (driver.packages.isEmpty
          ? "\n" : " (packages \(driver.packages.joined(separator: ", ")))\n")
    text += "  ways: \(ways(driver))\n"
    for knob in driver.knobs {
      let values =
        knob.values.isEmpty
        ? "\(knob.name)=\(knob.defaultValue)"
        : "\(knob.name)="
          + knob.values.joined(separator: "|")
      text += "    --knobs \(values)\n      \(knob.help)\n"
    }
    let unsafe = driver.knobs.first { $0.values.count > 1 }
      .map { " --knobs \($0.name)=\($0.values[1])" }
    text += "  plumbline test --cluster \(driver.name)\(unsafe ?? "")\n"
    return text
  }
}
