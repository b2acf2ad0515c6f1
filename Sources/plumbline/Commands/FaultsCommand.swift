import Base
import Experiments
import Findings
import Recorder
import Report
import Sandbox

/// `plumbline faults`: what the nemesis can do, and what each needs.
enum FaultsCommand: Command {
  static let name = "faults"
  static let summary = "list the faults, what each does and needs"
  static let usage = "[NAME ...]"
  static let options: [CommandOption] = []
  static let details = """
    examples:
      plumbline test --faults partition,kill --fault-interval 3s
      plumbline test --faults pause --targets leader --duration 30s
      plumbline test --faults none

    Each is said for the embedded protocols and --node, for servers that the run starts here
    (local) or on other machines (ssh: --hosts), and for servers that are there already
    (existing: --endpoints), where it needs the commands (--command) that are named.
    """

  static func run(
    _ arguments: ParsedArguments, _ terminal: Terminal
  ) throws(Failure) -> ExitCode {
    let chosen = try Chosen.from(Faults.all, arguments, what: "fault") { $0.name }
    let machine = Sandbox.probe()
    let texts = chosen.map { fault in
      var lines = [fault.summary, "needs \(fault.needs)"]
      let ways = ClusterWay.allCases.map { "\($0.rawValue): \(fault.means(in: $0))" }
      lines.append(ways.joined(separator: "; "))
      if let obstacle = fault.obstacle(of: machine) {
        lines.append("not for --cluster on this machine: \(obstacle)")
      }
      if fault.name == "partition" {
        lines.append(
          "--partitions \(PartitionKind.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      if fault.hasTarget {
        lines.append("--targets \(FaultTarget.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      let wrapped = lines.flatMap { Legible.wrapped($0, width: terminal.width, indent: "  ") }
      return ([fault.name] + wrapped).joined(separator: "\n") + "\n"
    }
    try terminal.output(texts.joined(separator: "\n"))
    return .success
  }
}
