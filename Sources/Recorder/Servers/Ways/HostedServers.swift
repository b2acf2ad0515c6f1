import Base
import Experiments
import Glibc

/// Servers that the run starts on other machines, each kept by an ssh client of its own.
struct HostedServers: ProgramServers {
  let setup: ServerSetup
  private let runner: CommandRunner
  private let hosts: [RemoteHost]
  private let variables = Environment.variables()

  init(_ setup: ServerSetup, on target: HostsTarget) throws(Failure) {
    self.setup = setup
    hosts = target.machines
    let wipe = HostedServers.wipe(through: target.ssh)
    guard let runner = try setup.runner(setup.errands + [wipe]) else {
      throw Failure(.defect, "nobody runs the command \(wipe.name)")
    }
    self.runner = runner
  }

  /// Empties the folder of a node on its machine.
  private static func wipe(through ssh: String) -> UserCommand {
    let host = RemoteHost(target: "{host}", ssh: ssh)
    let data = RemoteHost.quoted("{data}")
    return UserCommand("wipe", host.line(script: "rm -rf -- \(data) && mkdir -p \(data)"))
  }

  var witness: String? { "the host" }
  var seesLate: Bool { true }
  var commands: CommandRunner? { runner }
  /// The machines, and what joins them, are not the recorder's.
  var wires: (any NodeWires)? { nil }
  var machines: NodeMachines? { nil }

  func host(of node: Int) -> RemoteHost? { hosts[node] }
  func environment(of node: Int) -> [String] { variables }
  func room(of node: Int) -> ChildProcess.Place { ChildProcess.Place(network: nil) }
  /// Those here are ssh clients.
  func processes(of node: ServerNode) -> [pid_t] { [] }

  func prepareStart(_ node: inout ServerNode) throws(Failure) -> Bool { makeWay(for: &node) }

  func wipe(_ node: inout ServerNode) throws(Failure) {
    node.wipe = .running
    try runner.order("wipe", node.index)
  }
}
