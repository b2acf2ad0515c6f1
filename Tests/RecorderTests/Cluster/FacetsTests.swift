import Base
import Formats
import Foundation
import Glibc
import TestMachine
import Testing

@testable import Experiments
@testable import Recorder

/// What each way of having a cluster has: a fault that a plan lets through finds its facet, and one
/// that does not is a defect.
struct FacetsTests {
  /// A cluster that is never started, and what a host of its faults needs.
  func withCluster(
    _ plan: Plan, _ body: (any Cluster, Network) throws -> Void
  ) throws {
    let path = FileManager.default.temporaryDirectory.path + "/plumbline-facets-\(UUID())"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let folder = RunFolder(path: path)
    for name in plan.nodeNames { try File.makeFolder(folder.node(name).path) }
    let network = Network(nodes: plan.nodes, latency: Latency(), random: SplitMix64(seed: 1))
    let cluster = try Run.makeCluster(
      plan, executable: Built.program("plumbline"), folder: folder, network: network,
      poller: Poller(), log: RunLog(folder, now: { 0 }), now: { 0 })
    defer {
      cluster.end()
      cluster.machines?.end()
    }
    try body(cluster, network)
  }

  static func plan(_ change: (inout Plan) -> Void) -> Plan {
    var plan = Plan()
    plan.isolation = .loopback
    change(&plan)
    return plan
  }

  /// Three servers of a driver that has members, or of one that has none.
  static func servers(_ driver: String, _ change: (inout Plan) -> Void) -> Plan {
    plan {
      $0.cluster = driver
      if driver == "redis" { $0.knobs = ["mode=sentinel"] }
      change(&$0)
    }
  }

  static let pairs = [
    ["cut", "heal"], ["cut", "heal", "reach"], ["kill", "start"], ["stop", "start"],
    ["pause", "resume"], ["kill", "wipe", "start"], ["ready", "leader", "logs"], [],
    UserCommand.names,
  ]

  /// A plan of each way, with this and that command of the user's.
  static let plans: [Plan] =
    [
      plan { _ in }, plan { $0.nodeCommand = ["/bin/true"] },
      servers("etcd") { _ in }, servers("redis") { $0.nodes = 3 },
      plan {
        $0.cluster = "http"
        $0.commands = [UserCommand("start", "true")]
      },
    ]
    + ["etcd", "redis"].flatMap { driver in
      [[], ["cut", "heal"], ["cut", "heal", "reach", "leader"]].map { names in
        servers(driver) {
          $0.hosts = ["127.0.0.1", "127.0.0.1", "127.0.0.1"]
          $0.commands = names.map { UserCommand($0, "true") }
        }
      }
        + pairs.map { names in
          servers(driver) {
            $0.endpoints = ["127.0.0.1", "127.0.0.1", "127.0.0.1"]
            $0.commands = names.map { UserCommand($0, "true") }
          }
        }
    }

  /// Lets every fault through that the plan allows, long enough for each to come up.
  static func withAllFaults(_ plan: Plan) -> Plan {
    var plan = plan
    plan.faults = Faults.all.filter { $0.obstacle(in: plan) == nil }.map(\.name)
    plan.durationNanoseconds = 40 * plan.faultIntervalNanoseconds
    return plan
  }

  @Test func whatAPlanLetsThroughFindsItsFacet() throws {
    for plan in FacetsTests.plans.map(FacetsTests.withAllFaults) {
      try plan.validate()
      // Clocks need a compiler.
      var made = plan
      made.faults.removeAll { $0 == "clock" }
      try withCluster(made) { cluster, network in
        _ = try ClusterHost(made, cluster: cluster, network: network, now: { 0 })
        for family in Faults.all where made.faults.contains(family.name) {
          #expect(cluster.has(family.facet), "\(family.name) in \(plan.way) \(plan.commands)")
        }
      }
    }
  }

  /// What the words of an obstacle say is missing is missing, if the system is not the reason.
  @Test func whatAPlanRefusesIsNotThere() throws {
    for plan in FacetsTests.plans where plan.way != .local {
      try withCluster(plan) { cluster, _ in
        for family in Faults.all where family.name != "corrupt" {
          guard let obstacle = family.obstacle(in: plan), !obstacle.hasPrefix(plan.cluster) else {
            continue
          }
          #expect(!cluster.has(family.facet), "\(family.name) in \(plan.way) \(plan.commands)")
        }
      }
    }
  }

  /// Wires are made in a sandbox only; what they can do to frames is known before.
  @Test func wiresCanDoWhatTheirPlanLetsThrough() throws {
    let isolations: [(Isolation, any NodeWires.Type)] = [
      (.sandbox, SwitchedWires.self), (.rules, RuledWires.self),
    ]
    for (isolation, wires) in isolations {
      let plan = FacetsTests.servers("redis") {
        $0.nodes = 3
        $0.isolation = isolation
      }
      for family in Faults.all {
        guard case .traffic(let kind) = family.facet else { continue }
        #expect(wires.kinds.contains(kind) == (family.obstacle(in: plan) == nil), "\(family.name)")
      }
    }
  }

  /// Also where no families were asked for.
  @Test(.needs("compiler")) func aScheduleHasTheMachinesOfItsFaults() throws {
    let plan = FacetsTests.servers("redis") {
      $0.nodes = 3
      $0.faults = []
      $0.schedule = [
        ScheduledFault(
          number: 1, family: "clock", startNanoseconds: 1, stopNanoseconds: 2, target: .one,
          partition: nil, seed: 1)
      ]
    }
    try withCluster(plan) { cluster, network in
      _ = try ClusterHost(plan, cluster: cluster, network: network, now: { 0 })
      #expect(cluster.has(.clocks) && !cluster.has(.disks))
    }
  }

  @Test func aFaultWithoutItsFacetIsADefect() throws {
    for (name, words) in [
      ("wipe", "disks that can be emptied"), ("membership", "members that can be taken out"),
      ("disk-full", "disks of its nodes' own"), ("clock", "clocks of its nodes' own"),
      ("corrupt", "messages that can meet corrupt"), ("bit-rot", "records that can be damaged"),
    ] {
      var plan = FacetsTests.plan { $0.nodeCommand = ["/bin/true"] }
      plan.faults = [name]
      #expect(throws: Failure.self) { try plan.validate() }
      try withCluster(plan) { cluster, network in
        let failure = #expect(throws: Failure.self) {
          _ = try ClusterHost(plan, cluster: cluster, network: network, now: { 0 })
        }
        #expect(failure?.code == .defect)
        #expect(
          failure?.message
            == "--faults \(name) was let through, and this cluster has no \(words)")
      }
    }
  }

  @Test func anEffectThatFindsNothingIsADefect() throws {
    let effects: [FaultEffect] = [
      .wipe(0), .removeMember(0), .addMember(0), .expectEnd(0), .disk(0, .full, isOn: true),
      .clock(0, .reset), .traffic(.corrupt, 0.1), .damage(0, .bitRot), .repair(0),
    ]
    let plan = FacetsTests.plan {
      $0.nodeCommand = ["/bin/true"]
      $0.faults = []
    }
    try withCluster(plan) { cluster, network in
      let host = try ClusterHost(plan, cluster: cluster, network: network, now: { 0 })
      for effect in effects {
        let failure = #expect(throws: Failure.self) { try host.carryOut(effect) }
        #expect(failure?.code == .defect, "\(effect)")
      }
      #expect(network.fates.traffic == Traffic())
    }
  }

  /// Servers that were there, and nothing that could hurt them.
  @Test func whatNoCommandCanDoToServersIsADefect() throws {
    let plan = FacetsTests.plan {
      $0.cluster = "redis"
      $0.endpoints = ["127.0.0.1"]
      $0.commands = [UserCommand("ready", "true")]
      $0.faults = []
    }
    try withCluster(plan) { cluster, network in
      let host = try ClusterHost(plan, cluster: cluster, network: network, now: { 0 })
      try host.carryOut(.start(0))
      for effect in [
        FaultEffect.end(0, .kill), .pause(0), .resume(0), .cut([Link(from: 0, to: 0)]),
      ] {
        let failure = #expect(throws: Failure.self) { try host.carryOut(effect) }
        #expect(failure?.code == .defect, "\(effect)")
      }
    }
  }
}
