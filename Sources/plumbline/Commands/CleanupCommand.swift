import Base
import Experiments
import Formats
import Recorder

/// `plumbline cleanup RUN`: undo what an interrupted run left behind.
enum CleanupCommand: Command {
  static let name = "cleanup"
  static let summary = "undo what an interrupted run left behind"
  static let usage = "RUN..."
  static let options: [CommandOption] = []
  static let details = """
    Ends the processes that a run started and that are still there; a process whose number now
    belongs to another is left alone. Nothing left behind is no error.

    example:
      plumbline cleanup runs/latest
    """

  static func run(
    _ arguments: ParsedArguments, _ terminal: Terminal
  ) throws(Failure) -> ExitCode {
    guard !arguments.positional.isEmpty else {
      throw Failure(.usage, "cleanup needs at least one RUN")
    }
    for folder in arguments.positional {
      let run = RunFolder(path: folder)
      let outcome = try Cleanup.run(run)
      let ended = outcome.ended.map { "\($0)" }.joined(separator: ", ")
      try terminal.output(
        "\(folder): \(outcome.ended.isEmpty ? "nothing was left running" : "ended \(ended)")\n")
      if !outcome.faultsOpen.isEmpty {
        let faults = outcome.faultsOpen.joined(separator: ", ")
        try terminal.output("\(folder): faults that were on ended with it: \(faults)\n")
      }
      for text in outcome.undone { try terminal.output("\(folder): done: \(text)\n") }
      if let failed = outcome.failed.first {
        throw Failure(
          .unavailable, "\(folder): this command failed: \(failed); see \(run[.cleanupLog])")
      }
    }
    return .success
  }
}
