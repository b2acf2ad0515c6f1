import Base
import Drivers
import Sandbox
import TestMachine
import Testing

/// A service that templates describe, where one is installed.
@Suite("HTTP services, for real")
struct RealServiceTests {
  let service = HTTPService()

  /// Releases from 3.6 on have lost it.
  static let etcdHasItsSecondAPI = Need {
    guard let etcd = try? ProgramPath.resolve("etcd", packages: Etcd().packages) else { return nil }
    let help = Built.run(etcd, ["--help"]).said
    return help.contains("--enable-v2") ? nil : "\(etcd) has no second API any more"
  }

  @Test(
    "etcd's second API, described by templates, for real",
    .needs(programs: Etcd().programs, packages: Etcd().packages), etcdHasItsSecondAPI)
  func real() throws {
    let cluster = try LoopbackCluster(Etcd(), nodes: 1)
    var process = try #require(cluster.driver.processes(cluster.site).first)
    process.arguments.append("--enable-v2")
    try cluster.start(process)
    let form = "type=application/x-www-form-urlencoded"
    var site = Site.told(
      service, nodes: 1,
      knobs: [
        "read": "GET /v2/keys/{key}?quorum=true",
        "write": "PUT /v2/keys/{key} \(form) body=value={value:url}",
        "cas": "PUT /v2/keys/{key}?prevValue={from} \(form) body=value={to:url}",
        "create": "PUT /v2/keys/{key}?prevExist=false \(form) body=value={to:url}",
        "value": "string:node.value", "revision": "json:node.modifiedIndex",
        "status": "GET /health",
      ])
    site.nodes = cluster.site.nodes
    site.ports = [2379]
    let first = BlockingHost(service.session(site, client: 0, node: 0), site)
    let status = first.ask(.status, withinMilliseconds: 10_000) { $0.status != nil }
    #expect(status == Answer(.ok(.null), status: NodeStatus(stage: 0)), "\(cluster.logs)")
    // As at the start of a run: what it says of a key that was never written.
    site.learned = first.ask(.prepare).learned ?? .null
    let host = BlockingHost(service.session(site, client: 0, node: 0), site)
    #expect(host.ask(.read(key: "a")).outcome == .ok(.null))
    #expect(host.ask(.write(key: "a", value: ["x y", 1])).outcome == .ok(.null))
    let read = host.ask(.read(key: "a"))
    #expect(read.outcome == .ok(["x y", 1]))
    #expect(read.evidence.map(\.name) == ["revision"])
    #expect(host.ask(.cas(key: "a", from: 3, to: 4)).outcome == .ok(false))
    #expect(host.ask(.cas(key: "a", from: ["x y", 1], to: 4)).outcome == .ok(true))
    #expect(host.ask(.cas(key: "a", from: nil, to: 5)).outcome == .ok(false))
    #expect(host.ask(.cas(key: "b", from: nil, to: 5)).outcome == .ok(true))
    #expect(host.ask(.read(key: "a")).outcome == .ok(4))
  }
}
