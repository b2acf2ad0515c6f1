import Drivers
import Testing

@Suite("Site")
struct SiteTests {
  @Test("a node is found by either address")
  func addresses() {
    let site = Site(
      nodes: [
        .init(name: "n1", peerAddress: "10.9.0.1", clientAddress: "10.8.0.1", data: "/d/1"),
        .init(name: "n2", peerAddress: "10.9.0.2", clientAddress: "10.8.0.2", data: "/d/2"),
      ], knobs: ["reads": "stale"])
    #expect(site.node(at: "10.9.0.2") == 1)
    #expect(site.node(at: "10.8.0.1") == 0)
    #expect(site.node(at: "10.7.0.1") == nil)
    #expect(site.knob("reads") == "stale")
    #expect(site.knob("writes") == "")
  }
}
