import Base
import Drivers
import Formats

/// A driver whose servers are started by the user's own command: the talk is the driver's.
struct OwnServers: Driver {
  let base: any Driver
  /// The command `start`, to be filled in for each node; the server stays in the foreground.
  let start: String
  /// What ssh is told for each node; empty where servers are started here.
  let hosts: [String]

  var name: String { base.name }
  var summary: String { base.summary }
  var knobs: [Knob] { base.knobs }
  var defaultNodes: Int { base.defaultNodes }
  var clientPort: Int { base.clientPort }
  var packages: [String] { [] }
  var programs: [String] { ["sh"] }
  var refusedComparison: RefusedComparison { base.refusedComparison }
  var hasCompareAndSet: Bool { base.hasCompareAndSet }
  func defaultNodes(_ knobs: [String: String]) -> Int { base.defaultNodes(knobs) }
  func hasCompareAndSet(_ knobs: [String: String]) -> Bool { base.hasCompareAndSet(knobs) }
  var lastStage: Int { base.lastStage }

  func validate(_ site: Site) throws(Failure) { try base.validate(site) }

  func processes(_ site: Site) -> [ServerProcess] {
    let template = CommandTemplate(
      site: site, ports: site.nodes.indices.map { site.port($0, base) }, hosts: hosts)
    return site.nodes.indices.map { index in
      ServerProcess(
        node: index, role: NodeFolder.onlyRole, program: "sh",
        arguments: ["-c", template.fill(start, node: index)])
    }
  }

  func session(_ site: Site, client: Int, node: Int) -> any Session {
    base.session(site, client: client, node: node)
  }
}
