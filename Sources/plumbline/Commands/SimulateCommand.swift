import Base
import Experiments
import Findings
import Formats
import Glibc
import Protocols
import Report
import Simulator

/// `plumbline simulate`: an embedded protocol in virtual time, one seed or a campaign of many.
enum SimulateCommand: Command {
  static let name = "simulate"
  static let summary = "run an embedded protocol in virtual time, many seeds a second"
  static let usage = "[OPTION ...]"
  static let options =
    [
      CommandOption(
        "seeds", "A..B",
        help: "the seeds of a campaign (1..100); --seed or --plan is for one of them"),
      CommandOption(
        "budget", "TIME",
        help: "as many seeds as fit into that much time, from --seed on; of --seeds no more"),
      CommandOption(
        "no-swarm", help: "every seed tries the plan as it is (else each draws its own mix)"),
      CommandOption("check-determinism", help: "run every seed twice and compare all bytes"),
      CommandOption("no-canary", help: "do not show that a planted bug is found"),
      CommandOption("shrink", help: "reduce a failing seed to a small plan, after --budget"),
      CommandOption("jobs", "N", help: "seeds at the same time; one a core by default"),
      CommandOption("json", help: "print one JSON object"),
    ] + PlanArguments.options
  static let details = """
    The protocol, the clients, the faults and the plan's options are those of plumbline test; time
    is virtual, and network, disks and clocks are drawn from the seed. The same plan gives the same
    bytes, always. Histories are checked like any other; invariants of the protocol are checked
    at each step. After the last fault a quorum must go on while a minority is struck for good, and
    then, healed, every node must answer.

    exit codes: 0 no seed failed, 1 a seed failed, 3 the canary lived, or the seeds exercised too
    little to mean anything

    examples:
      plumbline simulate --seeds 1..1000
      plumbline simulate --bug stale-reads --seeds 1..50 --shrink
      plumbline simulate --seeds 1..100 --snapshots 200ms
      plumbline simulate --seed 7 --bug lost-log --nodes 3 --no-swarm
      plumbline simulate --plan runs/latest/seed-7/plan.json5
    """

  static func run(
    _ arguments: ParsedArguments, _ terminal: Terminal
  ) throws(Failure) -> ExitCode {
    let simulation = try SimulationSettings(arguments)
    guard !arguments.has("dry-run") else {
      try terminal.output(PlanArguments.describe(simulation.campaign.plan(of: simulation.first)))
      return .success
    }
    var work = SimulatedCampaign(simulation, terminal)
    let run = work.run()
    try terminal.output(arguments.has("json") ? run.json.description + "\n" : run.text(terminal))
    return run.ending.exitCode
  }
}
