import Base
import Experiments
import Glibc
import Recorder
import Sandbox

/// The options of a run on the command line: those of the plan, from the plan's own table.
enum PlanArguments {
  static let options: [CommandOption] =
    PlanOption.all.flatMap { option in
      guard option.kind == .flag else {
        return [
          CommandOption(
            option.name, option.metavar, isRepeatable: option.isRepeatable,
            help: option.help + usual(option))
        ]
      }
      let opposite = CommandOption("no-" + option.name, help: "do not \(option.help)")
      let isOn = option.defaultText == "true"
      return [
        isOn
          ? opposite : CommandOption(option.name, help: option.help),
        isOn ? CommandOption(option.name, help: option.help + " (the default)") : opposite,
      ]
    } + [
      CommandOption("plan", "FILE", help: "take the plan from a file; options overrule it"),
      CommandOption("dry-run", help: "print the plan and the schedule of faults, and do nothing"),
    ]

  /// What an option is when it is not given, in brackets.
  private static func usual(_ option: PlanOption) -> String {
    switch option.name {
    case "seed": " (drawn from the clock, and said)"
    case "name": " (that of what is tested)"
    case "nodes": " (5; with --cluster what its driver says)"
    case "start-limit": " (10s; 40s with --cluster)"
    case "recovery-limit": " (10s; 30s with --cluster)"
    case "operations-per-key": " (what is usual for the workload)"
    default: option.defaultText.isEmpty ? "" : " (\(option.defaultText))"
    }
  }

  /// The plan that the arguments describe, checked.
  ///
  /// Without `--seed` and without a plan the seed is drawn from the clock, and said.
  static func plan(
    _ arguments: ParsedArguments, from usual: Plan = Plan()
  ) throws(Failure) -> Plan {
    var plan = usual
    if let path = arguments["plan"] { try plan.read(file: path) }
    if arguments["plan"] == nil { plan.seed = seedOfTheMoment() }
    for option in PlanOption.all {
      if option.kind == .flag, arguments.has("no-" + option.name) {
        try option.parse("no", into: &plan)
      }
      for text in arguments.values[option.name] ?? [] { try option.parse(text, into: &plan) }
    }
    let words = arguments.positional
    if let stray = words.first, arguments.beforeDashes != 0 {
      throw Failure(.usage, "“\(stray)” is no option; arguments of --node come after --")
    }
    if !words.isEmpty {
      guard !plan.nodeCommand.isEmpty else {
        throw Failure(.usage, "arguments after -- are for the program of --node")
      }
      plan.nodeCommand = Array(plan.nodeCommand.prefix(1)) + words
    }
    if plan.mayBeIsolated, plan.isolation == .auto { plan.isolation = .sandbox }
    try plan.validate()
    try Doctor.requireClocks(of: plan)
    return plan
  }

  /// Goes into a sandbox where the plan wants one, and this process is in none.
  ///
  /// - Returns: the code to end with when the run has happened inside; nil when it is still to
  ///   happen, here.
  static func isolate(
    _ plan: inout Plan, _ arguments: ParsedArguments, _ terminal: Terminal
  ) throws(Failure) -> ExitCode? {
    guard plan.isolation.hasNamespaces, plan.mayBeIsolated else { return nil }
    let isFree = try leavesIsolation(arguments)
    if isFree { try takeBest(&plan, on: Sandbox.probe(compiles: false), terminal) }
    guard plan.isolation.hasNamespaces, !Sandbox.isInside else { return nil }
    do throws(Failure) {
      let code = try Sandbox.enter(arguments: CommandLine.arguments)
      // What was killed inside ends as a shell would say it.
      guard let known = ExitCode(rawValue: code) else { exit(code) }
      return known
    } catch {
      guard isFree else { throw error }
      try takeLess(&plan, .loopback, [error.message], terminal)
      return nil
    }
  }

  /// Whether the choice of the isolation is left to us.
  static func leavesIsolation(_ arguments: ParsedArguments) throws(Failure) -> Bool {
    let asked = try arguments["plan"].map { (path) throws(Failure) in try Plan(file: path) }
    return arguments["isolation"] ?? asked?.isolation.rawValue ?? "auto" == "auto"
  }

  /// Takes the best isolation that the machine allows, and says so where it is not the best of all.
  private static func takeBest(
    _ plan: inout Plan, on machine: [Capability], _ terminal: Terminal
  ) throws(Failure) {
    let best = Isolation.best(on: machine)
    guard best.isolation != plan.isolation else { return }
    try takeLess(&plan, best.isolation, best.obstacles, terminal)
  }

  private static func takeLess(
    _ plan: inout Plan, _ isolation: Isolation, _ obstacles: [String], _ terminal: Terminal
  ) throws(Failure) {
    plan.isolation = isolation
    let instead = isolation == .rules ? "by rules of the kernel's" : "on the loopback interface"
    let reason = obstacles.joined(separator: "; ")
    do throws(Failure) { try plan.validate() } catch {
      throw Failure(.unavailable, "\(error.message); but \(reason)")
    }
    // The one outside has said it already.
    guard isolation == .loopback || !Sandbox.isInside else { return }
    terminal.note("plumbline: \(reason); \(instead) instead (--isolation \(isolation.rawValue))")
  }

  /// A seed that differs from run to run, short enough to be typed.
  private static func seedOfTheMoment() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    var mixed = SplitMix64(
      seed: UInt64(time.tv_sec) << 30 ^ UInt64(time.tv_nsec) ^ UInt64(getpid()))
    return mixed.next() % 1_000_000
  }

  /// What a run would do, for `--dry-run`.
  static func describe(_ plan: Plan) -> String {
    var text = plan.json5 + "\nschedule of the faults, seconds from the first operation:\n"
    let faults = Schedule.faults(of: plan)
    if faults.isEmpty { text += "  none\n" }
    for fault in faults { text += "  \(fault.description)\n" }
    return text
  }
}
