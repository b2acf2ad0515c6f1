import Base
import Formats
import Glibc

/// Undoes what an interrupted run left behind: `plumbline cleanup RUN`.
public enum Cleanup {
  /// What a cleanup did.
  public struct Outcome: Sendable, Equatable {
    /// The processes that still ran and were ended.
    public var ended: [Int]
    /// The processes that were already gone, or whose number now belongs to another.
    public var gone: Int
    /// The faults that were on when the recorder died, by name; they ended with it.
    public var faultsOpen: [String]
    /// The user's commands that undid what a dead recorder's commands had done.
    public var undone: [String] = []
    /// Those of them that failed; their output is in `cleanup.log`.
    public var failed: [String] = []
  }

  /// Ends the processes that a run started and that still run.
  ///
  /// A process is known by its id and its start time, so that no stranger is ended.
  /// - Throws: ``ExitCode/missingInput`` when the folder is no run's, ``ExitCode/badInput`` when
  ///   its files cannot be read.
  public static func run(_ folder: RunFolder) throws(Failure) -> Outcome {
    var outcome = Outcome(ended: [], gone: 0, faultsOpen: [])
    try requireRun(folder)
    for line in try lines(folder[.processes]) {
      guard let id = line["pid"]?.integer, let ticks = line["startTicks"]?.integer, id > 1 else {
        throw Failure(.badInput, "\(folder[.processes]): a line has no pid and startTicks")
      }
      let process = pid_t(truncatingIfNeeded: id)
      // Numbers of another process namespace mean somebody else here; with the sandbox went all.
      guard line["namespace"] == nil || line["namespace"] == ProcessState.namespace else {
        outcome.gone += 1
        continue
      }
      guard let state = ProcessState.read(process), state.startTicks == UInt64(ticks),
        state.letter != "Z"
      else {
        outcome.gone += 1
        continue
      }
      kill(process, SIGCONT)
      if kill(-process, SIGKILL) != 0 { kill(process, SIGKILL) }
      outcome.ended.append(Int(id))
    }
    var open: [(Int64, String)] = []
    for line in try lines(folder[.faults]) {
      guard let number = line["fault"]?.integer, let name = line["name"]?.string else { continue }
      if line["step"]?.string == "planned" { open.append((number, name)) }
      if line["step"]?.string == "undone" { open.removeAll { $0.0 == number } }
    }
    outcome.faultsOpen = open.map(\.1)
    for text in try undoing(folder) {
      let child = try ChildProcess(
        server: "/bin/sh", arguments: ["-c", text],
        environment: Environment.variables(), log: folder[.cleanupLog])
      if try wait(for: child) {
        outcome.undone.append(text)
        try AppendFile(folder[.commands]).write([
          "step": "ended", "text": .string(text), "done": true,
        ])
      } else {
        outcome.failed.append(text)
      }
    }
    return outcome
  }

  /// A run's folder has its plan first; the other files come when there is something to note, and
  /// a run that was killed early has only some of them.
  private static func requireRun(_ folder: RunFolder) throws(Failure) {
    guard File.kind(folder.path) == .folder else {
      _ = try File.names(in: folder.path)
      throw Failure(.missingInput, "\(folder.path): is no run's folder")
    }
    let known: [RunFolder.Name] = [.plan, .processes, .faults, .commands, .history]
    guard known.contains(where: { File.kind(folder[$0]) == .file }) else {
      throw Failure(
        .missingInput, "\(folder.path): is no run's folder: it has neither plan.json5 nor processes"
      )
    }
  }

  /// What would undo the commands that were begun and not undone, in the order they were begun.
  private static func undoing(_ folder: RunFolder) throws(Failure) -> [String] {
    var open: [String] = []
    for line in try lines(folder[.commands]) {
      if let undo = line["undo"]?.string, !open.contains(undo) { open.append(undo) }
      if line["step"]?.string == "ended", line["done"] == true, let text = line["text"]?.string {
        open.removeAll { $0 == text }
      }
    }
    return open
  }

  /// Waits for half a minute at most.
  ///
  /// - Returns: whether it did what it was asked.
  private static func wait(for child: ChildProcess) throws(Failure) -> Bool {
    for _ in 0..<6000 {
      if let ending = child.reap() { return ending == .exited(0) }
      usleep(5_000)
    }
    child.end()
    return false
  }

  /// The whole lines of a file; a torn last one is left out. Where there is no file there are none.
  private static func lines(_ path: String) throws(Failure) -> [JSON] {
    guard File.kind(path) != .nothing else { return [] }
    let bytes = try File.read(path)
    var lines: [JSON] = []
    for line in bytes.split(separator: 0x0A) {
      if let value = try? JSONParser.parse(line) { lines.append(value) }
    }
    return lines
  }
}
