import Base
import Drivers
import TestMachine
import Testing

/// The driver against the real program, where it is installed.
@Suite("etcd, for real")
struct RealEtcdTests {
  func value(_ answer: Answer) -> JSON? {
    if case .ok(let value) = answer.outcome { value } else { nil }
  }

  @Test(
    "three nodes: status, reads, writes, compare-and-set, a dead node",
    .needs(programs: Etcd().programs, packages: Etcd().packages))
  func cluster() throws {
    let cluster = try LoopbackCluster(
      Etcd(), nodes: 3, knobs: ["heartbeat": "50ms", "election": "300ms"])
    try cluster.driver.validate(cluster.site)
    try cluster.start()
    let hosts = (0..<3).map { cluster.host(node: $0) }
    let status = hosts[0].ask(.status).status
    let leader = try #require(status?.leader)
    #expect(status?.stage == 0)
    #expect(hosts.map { $0.ask(.status).status } == [status, status, status])

    let absent = hosts[0].ask(.read(key: "a"))
    #expect(absent.outcome == .ok(.null))
    #expect(absent.evidence.map(\.name) == ["revision", "term", "member"])
    let written = hosts[1].ask(.write(key: "a", value: [1, "x"]))
    #expect(written.outcome == .ok(.null))
    let read = hosts[2].ask(.read(key: "a"))
    #expect(read.outcome == .ok([1, "x"]))
    #expect(read.evidence.first == written.evidence.first)
    #expect(read.evidence[1].value == .integer(try #require(status?.term)))
    #expect(value(hosts[0].ask(.cas(key: "a", from: [1, "y"], to: 2))) == false)
    #expect(value(hosts[0].ask(.cas(key: "a", from: [1, "x"], to: 2))) == true)
    #expect(value(hosts[0].ask(.cas(key: "b", from: 0, to: 1))) == false)
    #expect(value(hosts[0].ask(.cas(key: "b", from: nil, to: 1))) == true)
    #expect(value(hosts[0].ask(.cas(key: "b", from: nil, to: 3))) == false)
    #expect(value(hosts[1].ask(.cas(key: "b", from: 1, to: nil))) == true)
    #expect(value(hosts[2].ask(.read(key: "b"))) == .null)
    #expect(value(hosts[2].ask(.write(key: "a", value: nil))) == .null)
    #expect(value(hosts[2].ask(.read(key: "a"))) == .null)

    // The last node without the two others: its own store answers, the cluster does not.
    let last = (leader + 1) % 3
    cluster.kill(node: leader)
    cluster.kill(node: (leader + 2) % 3)
    let local = cluster.host(node: last, knobs: ["reads": "serializable"])
    #expect(local.ask(.read(key: "a")).outcome == .ok(.null))
    let lonely = hosts[last].ask(.write(key: "a", value: 5), timeoutMilliseconds: 300)
    #expect(lonely.outcome == .unknown("no answer in 300 ms"))
    // That its connection was lost is known before the question, and a new one is refused.
    let dead = hosts[leader].ask(.write(key: "a", value: 6))
    #expect(dead.outcome == .refused("no connection: Connection refused"))
    cluster.kill(node: last)
    #expect(hosts[last].ask(.status).status == nil)
  }

  @Test(
    "a member is taken out and added again with empty data",
    .needs(programs: Etcd().programs, packages: Etcd().packages))
  func membership() throws {
    let cluster = try LoopbackCluster(
      Etcd(), nodes: 3, knobs: ["heartbeat": "50ms", "election": "300ms"])
    try cluster.start()
    let host = cluster.host(node: 0)
    #expect(host.ask(.write(key: "a", value: 7)).outcome == .ok(.null))
    let isDone = { (answer: Answer) in answer.outcome == .ok(.null) }
    #expect(isDone(host.ask(.removeMember(2), withinMilliseconds: 10_000, until: isDone)))
    #expect(isDone(host.ask(.removeMember(2))), "taking out twice")
    cluster.kill(node: 2)
    cluster.site.nodes[2].isMember = false
    #expect(isDone(host.ask(.addMember(2), withinMilliseconds: 10_000, until: isDone)))
    #expect(isDone(host.ask(.addMember(2))), "adding twice")
    cluster.site.nodes[2].isMember = true
    cluster.site.nodes[2].generation = 1
    try cluster.restart(node: 2)
    let again = cluster.host(node: 2)
    let status = again.ask(.status, withinMilliseconds: 10_000) { $0.status?.stage == 0 }
    #expect(status.status?.leader != nil, "\(cluster.logs)")
    #expect(again.ask(.read(key: "a")).outcome == .ok(7))
    #expect(host.ask(.status).status == status.status)
  }
}
