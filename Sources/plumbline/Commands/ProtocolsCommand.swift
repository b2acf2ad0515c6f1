import Base
import Protocols

/// `plumbline protocols`: the clusters that ship with plumbline, and their bugs.
enum ProtocolsCommand: Command {
  static let name = "protocols"
  static let summary = "list the embedded protocols and the bugs that can be built into them"
  static let usage = "[NAME ...]"
  static let options: [CommandOption] = []
  static let details = """
    examples:
      plumbline test --bug stale-reads
    """

  static func run(
    _ arguments: ParsedArguments, _ terminal: Terminal
  ) throws(Failure) -> ExitCode {
    let chosen = try Chosen.from(Protocols.all, arguments, what: "protocol") { $0.name }
    let text = chosen.map { known in
      let bugs = known.bugs.map { "    --bug \(HelpText.padded($0.name, to: 20))\($0.summary)\n" }
      return "\(known.name)\n  \(known.summary)\n\(bugs.joined())"
    }
    try terminal.output(text.joined(separator: "\n"))
    return .success
  }
}
