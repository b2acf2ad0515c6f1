import Base
import Quorums

/// The options of `quorum`, read into a system and what is asked of it.
enum QuorumArguments {
  static let systems: [CommandOption] = [
    CommandOption(
      "nodes", "N|NAMES", help: "so many nodes, n1 to nN, or their names: a,b,c"),
    CommandOption("read", "N", help: "the nodes, or votes, that a read needs"),
    CommandOption("write", "N", help: "the nodes, or votes, that a write needs"),
    CommandOption("votes", "LIST", help: "the votes of each node: a=3,b=1,c=1"),
    CommandOption(
      "reads", "EXPR",
      help: "the read quorums: 'a*b + c*d', 'majority(a,b,c)', 'choose(2, a, b, "
        + "c*d)', 'votes(3, a=2, b, c)'; a missing side is the dual of the other"),
    CommandOption("writes", "EXPR", help: "the write quorums"),
    CommandOption(
      "system", "NAME:SIZE",
      help: NamedSystem.all.map(\.example).joined(separator: ", ")),
  ]

  static let questions: [CommandOption] = [
    CommandOption(
      "rule", "NAME", choices: Rules.all.map(\.name),
      help: "the overlaps to ask for; gifford by default"),
    CommandOption(
      "faults", "F", help: "the nodes that may lie (\(rules(needing: .faults, joined: ", ")))"),
    CommandOption(
      "fast", "N|EXPR",
      help:
        "the fast quorums of \(rules(needing: .fastQuorums, joined: ", ")): so many nodes, or an "
        + "expression"),
    CommandOption(
      "next", "SYSTEM",
      help: "the next configuration: a number of nodes (majority), NAME:SIZE, "
        + "an expression for both sides, or a FILE"),
    CommandOption(
      "change", "HOW", choices: Reconfiguration.allCases.map(\.rawValue),
      help: "how to get there; one-step by default"),
  ]

  static let measures: [CommandOption] = [
    CommandOption(
      "read-fraction", "F",
      help: "how much is reading: 0.25, 25%, or a distribution with weights, "
        + "0.1:2,0.5:1; half by default"),
    CommandOption(
      "failure", "P",
      help: "the probability that a node is down, for the availability; 0.01 by "
        + "default"),
    CommandOption(
      "optimize", "WHAT", choices: Strategy.Objective.allCases.map(\.rawValue),
      help: "what the strategy is chosen for; load by default"),
    CommandOption("load-limit", "L", help: "the load of the busiest node, at most"),
    CommandOption("network-limit", "N", help: "the nodes that an operation contacts, at most"),
    CommandOption("latency-limit", "TIME", help: "the time that an operation waits, at most"),
    CommandOption(
      "spare", "F", help: "use only quorums that are still quorums when any F of them failed"),
  ]

  /// The description of the system; its nodes may be none.
  static func description(_ arguments: ParsedArguments) throws(Failure) -> SystemDescription {
    var description = SystemDescription()
    description.nodes = try nodes(arguments)
    description.votes = arguments["votes"]
    description.read = try arguments.count("read")
    description.write = try arguments.count("write")
    description.reads = arguments["reads"]
    description.writes = arguments["writes"]
    description.named = arguments["system"]
    return description
  }

  /// The system of the options or of the one file.
  static func system(
    _ arguments: ParsedArguments, files: [String]
  ) throws(Failure) -> QuorumSystem {
    guard let path = files.first else {
      let description = try description(arguments)
      return try usage { () throws(QuorumError) in try description.make() }
    }
    guard files.count == 1 else { throw Failure(.usage, "quorum takes one FILE") }
    if let option = systems.first(where: { arguments.has($0.name) }) {
      throw Failure(.usage, "--\(option.name) and the file \(path) are two systems, expected one")
    }
    return try file(path)
  }

  static func file(_ path: String) throws(Failure) -> QuorumSystem {
    let bytes =
      path == "-" ? try File.read(descriptor: 0, name: "-") : try File.read(path)
    return try SystemFile.parse(bytes, path: path)
  }

  /// The nodes that `--nodes` gives.
  static func nodes(_ arguments: ParsedArguments) throws(Failure) -> [QuorumNode] {
    guard let text = arguments["nodes"] else { return [] }
    if let count = Int(text) {
      guard (1...NodeSet.capacity).contains(count) else {
        throw Failure(.usage, "--nodes is \(count), expected 1 to \(NodeSet.capacity)")
      }
      return NodeNames.numbered(count).map { QuorumNode($0) }
    }
    return try usage { () throws(QuorumError) in
      try VoteList.names(text, label: "--nodes").map { QuorumNode($0) }
    }
  }

  /// The overlaps that were asked for.
  static func checks(
    _ arguments: ParsedArguments, _ system: QuorumSystem
  ) throws(Failure) -> (system: QuorumSystem, checks: [OverlapCheck]) {
    let demand = try demand(arguments, system)
    guard let text = arguments["next"] else {
      if arguments.has("change") { throw Failure(.usage, "--change needs --next SYSTEM") }
      return (system, Rules.check(system, demand))
    }
    let next = try next(text, system)
    let (old, new) = try usage { () throws(QuorumError) in
      try QuorumSystem.aligned(system, next)
    }
    let change = arguments["change"].flatMap { Reconfiguration(rawValue: $0) } ?? .oneStep
    // Nodes come in the order of the old configuration, so its numbers stay.
    return (system, Rules.check(system, demand) + change.check(from: old, to: new))
  }

  private static func next(
    _ text: String, _ system: QuorumSystem
  ) throws(Failure) -> QuorumSystem {
    if text.hasSuffix(".json5") || text.hasSuffix(".json") { return try file(text) }
    return try usage { () throws(QuorumError) in
      if Int(text) != nil { return try NamedSystem.make("majority:\(text)", label: "--next") }
      if let name = text.split(separator: ":").first,
        NamedSystem.all.contains(where: { $0.name == name })
      {
        return try NamedSystem.make(text, label: "--next")
      }
      var names = NodeNames()
      let family = try expression(text, &names, label: "--next")
      return QuorumSystem(
        nodes: names.names.map { QuorumNode($0) }, reads: family, writes: family)
    }
  }

  private static func expression(
    _ text: String, _ names: inout NodeNames, label: String
  ) throws(QuorumError) -> QuorumExpression {
    do throws(QuorumError) {
      return try ExpressionParser.parse(text, names: &names)
    } catch {
      throw error.labelled(label)
    }
  }

  private static func demand(
    _ arguments: ParsedArguments, _ system: QuorumSystem
  ) throws(Failure) -> Demand {
    var demand = Demand()
    demand.rule = arguments["rule"].flatMap { Rules.named($0) } ?? .gifford
    try requireNeed(.faults, "faults", "F, the nodes that may lie", of: demand.rule, arguments)
    demand.faults = try arguments.count("faults", least: 0) ?? 0
    guard demand.faults <= system.nodes.count else {
      throw Failure(
        .usage, "--faults is \(demand.faults), and there are \(system.nodes.count) nodes")
    }
    try requireNeed(.fastQuorums, "fast", "N|EXPR, the fast quorums", of: demand.rule, arguments)
    guard let text = arguments["fast"] else { return demand }
    if let count = Int(text) {
      let total = system.votes?.total ?? system.nodes.count
      guard (1...total).contains(count) else {
        throw Failure(.usage, "--fast is \(count), expected 1 to \(total)")
      }
      let votes = system.votes?.each ?? system.nodes.map { _ in 1 }
      let shares = votes.enumerated().map { QuorumExpression.Share($1, .node($0)) }
      demand.fast = (.votes(count, of: shares), count)
    } else {
      var names = NodeNames(system.names, isClosed: true)
      demand.fast = try usage { () throws(QuorumError) in
        (try expression(text, &names, label: "--fast"), nil)
      }
    }
    return demand
  }

  /// Refuses an option that the rule does not ask for, and a rule without what it asks for.
  private static func requireNeed(
    _ need: Rule.Need, _ option: String, _ what: String, of rule: Rule,
    _ arguments: ParsedArguments
  ) throws(Failure) {
    let isNeeded = rule.needs.contains(need)
    guard arguments.has(option) != isNeeded else { return }
    throw Failure(
      .usage,
      isNeeded
        ? "--rule \(rule.name) needs --\(option) \(what)"
        : "--\(option) is for --rule \(rules(needing: need, joined: " and "))")
  }

  /// The rules that ask for something beside the quorums.
  private static func rules(needing need: Rule.Need, joined separator: String) -> String {
    Rules.all.filter { $0.needs.contains(need) }.map(\.name).joined(separator: separator)
  }

  /// How the system is to be measured.
  static func options(_ arguments: ParsedArguments) throws(Failure) -> Analysis.Options {
    var options = Analysis.Options()
    if let text = arguments["read-fraction"] {
      guard let workload = AccessMix(text) else {
        throw Failure(
          .usage,
          "--read-fraction is “\(text)”, expected 0 to 1 (0.25 or 25%), or up to 16 of "
            + "them with weights: 0.1:2,0.5:1")
      }
      options.workload = workload
    }
    if let text = arguments["failure"] {
      guard let probability = AccessMix.fraction(text) else {
        throw Failure(.usage, "--failure is “\(text)”, expected a probability from 0 to 1")
      }
      options.failureProbability = probability
    }
    options.objective = arguments["optimize"].flatMap { .init(rawValue: $0) } ?? .load
    options.limits.load = try positive(arguments, "load-limit")
    options.limits.network = try positive(arguments, "network-limit")
    options.limits.latencySeconds = try arguments.duration("latency-limit").map { Double($0) / 1e9 }
    options.spare = try arguments.count("spare", least: 0) ?? 0
    return options
  }

  private static func positive(
    _ arguments: ParsedArguments, _ name: String
  ) throws(Failure) -> Double? {
    guard let text = arguments[name] else { return nil }
    guard let value = Double(text), value > 0, value.isFinite else {
      throw Failure(.usage, "--\(name) is “\(text)”, expected a number above 0")
    }
    return value
  }

  /// What cannot be read on a command line is wrong usage.
  private static func usage<Value>(
    _ body: () throws(QuorumError) -> Value
  ) throws(Failure) -> Value {
    do throws(QuorumError) { return try body() } catch {
      throw Failure(.usage, error.description)
    }
  }
}
