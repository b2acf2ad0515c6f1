import Base
import Experiments
import Nodes
import Protocols
import Recorder

/// `plumbline node PROTOCOL`: one node of an embedded cluster, on standard input and output.
enum NodeCommand: Command {
  static let name = "node"
  static let summary = "run one node of an embedded cluster (Maelstrom protocol on standard input)"
  static let usage = "[OPTION ...] PROTOCOL"
  static let options = [
    CommandOption("data", "FOLDER", help: "where durable state is kept; without it nothing is"),
    CommandOption("bug", "NAME", isRepeatable: true, help: "build in a named bug"),
    CommandOption("knob", "NAME=VALUE", isRepeatable: true, help: "set a knob of the protocol"),
    CommandOption("seed", "N", help: "the seed of the node's own draws"),
    CommandOption("trace", "FILE", help: "append what happens inside, one JSON object a line"),
    CommandOption("votes", "N,…", help: "the votes of each node (quorum-register, paxos)"),
    CommandOption("read", "N", help: "the votes that a read needs, or phase one of paxos"),
    CommandOption("write", "N", help: "the votes that a write needs, or phase two of paxos"),
  ]
  static let details = """
    This is what `plumbline test` starts, once for each node. It reads one JSON message a line
    and writes one a line; the first must be init. See plumbline protocols for PROTOCOL and bugs.

    example:
      plumbline node raft --data /tmp/n1
    """

  static func run(
    _ arguments: ParsedArguments, _ terminal: Terminal
  ) throws(Failure) -> ExitCode {
    let known = Protocols.all.map(\.name)
    guard let name = arguments.positional.first, arguments.positional.count == 1 else {
      throw Failure(.usage, "node needs one PROTOCOL: \(known.joined(separator: ", "))")
    }
    guard let protocolDescription = Protocols.named(name) else {
      let hint = Suggestion.hint(for: name, among: known)
      throw Failure(.usage, "there is no protocol “\(name)”\(hint)")
    }
    let bugs = arguments.values["bug"] ?? []
    for bug in bugs where !protocolDescription.bugs.contains(where: { $0.name == bug }) {
      let names = protocolDescription.bugs.map(\.name)
      let hint = Suggestion.hint(
        for: bug, among: names, otherwise: "; see plumbline protocols")
      throw Failure(.usage, "\(name) has no bug “\(bug)”\(hint)")
    }
    let seed = try arguments.count("seed", least: 0) ?? 0
    var options = NodeSetup(name: "", members: [], seed: UInt64(seed), bugs: bugs)
    options.readVotes = try arguments.count("read", least: 1)
    options.knobs = try protocolDescription.knobValues(arguments.values["knob"] ?? [])
    options.traces = arguments["trace"] != nil
    options.writeVotes = try arguments.count("write", least: 1)
    if let list = arguments["votes"] {
      guard let votes = Plan.votes(list) else {
        throw Failure(.usage, "--votes \(list): expected numbers with commas, such as 3,1,1")
      }
      options.votes = votes
    }
    try protocolDescription.runLive(
      folder: arguments["data"], options: options, trace: arguments["trace"])
    return .success
  }
}
