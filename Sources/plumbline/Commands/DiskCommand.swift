import Base
import Sandbox

/// `plumbline disk`: the file system of one node of a run, which the recorder starts.
enum DiskCommand: Command {
  static let name = "disk"
  static let summary = "the disk of a node, which can lose what was not synced (started by runs)"
  static let usage = "BACKING MOUNT"
  static let options: [CommandOption] = []
  static let details = """
    Shows the folder BACKING at MOUNT until its standard input ends. Runs with the faults
    power-loss, disk-full, slow-disk or fsync-error start one for each node.
    """

  static func run(
    _ arguments: ParsedArguments, _ terminal: Terminal
  ) throws(Failure) -> ExitCode {
    guard arguments.positional.count == 2 else {
      throw Failure(.usage, "expected two folders: plumbline disk BACKING MOUNT")
    }
    DiskService.run(backing: arguments.positional[0], mount: arguments.positional[1])
    return .success
  }
}
