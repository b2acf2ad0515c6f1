import Base
import Recorder
import Sandbox

/// `plumbline faults`: what the nemesis can do, and what each needs.
enum FaultsCommand: Command {
  static let name = "faults"
  static let summary = "list the faults, what each does and needs"
  static let usage = ""
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
    let machine = Sandbox.probe()
    var text = ""
    for fault in Faults.all {
      text += "\(fault.name)\n  \(fault.summary)\n  needs \(fault.needs)\n"
      let ways = ClusterWay.allCases.map { "\($0.rawValue): \(fault.means(in: $0))" }
      text += "  \(ways.joined(separator: "; "))\n"
      if let obstacle = fault.obstacle(of: machine) {
        text += "  not for --cluster on this machine: \(obstacle)\n"
      }
      if fault.name == "partition" {
        let kinds = PartitionKind.allCases.map(\.rawValue)
        text += "  --partitions \(kinds.joined(separator: ","))\n"
      }
      if fault.hasTarget {
        let targets = FaultTarget.allCases.map(\.rawValue)
        text += "  --targets \(targets.joined(separator: ","))\n"
      }
    }
    try terminal.output(text)
    return .success
  }
}
