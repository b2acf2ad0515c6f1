import Base
import Drivers
import Experiments
import Formats

/// What any way of having servers is made of.
struct ServerSetup {
  let plan: Plan
  let driver: any Driver
  let site: Site
  let folder: RunFolder
  let log: RunLog
  let now: () -> Int64

  /// The plan's way. What is behind it does not ask again which it is.
  func way(
    _ wires: (any NodeWires)?, _ machines: NodeMachines?, _ talks: Talks
  ) throws(Failure) -> any ServerWay {
    switch plan.way {
    case .local: return try StartedServers(self, wires: wires, machines: machines)
    case .ssh: return try HostedServers(self)
    case .existing: return try ExistingServers(self, talks: talks)
    case .embedded, .simulated:
      throw Failure(.defect, "\(plan.way.rawValue) nodes are no servers of \(driver.name)")
    }
  }

  /// A runner of commands for the nodes; nil where there are none.
  func runner(_ commands: [UserCommand]) throws(Failure) -> CommandRunner? {
    guard !commands.isEmpty else { return nil }
    let template = CommandTemplate(
      site: site, ports: site.nodes.indices.map { site.port($0, driver) }, hosts: plan.hosts)
    return try CommandRunner(
      commands, template, limit: plan.commandLimitNanoseconds, folder: folder, log: log, now: now)
  }

  /// The user's commands, but not the one that starts a server: where the run does that, the server
  /// is a child and its command is no errand.
  var errands: [UserCommand] { plan.commands.filter { $0.name != "start" } }
}
