import Base
import Drivers
import Formats
import Foundation
import Glibc
import Testing

@testable import Experiments
@testable import Recorder

/// The user's commands: run in order, told how they ended, undone by cleanup.
struct CommandRunnerTests {
  /// A folder of a run with two nodes, removed afterwards.
  func withRunner(
    _ commands: [UserCommand], limit: Int64 = 5_000_000_000,
    _ body: (CommandRunner, RunFolder) throws -> Void
  ) throws {
    let path = FileManager.default.temporaryDirectory.path + "/plumbline-commands-\(UUID())"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let folder = RunFolder(path: path)
    for name in ["n1", "n2"] { try File.makeFolder(folder.node(name).path) }
    let clock = MonotonicClock()
    let site = Site(
      nodes: ["n1", "n2"].map {
        Site.Node(name: $0, peerAddress: "127.0.0.1", clientAddress: "127.0.0.1", data: path)
      }, knobs: [:])
    let runner = try CommandRunner(
      commands, CommandTemplate(site: site, ports: [1, 2]), limit: limit, folder: folder,
      log: RunLog(folder, now: { 0 }), now: { clock.now })
    try body(runner, folder)
  }

  func text(_ path: String) throws -> String {
    String(decoding: try File.read(path), as: UTF8.self)
  }

  @Test func aNodesCommandsRunOneAfterTheOther() throws {
    try withRunner([
      UserCommand("kill", "sleep 0.05; echo kill {node}; echo oops >&2"),
      UserCommand("start", "echo start {node}; exit 3"),
      UserCommand("logs", "echo the log of {node}"),
    ]) { runner, folder in
      runner.run("kill", 0)
      runner.run("start", 0)
      runner.run("logs", 0)
      runner.run("pause", 0)
      #expect(!runner.isIdle(0))
      #expect(runner.isIdle(1))
      runner.drain()
      let ended = runner.takeEnded()
      #expect(ended.map(\.name) == ["kill", "start", "logs"])
      #expect(ended.map(\.isDone) == [true, false, true])
      #expect(
        try text(folder.node("n1").commandLog) == "kill n1\noops\nstart n1\n")
      #expect(try text(folder.node("n1").log(ofRole: "server")) == "the log of n1\n")
      #expect(
        runner.problems == [
          "--command start for n1 exited with code 3; see \(folder.node("n1").commandLog)"
        ])
      let ledger = try text(folder[.commands]).split(separator: "\n").map { line in
        let json = try JSONParser.parse(Array(line.utf8))
        let words = ["command", "step", "undo", "done"].map { json[$0].map { "\($0)" } ?? "-" }
        return words.joined(separator: " ")
      }
      #expect(
        ledger == [
          #""kill" "begun" "echo start n1; exit 3" -"#, #""kill" "ended" - true"#,
          #""start" "begun" - -"#, #""start" "ended" - false"#,
          #""logs" "begun" - -"#, #""logs" "ended" - true"#,
        ])
    }
  }

  /// A server that a command leaves in the background writes on when the command is long over.
  @Test func whatACommandLeavesBehindMayGoOnWriting() throws {
    try withRunner([UserCommand("start", "(sleep 0.2; echo one; sleep 0.1; echo two) &")]) {
      runner, folder in
      runner.run("start", 0)
      runner.drain()
      #expect(runner.takeEnded().map(\.isDone) == [true])
      let log = folder.node("n1").commandLog
      _ = try waits { try text(log) == "one\ntwo\n" }
      #expect(try text(log) == "one\ntwo\n")
    }
  }

  /// A full disk of the recorder's own: what hurts is not done, what undoes it is.
  @Test(.enabled(if: File.kind("/dev/full") != .nothing))
  func whatCannotBeWrittenDownIsUndoneNevertheless() throws {
    try withRunner([
      UserCommand("pause", "echo pause"), UserCommand("resume", "echo resume {node}"),
    ]) { _, folder in
      unlink(folder[.commands])
      symlink("/dev/full", folder[.commands])
      let site = Site(
        nodes: [
          Site.Node(name: "n1", peerAddress: "127.0.0.1", clientAddress: "127.0.0.1", data: "/")
        ], knobs: [:])
      let runner = try CommandRunner(
        [UserCommand("pause", "echo pause"), UserCommand("resume", "echo resume {node}")],
        CommandTemplate(site: site, ports: [1]), limit: 5_000_000_000, folder: folder,
        log: RunLog(folder, now: { 0 }), now: { 0 })
      runner.run("pause", 0)
      runner.run("resume", 0)
      runner.drain()
      #expect(try text(folder.node("n1").commandLog) == "resume n1\n")
      #expect(runner.problems == ["\(folder[.commands]): No space left on device"])
    }
  }

  @Test func aCommandThatTakesTooLongIsEnded() throws {
    try withRunner([UserCommand("kill", "sleep 60")], limit: 50_000_000) { runner, folder in
      runner.run("kill", 1)
      runner.drain()
      #expect(runner.takeEnded().map(\.ending) == [nil])
      #expect(
        runner.problems == [
          "--command kill for n2 took longer than 50 ms (--command-limit); see "
            + "\(folder.node("n2").commandLog)"
        ])
    }
  }

  @Test func aCommandThatNeverStopsTalkingIsEnded() throws {
    try withRunner([UserCommand("leader", "yes")], limit: 50_000_000) { runner, _ in
      runner.run("leader", 1)
      runner.drain()
      #expect(runner.takeEnded().map(\.ending) == [nil])
    }
  }

  @Test func whatOnlyLooksMayFailAndIsNotWrittenDown() throws {
    try withRunner([UserCommand("ready", "exit 1"), UserCommand("leader", "echo n2")]) {
      runner, folder in
      runner.run("ready", 0)
      runner.run("leader", 0)
      runner.drain()
      #expect(
        runner.takeEnded().map { String(decoding: $0.output, as: UTF8.self) } == ["", "n2\n"])
      #expect(runner.problems == [])
      let ledger = try File.read(folder[.commands])
      #expect(ledger == [])
    }
  }

  @Test func cleanupUndoesWhatADeadRecorderHadDone() throws {
    try withRunner([
      UserCommand("cut", "true"), UserCommand("heal", "echo heal {node} {peer}"),
      UserCommand("pause", "true"), UserCommand("resume", "echo resume {node}; exit 1"),
      UserCommand("kill", "true"), UserCommand("start", "true"),
    ]) { runner, folder in
      runner.run("cut", 0, peer: 1)
      runner.run("cut", 1, peer: 0)
      runner.run("heal", 1, peer: 0)
      runner.run("kill", 0)
      runner.run("start", 0)
      runner.run("pause", 1)
      runner.drain()
      try AppendFile(folder[.faults]).write([])
      let outcome = try Cleanup.run(folder)
      #expect(outcome.undone == ["echo heal n1 n2"])
      #expect(outcome.failed == ["echo resume n2; exit 1"])
      #expect(try text(folder[.cleanupLog]) == "heal n1 n2\nresume n2\n")
      #expect(try Cleanup.run(folder).undone == [])
    }
  }
}
