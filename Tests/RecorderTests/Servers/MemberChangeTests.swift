import Base
import Drivers
import Formats
import Foundation
import Glibc
import TestMachine
import Testing

@testable import Experiments
@testable import Recorder

/// etcd's driver with servers that do what a script says.
private struct ScriptedEtcd: Driver {
  static let program =
    URL(filePath: #filePath).deletingLastPathComponent().path
    + "/scripted_etcd.py"
  let folder: String
  private let base = Etcd()

  init(folder: String) { self.folder = folder }

  var name: String { base.name }
  var summary: String { base.summary }
  var knobs: [Knob] { base.knobs }
  var defaultNodes: Int { base.defaultNodes }
  var clientPort: Int { base.clientPort }
  var packages: [String] { [] }
  var programs: [String] { ["python3"] }
  var hasMembership: Bool { true }

  func processes(_ site: Site) -> [ServerProcess] {
    base.processes(site).map {
      ServerProcess(
        node: $0.node, role: $0.role, program: "python3",
        arguments: [Self.program, folder] + $0.arguments)
    }
  }

  func session(_ site: Site, client: Int, node: Int) -> any Session {
    base.session(site, client: client, node: node)
  }
}

/// A node is taken out of a cluster and comes back, whatever the others say first.
@Suite(.needsPython) struct MemberChangeTests {
  /// Lets time pass until something is so, or for too long.
  typealias Passing = (_ isSo: () -> Bool) throws -> Void

  /// A cluster of three that is up, and what lets time pass until something is so.
  func withCluster(
    script: String, at first: Int, _ body: (ServerCluster, Passing) throws -> Void
  ) throws -> [String] {
    let path = FileManager.default.temporaryDirectory.path + "/plumbline-members-\(UUID())"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try File.makeFolder(path)
    try File.replace(path + "/script", with: Array(script.utf8))
    let (folder, clock) = (RunFolder(path: path), MonotonicClock())
    var plan = Plan()
    plan.cluster = "etcd"
    plan.isolation = .loopback
    let poller = try Poller()
    let driver = ScriptedEtcd(folder: path)
    for name in plan.nodeNames { try File.makeFolder(folder.node(name).path) }
    var site = try Sites.started(plan, driver, folder, nil)
    // Addresses that no other test has.
    for index in 0..<3 {
      let address = OwnCluster.address(first + index)
      site.nodes[index] = Site.Node(
        name: site.nodes[index].name, peerAddress: address, clientAddress: address,
        data: site.nodes[index].data)
    }
    let cluster = try ServerCluster(
      driver, site: site, plan: plan, folder: folder, poller: poller,
      log: RunLog(folder, now: { clock.now }), now: { clock.now }
    ) { (setup, _) throws(Failure) in try StartedServers(setup, wires: nil, machines: nil) }
    defer { cluster.end() }
    for index in 0..<3 { try cluster.start(index) }
    let until: Passing = { isSo in
      let limit = clock.now + 20_000_000_000
      while !isSo(), clock.now < limit {
        cluster.flush()
        for token in poller.wait(nanoseconds: 5_000_000) { try cluster.handle(token) }
        _ = cluster.takeAnswers()
        try cluster.advance(at: clock.now)
      }
      #expect(isSo())
    }
    try until { cluster.isUp }
    try body(cluster, until)
    #expect(cluster.problems == [])
    return String(decoding: try File.read(path + "/requests"), as: UTF8.self)
      .split(separator: "\n").map(String.init).filter { !$0.contains("begins: new") }
      .map { line in
        site.nodes.reduce(line) {
          $0.replacing("http://\($1.peerAddress):2380", with: "\($1.name)'s address")
        }
      }
  }

  /// The members' ids go by the order in which they began, so they are left out.
  private func withoutIDs(_ lines: [String]) -> [String] {
    lines.map { $0.replacing(/remove \d+/, with: "remove") }
  }

  @Test func theOthersAreAskedUntilOneDoesIt() throws {
    let requests = try withCluster(script: "refuse refuse do refuse", at: 31) { cluster, until in
      cluster.removeMember(1)
      #expect(cluster.isWorking)
      try until { cluster.isRemoved(1) }
      #expect(cluster.state(1) == .down && !cluster.isMember(1) && !cluster.isWorking)
      cluster.addMember(1)
      try until { cluster.isMember(1) }
    }
    #expect(
      withoutIDs(requests) == [
        "n3 remove: refuse", "n1 remove: refuse", "n3 remove: do",
        "n3 add n2's address: refuse", "n1 add n2's address: do",
        "n2 begins: existing etcd-1 n1,n2,n3",
      ])
  }

  /// The next request finds nobody to take out, or to add, and so says that it was done.
  @Test func anAnswerThatIsLostIsAskedForAgain() throws {
    let requests = try withCluster(script: "lose lose", at: 41) { cluster, until in
      cluster.removeMember(0)
      try until { cluster.isRemoved(0) }
      cluster.addMember(0)
      try until { cluster.isMember(0) }
    }
    #expect(
      withoutIDs(requests) == [
        "n2 remove: lose", "n3 add n1's address: lose", "n1 begins: existing etcd-1 n1,n2,n3",
      ])
  }

  @Test func whoIsWantedBackBeforeAnybodyTookItOutStays() throws {
    let requests = try withCluster(
      script: Array(repeating: "refuse", count: 12).joined(separator: " "), at: 51
    ) { cluster, until in
      cluster.removeMember(2)
      try until { cluster.change?.lastRefusal != nil }
      cluster.addMember(2)
      #expect(!cluster.isWorking)
      try until { cluster.isMember(2) }
      #expect(!cluster.isRemoved(2))
    }
    #expect(!requests.isEmpty && requests.allSatisfy { $0.hasSuffix(": refuse") })
  }
}
