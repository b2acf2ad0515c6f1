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
