import Base
import Formats
import Foundation
import Glibc
import Histories
import TestMachine
import Testing

@testable import Experiments
@testable import Recorder

/// The recorder itself is killed, or its disk is full.
struct DyingRecorderTests {
  static let command = Built.program("plumbline")
  /// What it takes to run it.
  static let isBuilt = Need { Built.obstacle("plumbline") }

  func processes(_ folder: RunFolder) throws -> [(id: pid_t, ticks: Int64)] {
    try File.read(folder[.processes]).split(separator: 0x0A).map { line in
      let value = try JSONParser.parse(line)
      return (pid_t(value["pid"]?.integer ?? 0), value["startTicks"]?.integer ?? 0)
    }
  }

  @Test(isBuilt) func killingTheRecorderLeavesAReadableHistoryAndNothingRunning() throws {
    let out = FileManager.default.temporaryDirectory.path + "/plumbline-dying-\(UUID())"
    defer { try? FileManager.default.removeItem(atPath: out) }
    try File.makeFolder(out)
    let child = try ChildProcess(
      path: Self.command,
      arguments: ["record", "--out", out, "--name", "t", "--duration", "60s", "--nodes", "3"],
      environment: [], log: out + "/log")
    defer { child.closePipes() }
    let folder = RunFolder(path: out + "/latest")
    #expect(waits { (try? File.read(folder.history).count) ?? 0 >= 20_000 })
    Glibc.kill(child.id, SIGKILL)
    while child.reap() == nil { usleep(1_000) }
    let started = try processes(folder)
    #expect(started.count >= 3)
    for process in started {
      let isGone = waits {
        let state = ProcessState.read(process.id)
        return state == nil || state?.letter == "Z"
          || state.map { Int64($0.startTicks) } != process.ticks
      }
      #expect(isGone, "process \(process.id)")
    }
    let history = try HistoryReader.read(path: folder.history)
    #expect(history.count > 50)
    #expect(try Cleanup.run(folder).ended == [])
  }

  /// Some who start programs ignore the deaths of children, and what they start inherits that.
  @Test(isBuilt) func aParentThatIgnoresTheDeathsOfChildrenDoesNotMatter() throws {
    let out = FileManager.default.temporaryDirectory.path + "/plumbline-ignoring-\(UUID())"
    defer { try? FileManager.default.removeItem(atPath: out) }
    try File.makeFolder(out)
    let child = try ChildProcess(
      server: "/bin/sh",
      arguments: [
        "-c", "trap '' CHLD; exec \"$@\"", "sh", Self.command, "record", "--out", out, "--name",
        "t", "--duration",
        "3s", "--nodes", "3", "--faults", "kill", "--fault-interval", "1800ms", "--seed", "1",
      ], environment: Environment.variables(), log: out + "/log")
    let hasEnded = waits { child.reap() != nil }
    #expect(hasEnded)
    if !hasEnded { child.end() }
    for step in try OwnCluster.steps(RunFolder(path: out + "/latest")) {
      #expect(step == #"kill: planned, done, verified {"gone":2}, undone"#)
    }
    #expect(try File.read(out + "/latest/faults.jsonl") != [])
  }

  @Test func aFullDiskIsAnInputOutputError() throws {
    let file = try AppendFile("/dev/full")
    #expect(throws: Failure(.inputOutput, "/dev/full: No space left on device")) {
      try file.write([1, 2, 3])
    }
  }

  @Test func theHistoryLeavesWithOneWriteATurnAndNeverTwice() throws {
    let out = FileManager.default.temporaryDirectory.path + "/plumbline-log-\(UUID())"
    defer { try? FileManager.default.removeItem(atPath: out) }
    try File.makeFolder(out)
    let folder = RunFolder(path: out)
    var plan = Plan()
    plan.name = "t"
    plan.nodes = 2
    var time: Int64 = 0
    let log = try HistoryLog(folder, plan: plan) {
      time += 10
      return time
    }
    log.add(
      HistoryEntry(.invoke, .client(0), "read", key: "k0", value: .null, extras: [("final", true)]))
    #expect(try File.read(folder.history) == [])
    try log.flush()
    try log.flush()
    log.add(HistoryEntry(.ok, .client(0), "read", key: "k0", value: 7, extras: [("node", "n1")]))
    log.add(HistoryEntry(.info, .nemesis, "start-kill", value: ["n1"]))
    try log.flush()
    #expect(
      String(decoding: try File.read(folder.history), as: UTF8.self) == """
        {"plumbline":1,"model":"cas-register","initial":null,"name":"t","seed":1,\
        "nodes":["n1","n2"],"clients":10,"quorums":{"votes":[1,1],"read":1,"write":2}}
        {"process":0,"type":"invoke","f":"read","key":"k0","value":null,"final":true,"time":10}
        {"process":0,"type":"ok","f":"read","key":"k0","value":7,"node":"n1","time":20}
        {"process":"nemesis","type":"info","f":"start-kill","value":["n1"],"time":30}

        """)
  }
}
