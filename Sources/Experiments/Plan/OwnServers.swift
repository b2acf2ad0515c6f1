import Base
import Drivers

/// A driver whose servers are started by the user's own command: the talk is the driver's.
package struct OwnServers: Driver {
  package let base: any Driver
  /// The command `start`, to be filled in for each node; the server stays in the foreground.
  package let start: String
  /// What ssh is told for each node; empty where servers are started here.
  package let hosts: [String]

  package var name: String { base.name }
  package var summary: String { base.summary }
  package var knobs: [Knob] { base.knobs }
  package var defaultNodes: Int { base.defaultNodes }
  package var clientPort: Int { base.clientPort }
  package var packages: [String] { [] }
  package var programs: [String] { ["sh"] }
  package var refusedComparison: RefusedComparison { base.refusedComparison }
  package var hasCompareAndSet: Bool { base.hasCompareAndSet }
  package func defaultNodes(_ knobs: [String: String]) -> Int { base.defaultNodes(knobs) }
  package func hasCompareAndSet(_ knobs: [String: String]) -> Bool { base.hasCompareAndSet(knobs) }
  package var lastStage: Int { base.lastStage }

  package func validate(_ site: Site) throws(Failure) { try base.validate(site) }

  package func processes(_ site: Site) -> [ServerProcess] {
    let template = CommandTemplate(
      site: site, ports: site.nodes.indices.map { site.port($0, base) }, hosts: hosts)
    return site.nodes.indices.map { index in
      ServerProcess(
        node: index, role: "server", program: "sh",
        arguments: ["-c", template.fill(start, node: index)])
    }
  }

  package func session(_ site: Site, client: Int, node: Int) -> any Session {
    base.session(site, client: client, node: node)
  }
}
