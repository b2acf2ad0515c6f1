import Base
import Formats
import Foundation
import Glibc
import TestMachine
import Testing

@testable import Experiments
@testable import Recorder

/// Servers that were there before the run: hurt by commands only.
@Suite(.needsPython, .needs(programs: ["setsid"], packages: ["util-linux"]))
struct ExistingClusterTests {
  /// A cluster of two servers that run already, and the commands that hurt them.
  func withServers(
    _ faults: [String], at first: Int, _ change: (inout Plan) -> Void = { _ in },
    _ body: (OwnCluster) throws -> Void
  ) throws {
    var cluster = try OwnCluster(faults: faults)
    let folder = cluster.folder
    defer { cluster.remove() }
    cluster.plan.endpoints = [OwnCluster.address(first), OwnCluster.address(first + 1)].map {
      $0 + ":8080"
    }
    let start =
      "setsid \(OwnCluster.program) {address} {port} \(folder)/{node}.kv </dev/null "
      + ">/dev/null 2>&1 & echo $! >\(folder)/{node}.pid"
    cluster.plan.commands = [
      UserCommand("start", start),
      UserCommand("kill", "kill -KILL $(cat \(folder)/{node}.pid)"),
      UserCommand("pause", "kill -STOP $(cat \(folder)/{node}.pid)"),
      UserCommand("resume", "kill -CONT $(cat \(folder)/{node}.pid)"),
      UserCommand("wipe", "rm \(folder)/{node}.kv"),
      UserCommand("cut", "touch \(folder)/cut-{peer}-{node}"),
      UserCommand("heal", "rm \(folder)/cut-{peer}-{node}"),
      UserCommand("reach", "test ! -e \(folder)/cut-{peer}-{node}"),
      UserCommand("leader", "echo n2"),
      UserCommand("logs", "echo the log of {node}"),
    ]
    change(&cluster.plan)
    for index in 0...1 {
      let text = start.replacing("{address}", with: OwnCluster.address(first + index))
        .replacing("{port}", with: "8080").replacing("{node}", with: "n\(index + 1)")
      #expect(try system(text, folder + "/log") == .exited(0))
    }
    defer {
      for id in cluster.running() { kill(id, SIGKILL) }
    }
    try body(cluster)
  }

  /// Runs a shell's line and waits for it, though not for what it leaves in the background.
  func system(_ text: String, _ log: String) throws -> ChildProcess.Ending? {
    let child = try ChildProcess(
      server: "/bin/sh", arguments: ["-c", text],
      environment: Environment.variables(), log: log)
    for _ in 0..<2_000 {
      if let ending = child.reap() { return ending }
      usleep(5_000)
    }
    return nil
  }

  @Test func everyFaultIsMadeByItsCommandVerifiedAndUndone() throws {
    try withServers(["kill", "pause", "wipe", "partition"], at: 1) { cluster in
      let outcome = try Recording.run(cluster.plan, executable: "/proc/self/exe")
      #expect(outcome.record.problems == [])
      let silence = #""by":"the command, then no answer""#
      let evidence = [
        "kill": #"{"gone":1,\#(silence)}"#, "pause": #"{"stopped":1,\#(silence)}"#,
        "wipe": #"{"emptied":1,\#(silence)}"#,
      ]
      let steps = try OwnCluster.steps(outcome.folder)
      for step in steps {
        let name = String(step.prefix { $0 != ":" })
        let words = evidence[name] ?? #"{"linksCut":2,"by":"the command reach"}"#
        #expect(step == "\(name): planned, done, verified \(words), undone")
      }
      #expect(steps.count == outcome.faultsMade)
      #expect(outcome.faultsMade >= 3)
      // What was there before is there afterwards, and nothing is cut.
      #expect(cluster.running().count == 2)
      #expect(try File.names(in: cluster.folder).filter { $0.hasPrefix("cut") } == [])
      let log = try File.read(outcome.folder.node("n1").log(ofRole: "server"))
      #expect(String(decoding: log, as: UTF8.self) == "the log of n1\n")
    }
  }

  /// A history begins with absent keys, whatever an earlier run has left.
  @Test func everyRunHasKeysOfItsOwn() throws {
    try withServers([], at: 7) {
      $0.faults = []
      $0.durationNanoseconds = 200_000_000
    } _: { cluster in
      for _ in 0..<2 {
        let outcome = try Recording.run(cluster.plan, executable: "/proc/self/exe")
        #expect(outcome.record.problems == [] && outcome.ok > 0)
      }
      let lines = try File.read(cluster.folder + "/n1.kv").split(separator: 0x0A)
      let keys = try lines.compactMap { try JSONParser.parse($0).array?.first?.string }
      let names = try keys.map { try #require($0.wholeMatch(of: /\/kv\/(plumbline-.*-)k[0-9]/)) }
      #expect(Set(names.map(\.output.1)).count == 2)
    }
  }

  @Test func aKillThatKillsNobodyIsUnverified() throws {
    try withServers(["kill"], at: 3) {
      $0.commands[1] = UserCommand("kill", "true")
      $0.commands[0] = UserCommand("start", "true")
      $0.durationNanoseconds = 2_000_000_000
    } _: { cluster in
      let outcome = try Recording.run(cluster.plan, executable: "/proc/self/exe")
      #expect(outcome.faultsMade > 0)
      #expect(outcome.faultsVerified == 0)
      for step in try OwnCluster.steps(outcome.folder) {
        #expect(step == "kill: planned, done, unverified, undone")
      }
    }
  }

  @Test func anInterruptedRunUndoesWhatItDid() throws {
    try withServers(["pause"], at: 5) {
      $0.durationNanoseconds = 60_000_000_000
      $0.faultIntervalNanoseconds = 2_000_000_000
    } _: { cluster in
      let faults = { (folder: String) in
        String(decoding: (try? File.read(folder + "/faults.jsonl")) ?? [], as: UTF8.self)
      }
      let outcome = try Recording.run(
        cluster.plan, executable: "/proc/self/exe",
        signal: {
          faults(cluster.plan.out + "/latest").contains("verified") ? SIGINT : nil
        })
      #expect(outcome.record.interrupted == SIGINT)
      let words = #"{"stopped":1,"by":"the command, then no answer"}"#
      #expect(
        try OwnCluster.steps(outcome.folder) == ["pause: planned, done, verified \(words), undone"])
      #expect(outcome.record.problems == [])
      let states = cluster.running().map { ProcessState.read($0)?.letter }
      #expect(states.count == 2)
      #expect(!states.contains("T"))
    }
  }
}
