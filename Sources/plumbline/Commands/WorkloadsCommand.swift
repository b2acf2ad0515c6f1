import Base
import Experiments
import Recorder

/// `plumbline workloads`: what clients can do in a run.
enum WorkloadsCommand: Command {
  static let name = "workloads"
  static let summary = "list what clients can do in a run, and the model each is checked against"
  static let usage = "[NAME ...]"
  static let options: [CommandOption] = []
  static let details = """
    Every workload runs on every cluster that has compare-and-set: an object is the value of one
    key, read and set by compare-and-set until that holds.

    examples:
      plumbline test --workload queue
      plumbline test --cluster etcd --workload lock --keys 3 --operations-per-key 200
    """

  static func run(
    _ arguments: ParsedArguments, _ terminal: Terminal
  ) throws(Failure) -> ExitCode {
    let chosen = try Chosen.from(Workloads.all, arguments, what: "workload") { $0.name }
    let text = chosen.map { "\($0.name)\n  \($0.summary)\n  model \($0.model)\n" }
    try terminal.output(text.joined(separator: "\n"))
    return .success
  }
}
