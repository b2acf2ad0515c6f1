import Base
import Quorums
import Report

/// `plumbline quorum`: analyse a quorum system before it runs, and check what it did when it ran.
enum QuorumCommand: Command {
  static let name = "quorum"
  static let summary = "analyse a quorum system, or check the quorums that a cluster really used"
  static let usage = "[search|check] [OPTION ...] [FILE...]"
  static let options =
    QuorumArguments.systems + QuorumArguments.questions + QuorumArguments.measures + [
      CommandOption("resilience", "N", help: "search: the nodes that may fail, at least"),
      CommandOption(
        "time-limit", "TIME",
        help: "search: settle for the best so far after this time; 10s by "
          + "default"),
      CommandOption("json", help: "print one JSON object instead of text"),
      CommandOption("ascii", help: "draw with ASCII characters only"),
    ]
  static let details = """
    A system is given as counts, votes, expressions, by a name, or as a JSON5 file with
    capacities, latencies and zones:
      { nodes: [{ name: "a", capacity: 2, latency: "5ms", zone: "east" }, "b", "c"],
        reads: "a*b + c", writes: "…" }

    Overlaps are decided exactly; the usual inequalities are reported beside, because they are
    sufficient and not always necessary. `search` looks for the best system over given nodes.

    `check` takes histories whose completions carry acks, term, leader or revision, traces of
    nodes (several files are one trace), and folders of runs. A system, where one is given, says
    what a quorum is; else the history's header and the trace's config events do.

    exit code: 0 when every overlap asked for holds, 1 when one fails, 2 when a bound was reached
    first, 64 and 65 for a system that cannot be read. check: 0 when every rule holds that could
    be applied, 1 when one is broken, 3 when none could be applied.

    rules:
    \(Rules.all.map { "  \(HelpText.padded($0.name, to: 16))\($0.summary)" }
      .joined(separator: "\n"))

    examples:
      plumbline quorum --nodes 5 --read 2 --write 4
      plumbline quorum --votes a=3,b=1,c=1 --read 3 --write 3
      plumbline quorum --reads 'a*b*c + d*e*f' --rule read-write --read-fraction 25%
      plumbline quorum --nodes 4 --read 3 --write 3 --rule dissemination --faults 1
      plumbline quorum --system majority:3 --next 5 --change joint
      plumbline quorum search --nodes 6 --read-fraction 0.9 --resilience 1
      plumbline quorum check runs/latest
      plumbline quorum check --nodes 5 --read 2 --write 4 history.jsonl
    """

  static func run(
    _ arguments: ParsedArguments, _ terminal: Terminal
  ) throws(Failure) -> ExitCode {
    switch arguments.positional.first {
    case "search": try search(arguments, terminal)
    case "check": try check(arguments, terminal)
    default: try analyse(arguments, terminal)
    }
  }

  private static func analyse(
    _ arguments: ParsedArguments, _ terminal: Terminal
  ) throws(Failure) -> ExitCode {
    for option in ["resilience", "time-limit"] where arguments.has(option) {
      throw Failure(.usage, "--\(option) is for quorum search")
    }
    let given = try QuorumArguments.system(arguments, files: arguments.positional)
    let options = try QuorumArguments.options(arguments)
    let (system, checks) = try QuorumArguments.checks(arguments, given)
    let analysis = Analysis(system, checks: checks, options: options)
    try show(analysis, arguments, terminal)
    return exitCode(analysis)
  }

  private static func search(
    _ arguments: ParsedArguments, _ terminal: Terminal
  ) throws(Failure) -> ExitCode {
    let unused =
      QuorumArguments.systems.map(\.name).filter { $0 != "nodes" }
      + ["faults", "fast", "next", "change"]
    for option in unused where arguments.has(option) {
      throw Failure(.usage, "--\(option) is not for quorum search, which looks for the quorums")
    }
    let rule = arguments["rule"] ?? Rule.gifford.name
    guard [Rule.gifford.name, Rule.readWrite.name].contains(rule) else {
      throw Failure(.usage, "quorum search knows the rules gifford and read-write")
    }
    let files = Array(arguments.positional.dropFirst())
    let nodes =
      files.isEmpty
      ? try QuorumArguments.nodes(arguments)
      : try QuorumArguments.system(arguments, files: files).nodes
    guard !nodes.isEmpty else { throw Failure(.usage, "quorum search needs --nodes or a FILE") }
    var goal = SystemSearch.Goal()
    goal.options = try QuorumArguments.options(arguments)
    goal.resilience = try arguments.count("resilience", least: 0) ?? 0
    goal.needsWriteWrite = rule == Rule.gifford.name
    let budget = Budget(nanoseconds: try arguments.duration("time-limit") ?? 10_000_000_000)
    let outcome = SystemSearch.run(nodes: nodes, goal: goal) { budget.spent != nil }
    let extent =
      outcome.isComplete
      ? "all expressions of at most \(SystemSearch.maximumHeight) levels that name each node once"
      : "the time or the number of candidates ran out: there may be a better one"
    terminal.note("plumbline: \(outcome.examined) candidates; \(extent)")
    guard let best = outcome.best else {
      terminal.warn(
        outcome.isComplete
          ? "plumbline: no system keeps within the limits"
          : "plumbline: no system within the limits was found")
      return outcome.isComplete ? .violation : .undecided
    }
    var demand = Demand()
    demand.rule = goal.needsWriteWrite ? .gifford : .readWrite
    let analysis = Analysis(
      best.system, checks: Rules.check(best.system, demand), options: goal.options)
    try show(analysis, arguments, terminal)
    return exitCode(analysis)
  }

  private static func show(
    _ analysis: Analysis, _ arguments: ParsedArguments, _ terminal: Terminal
  ) throws(Failure) {
    if arguments.has("json") {
      try terminal.output(QuorumJSON.object(analysis).description + "\n")
      return
    }
    let text = QuorumText(
      palette: Palette(color: terminal.usesColor), width: terminal.width,
      ascii: arguments.has("ascii"))
    try terminal.output(text.page(analysis))
  }

  private static func exitCode(_ analysis: Analysis) -> ExitCode {
    switch analysis.holds {
    case true: .success
    case false: .violation
    case nil: .undecided
    }
  }
}
