import Base
import Drivers
import Formats
import Foundation
import Glibc
import Testing

@testable import Experiments
@testable import Recorder

/// What differs between servers that a run starts here, those that it starts on hosts, and those
/// that were there.
struct ServerWayTests {
  /// The way of a plan for redis, and its nodes before anything is started.
  func withWay(
    _ change: (inout Plan) -> Void, _ body: (any ServerWay, inout [ServerNode], Site) throws -> Void
  ) throws {
    let path = FileManager.default.temporaryDirectory.path + "/plumbline-way-\(UUID())"
    defer { try? FileManager.default.removeItem(atPath: path) }
    var plan = Plan()
    plan.cluster = "redis"
    plan.isolation = .loopback
    change(&plan)
    let folder = RunFolder(path: path)
    for name in plan.nodeNames { try File.makeFolder(folder.node(name).path) }
    let driver = try #require(plan.driver)
    let site =
      switch plan.target {
      case .hosts(let target): try Sites.hosts(plan, target, folder)
      case .existing: try Sites.existing(plan, driver, folder)
      default: try Sites.started(plan, driver, folder, nil)
      }
    let setup = ServerSetup(
      plan: plan, driver: driver, site: site, folder: folder,
      log: try RunLog(folder, now: { 0 }), now: { 0 })
    let talks = Talks(poller: try Poller()) { site.nodes[$0].clientAddress }
    let way: any ServerWay =
      switch plan.target {
      case .hosts(let target): try HostedServers(setup, on: target)
      case .existing: try ExistingServers(setup, talks: talks)
      default: try StartedServers(setup, wires: nil, machines: nil)
      }
    var nodes = site.nodes.enumerated().map { index, node in
      ServerNode(
        index, node.name, isReady: true, programs: way.programs(of: index, at: site),
        talk: talks.add(driver.session(site, client: -1, node: index)))
    }
    try body(way, &nodes, site)
  }

  static let endpoints = ["127.0.0.1:1", "127.0.0.1:2"]

  @Test func serversThatAreStartedHereAreLaidOutAndSeen() throws {
    try withWay({ _ in }) { way, nodes, site in
      #expect(way is StartedServers && way.witness == nil && !way.seesLate && way.laysOut)
      #expect(way.commands == nil)
      #expect(nodes.allSatisfy { !$0.programs.isEmpty && $0.programs[0].host == nil })
      #expect(way.place(of: 0, at: site) == "n1")
      #expect(try way.prepareStart(&nodes[0]))
      let data = site.nodes[0].data
      try File.replace(data + "/x", with: [1])
      try way.wipe(&nodes[0])
      let left = try File.names(in: data)
      #expect(nodes[0].wipe == .done && left == [])
      // What is left of it is ended first.
      nodes[0].state = .ending
      #expect(try !way.prepareStart(&nodes[0]))
      #expect(way.hasEnded(nodes[0]) && !way.isStopped(nodes[0]))
    }
  }

  @Test func serversOnHostsAreWipedByACommandThere() throws {
    try withWay({ $0.hosts = ["127.0.0.1", "u@127.0.0.2"] }) { way, nodes, site in
      #expect(way is HostedServers && way.witness == "the host" && way.seesLate && way.laysOut)
      #expect(nodes.map { $0.programs[0].host?.target } == ["127.0.0.1", "u@127.0.0.2"])
      #expect(way.commands?.has("wipe") == true && way.commands?.has("start") == false)
      #expect(way.processes(of: nodes[0]) == [] && way.machines == nil && way.wires == nil)
      try way.wipe(&nodes[1])
      #expect(nodes[1].wipe == .running && way.commands?.isBusy(1) == true)
      #expect(try !way.prepareStart(&nodes[1]))
      #expect(try way.prepareStart(&nodes[0]))
    }
  }

  @Test func serversThatWereThereAreHurtByCommandsAndFallSilent() throws {
    try withWay({
      $0.endpoints = Self.endpoints
      $0.commands = ["kill", "start", "pause", "resume"].map { UserCommand($0, "true") }
    }) { way, nodes, site in
      #expect(way is ExistingServers && !way.laysOut && !way.canWipe)
      #expect(way.deeds == [.ends(by: .kill), .pauses])
      #expect(way.witness == "the command, then no answer")
      #expect(nodes.allSatisfy { $0.programs.isEmpty })
      #expect(way.place(of: 1, at: site) == "127.0.0.1:2")
      // At first it is there, and nobody is asked to start it.
      #expect(try way.prepareStart(&nodes[0]))
      #expect(way.commands?.isBusy == false)
      nodes[0].hasBegun = true
      try way.end(&nodes[0], by: SIGKILL)
      nodes[0].state = .ending
      #expect(way.commands?.isBusy(0) == true && !way.hasEnded(nodes[0]))
      // As long as the command runs, nobody is asked.
      #expect(way.watch(&nodes[0], at: 1_000_000_000) && nodes[0].probe.asked == 0)
      let silence = Talks.Heard(talk: 0, answer: Answer(.unknown("gone")), isSpoken: false)
      #expect(way.hear(silence, from: &nodes[0]) && nodes[0].state == .down)
      try way.pause(&nodes[1])
      #expect(way.hear(silence, from: &nodes[1]) && way.isStopped(nodes[1]))
      #expect(throws: Failure.self) { try way.end(&nodes[1], by: SIGTERM) }
      #expect(throws: Failure.self) { try way.wipe(&nodes[1]) }
    }
  }
}
