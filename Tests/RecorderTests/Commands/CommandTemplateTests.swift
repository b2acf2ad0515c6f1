import Drivers
import Testing

@testable import Experiments
@testable import Recorder

/// What the user's commands may name.
struct CommandTemplateTests {
  static let site = Site(
    nodes: (1...3).map {
      Site.Node(
        name: "n\($0)", peerAddress: "10.0.0.\($0)", clientAddress: "10.1.0.\($0)",
        data: "/data/n\($0)")
    }, knobs: [:])

  @Test func everyWordIsFilledIn() {
    let text = UserCommand.variables.map { "\($0)={\($0)}" }.joined(separator: " ")
    let template = CommandTemplate(site: Self.site, ports: [7, 8, 9])
    #expect(
      template.fill(text, node: 1, peer: 2)
        == "node=n2 index=2 address=10.1.0.2 port=8 data=/data/n2 host=10.1.0.2 peer=n3 "
        + "peer-address=10.0.0.3 peers=10.0.0.1:7,10.0.0.3:9")
    let hosts = CommandTemplate(site: Self.site, ports: [7, 8, 9], hosts: ["a", "u@b", "c"])
    #expect(hosts.fill("{host}", node: 1) == "u@b")
  }

  @Test func whatIsTheShellsStays() {
    let template = CommandTemplate(site: Self.site, ports: [7, 8, 9])
    #expect(
      template.fill("${node} {nodes} {a,b} awk '{print}' {peer} {{node}} {", node: 0)
        == "${node} {nodes} {a,b} awk '{print}' {peer} {n1} {")
  }

  @Test func whatHurtsIsUndoneByAnotherCommand() {
    #expect(
      UserCommand.names.map { UserCommand.undo(of: $0) ?? "-" } == [
        "-", "start", "start", "resume", "-", "start", "heal", "-", "-", "-", "-", "-",
      ])
  }
}
