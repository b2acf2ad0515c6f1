import Base
import Experiments
import Recorder
import Sandbox

/// `plumbline doctor`: can this machine do what the plan needs?
enum DoctorCommand: Command {
  static let name = "doctor"
  static let summary = "say what this machine allows, and whether a plan can run here"
  static let usage = "[OPTION OF test ...]"
  static let options = PlanArguments.options
  static let details = """
    Each thing is tried and not guessed, in a child that leaves nothing. With the options of a run
    the exit code says whether it can run here: 0, or 69 with what is missing.

    examples:
      plumbline doctor
      plumbline doctor --cluster etcd --faults partition,kill
    """

  static func run(
    _ arguments: ParsedArguments, _ terminal: Terminal
  ) throws(Failure) -> ExitCode {
    var plan = try PlanArguments.plan(arguments)
    let machine = Sandbox.probe()
    let best = Isolation.best(on: machine).isolation
    if plan.mayBeIsolated, try PlanArguments.leavesIsolation(arguments) {
      var possible = plan
      possible.isolation = best
      // Where that cannot make the faults, what is missing is said of the best.
      if (try? possible.validate()) != nil { plan = possible }
    }
    var text = "this machine\n"
    // What keeps servers apart, and what faults name; the rest is good to know only.
    let needed =
      ["processes"] + Isolation.allCases.flatMap(\.capabilities)
      + Faults.all.flatMap(\.capabilities)
    for capability in machine {
      let purpose = capability.purpose + (needed.contains(capability.name) ? "" : "; not needed")
      text += line(capability.name, purpose, capability.obstacle)
    }
    text += "\nservers that a run starts (--isolation; auto takes \(best.rawValue))\n"
    for isolation in Isolation.allCases where isolation != .auto {
      text += line(isolation.rawValue, isolation.purpose, isolation.obstacle(of: machine))
    }
    text += "\nfaults, of servers that a run starts\n"
    for family in Faults.all {
      text += line(family.name, family.summary, family.obstacle(of: machine))
    }
    text += "\nother machines\n"
    text += line("ssh", "servers on --hosts", Doctor.obstacle(ofClient: plan.ssh))
    let missing = plan.driver == nil ? [] : Doctor.missing(for: plan, machine)
    if plan.driver != nil {
      text += "\nthe plan\n"
      if missing.isEmpty { text += "  can run here\n" }
      for problem in missing { text += "  \(problem)\n" }
    }
    try terminal.output(text)
    return missing.isEmpty ? .success : .unavailable
  }

  private static func line(_ name: String, _ purpose: String, _ obstacle: String?) -> String {
    let mark = obstacle == nil ? "yes" : "no "
    return "  \(mark)  \(HelpText.padded(name, to: 12)) \(purpose)\n"
      + (obstacle.map { "       \($0)\n" } ?? "")
  }
}
