import Base
import Foundation
import Testing

@testable import Experiments

/// Ways of having a cluster: what each can do, and what is refused before anything starts.
struct ClusterWayTests {
  func refusal(_ options: [String]) -> String {
    var plan = Plan()
    plan.isolation = .loopback
    do throws(Failure) {
      for option in options {
        let parts = option.split(separator: " ", maxSplits: 1).map(String.init)
        guard let known = PlanOption.named(parts[0]) else { return "no option \(option)" }
        try known.parse(parts[1], into: &plan)
      }
      try plan.validate()
      return "no refusal"
    } catch {
      #expect(error.code == .usage)
      return error.message
    }
  }

  @Test func whatCannotBeDoneIsRefusedWithWhatWouldDo() {
    for (options, message) in [
      (["cluster etcd", "faults kill"], "no refusal"),
      (["cluster etcd", "endpoints 10.0.0.1", "faults none"], "no refusal"),
      (["cluster etcd", "hosts a,u@b,c"], "no refusal"),
      (
        ["cluster etcd", "endpoints 10.0.0.1", "faults kill"],
        "--faults kill: the servers of --endpoints are not ours to hurt; give --command kill=… "
          + "and --command start=…"
      ),
      (
        ["cluster etcd", "endpoints 10.0.0.1", "faults kill", "command kill=x"],
        "--faults kill: the servers of --endpoints are not ours to hurt; give --command start=…"
      ),
      (
        ["cluster etcd", "endpoints 10.0.0.1", "faults delay"],
        "--faults delay: the servers of --endpoints are not ours to hurt; it can be made on "
          + "servers that the run starts here"
      ),
      (
        ["cluster etcd", "hosts a,b,c", "faults partition"],
        "--faults partition: the machines of --hosts are not the recorder's; give "
          + "--command cut=… and --command heal=…"
      ),
      (
        ["cluster etcd", "faults partition"],
        "--faults partition: it needs the network between the servers to be the recorder's "
          + "(--isolation sandbox)"
      ),
      (
        ["cluster etcd", "command kill=x"],
        "--command kill: the run starts the servers and does that itself; commands for it "
          + "belong to --endpoints"
      ),
      (
        ["cluster etcd", "endpoints 10.0.0.1", "command cut=x"],
        "--command cut is of no use without --command heal=…"
      ),
      (
        ["cluster http"],
        "--cluster http: its servers cannot be started from here; say where they are with "
          + "--endpoints, or how to start one with --command start=…"
      ),
      (["cluster http", "command start=x", "faults kill"], "no refusal"),
      (["hosts a"], "--hosts needs --cluster"),
      (["command kill=x"], "--command needs --cluster"),
      (
        ["cluster etcd", "hosts a,b", "endpoints 10.0.0.1"],
        "--hosts names 2, but --endpoints names 1"
      ),
      (["cluster etcd", "hosts a,b", "nodes 3"], "--nodes 3, but --hosts names 2"),
      (
        ["cluster etcd", "hosts -oProxyCommand=x"],
        "--hosts -oProxyCommand=x: expected HOST or USER@HOST"
      ),
      (["cluster etcd", "hosts a", "host-folder x"], "--host-folder x: expected an absolute path"),
      (
        ["cluster etcd", "hosts a", "isolation sandbox"],
        "--isolation sandbox: the servers of --hosts are on other machines"
      ),
      (["faults wipe"], "--faults wipe: it needs real servers (--cluster)"),
      (
        ["cluster etcd", "faults wipe"],
        "--faults wipe: etcd does not let a node with an empty disk go on under its old name; "
          + "--faults membership empties it and adds the node anew"
      ),
      (
        ["cluster http", "command start=x", "faults membership"],
        "--faults membership: http has no members that can be taken out and added again"
      ),
      (
        ["cluster etcd", "nodes 2", "faults membership"],
        "--faults membership: it needs three nodes or more, so that a majority is left"
      ),
      (["command kill"], "--command kill: expected NAME=TEXT"),
      (
        ["command kil=x"],
        "--command: there is no “kil”; expected start, kill, stop, pause, resume, wipe, cut, "
          + "heal, reach, ready, leader, logs; did you mean kill?"
      ),
    ] as [([String], String)] {
      #expect(refusal(options) == message, "\(options)")
    }
  }

  @Test func rulesOfTheKernelsOnlyDrop() {
    for (options, message) in [
      (["cluster etcd", "isolation rules", "faults partition,loss,throttle"], "no refusal"),
      (["cluster etcd", "isolation rules", "faults power-loss"], "no refusal"),
      (
        ["cluster etcd", "isolation rules", "faults partition,delay"],
        "--faults delay: rules of the kernel's can only drop frames; it needs the network between "
          + "the servers to be the recorder's (--isolation sandbox)"
      ),
      (
        ["cluster etcd", "isolation rules", "pcap yes"],
        "--pcap needs the servers' network to be the recorder's (--isolation sandbox)"
      ),
      (
        ["cluster etcd", "isolation rules", "latency 5ms"],
        "--latency needs the servers' network to be the recorder's (--isolation sandbox)"
      ),
      (
        ["cluster etcd", "hosts a", "isolation rules"],
        "--isolation rules: the servers of --hosts are on other machines"
      ),
    ] as [([String], String)] {
      #expect(refusal(options) == message, "\(options)")
    }
  }

  @Test func usualFaultsAreThoseThatTheWayAllows() throws {
    var plan = Plan()
    plan.cluster = "etcd"
    plan.hosts = ["a", "b", "c"]
    #expect(plan.faults == ["kill", "pause"])
    plan.hosts = []
    plan.endpoints = ["a"]
    #expect(plan.faults == [])
    plan.commands = [UserCommand("kill", "x"), UserCommand("start", "y")]
    #expect(plan.faults == ["kill"])
    plan.endpoints = []
    plan.commands = []
    plan.isolation = .rules
    #expect(plan.faults == ["partition", "kill", "pause", "loss"])
  }

  @Test func commandsAreAnObjectOfThePlan() throws {
    var plan = try Plan(
      reading: Array("{cluster: 'http', command: {start: 'a=b {node}', leader: 'l'}}".utf8),
      file: "p.json5")
    #expect(plan.commands == [UserCommand("start", "a=b {node}"), UserCommand("leader", "l")])
    let option = try #require(PlanOption.named("command"))
    try option.parse("leader=m", into: &plan)
    try option.parse("ready=r=1", into: &plan)
    #expect(
      option.json(of: plan).description
        == #"{"start":"a=b {node}","ready":"r=1","leader":"m"}"#)
    #expect(try Plan(reading: Array(plan.json5.utf8), file: "p.json5") == plan)
    try option.parse("none", into: &plan)
    #expect(plan.commands == [])
  }

  /// The page has the table of the program.
  @Test func theDocsSayTheSame() throws {
    let page =
      URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "docs/reference/clusters.md")
    let lines = try String(contentsOf: page, encoding: .utf8).split(separator: "\n")
    var expected = [
      "| fault | embedded | simulated | local | ssh | existing |", "|---|---|---|---|---|---|",
    ]
    for family in Faults.all {
      let ways = ClusterWay.allCases.map { family.means(in: $0) }
      expected.append("| `\(family.name)` | \(ways.joined(separator: " | ")) |")
    }
    let start = try #require(lines.firstIndex { $0 == expected[0] })
    #expect(lines[start...].prefix(expected.count).map(String.init) == expected)
    for command in UserCommand.all {
      #expect(lines.contains { $0.hasPrefix("| `\(command.name)` | \(command.help) |") })
    }
  }
}
