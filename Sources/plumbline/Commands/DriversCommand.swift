import Base
import Drivers
import Findings
import Report

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
    let chosen = try Chosen.from(Drivers.all, arguments, what: "driver") { $0.name }
    let texts = chosen.map { describe($0, width: terminal.width) }
    try terminal.output(texts.joined(separator: "\n"))
    return .success
  }

  /// The ways of having a cluster of it.
  private static func ways(_ driver: any Driver) -> String {
    let command = driver.programs.isEmpty ? " with --command start=…" : ""
    return "local\(command), ssh\(command) (--hosts), existing (--endpoints)"
      + (driver.hasMembership ? "; nodes can be taken out and added again" : "")
  }

  /// What must be installed for servers that the run starts.
  private static func servers(_ driver: any Driver) -> String {
    guard !driver.programs.isEmpty else {
      return "yours: they run already, or --command start=… starts them"
    }
    let programs = driver.programs.joined(separator: ", ")
    guard !driver.packages.isEmpty else { return programs + " (no Debian package)" }
    return programs + " (Debian: \(driver.packages.joined(separator: ", ")))"
  }

  /// Commands that run as they stand, where the addresses are those of servers.
  private static func examples(_ driver: any Driver) -> [String] {
    let test = "plumbline test --cluster \(driver.name)"
    let places = (1...driver.defaultNodes).map { "10.0.0.\($0):\(driver.clientPort)" }
    let existing = "\(test) --endpoints \(places.joined(separator: ","))"
    // Without compare-and-set the usual mix cannot be.
    let hasSwaps = driver.hasCompareAndSet([:])
    var lines = [existing + (hasSwaps ? "" : " --mix read=1,write=1")]
    if !driver.packages.isEmpty {
      let knob = driver.knobs.first { $0.values.count > 1 }
      lines.insert(test + (knob.map { " --knobs \($0.name)=\($0.values[1])" } ?? ""), at: 0)
    }
    guard driver.knobs.contains(where: \.isSecret) else { return lines }
    let words: String
    if driver.knobs.contains(where: { $0.name == "password" }) {
      words = "user=NAME,password=env:PASSWORD"
    } else {
      words = "token=env:TOKEN"
    }
    return lines + ["\(lines[lines.count - 1]) --knobs \(words)"]
  }

  private static func describe(_ driver: any Driver, width: Int) -> String {
    let lines = { (text: String, indent: Int) in
      Legible.wrapped(text, width: width, indent: String(repeating: " ", count: indent))
    }
    var text = [driver.name] + lines(driver.summary, 2) + lines("servers: \(servers(driver))", 2)
    text += lines("ways: \(ways(driver))", 2)
    for knob in driver.knobs {
      let values = knob.values.isEmpty ? knob.defaultValue : knob.values.joined(separator: "|")
      text += ["    --knobs \(knob.name)=\(values)"] + lines(knob.help, 6)
    }
    text += examples(driver).map { "  \($0)" }
    return text.joined(separator: "\n") + "\n"
  }
}
