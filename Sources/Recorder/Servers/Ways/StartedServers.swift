import Base
import Drivers
import Experiments
import Formats
import Glibc
import Sandbox

/// Servers that the run starts on this machine.
struct StartedServers: ProgramServers {
  let setup: ServerSetup
  let wires: (any NodeWires)?
  let machines: NodeMachines?
  let commands: CommandRunner?
  private let variables = Environment.variables()

  init(
    _ setup: ServerSetup, wires: (any NodeWires)?, machines: NodeMachines?
  ) throws(Failure) {
    self.setup = setup
    self.wires = wires
    self.machines = machines
    commands = try setup.runner(setup.errands)
  }

  /// This kernel sees all of them, at once.
  var witness: String? { nil }
  var seesLate: Bool { false }

  func host(of node: Int) -> RemoteHost? { nil }

  func environment(of node: Int) -> [String] {
    guard let clocks = machines?.clocks, !clocks.isEmpty else { return variables }
    return clocks[node].environment(variables)
  }

  func room(of node: Int) -> ChildProcess.Place {
    ChildProcess.Place(network: wires?.namespace(node))
  }

  func processes(of node: ServerNode) -> [pid_t] {
    node.programs.compactMap(\.child).flatMap(\.members)
  }

  func prepareStart(_ node: inout ServerNode) throws(Failure) -> Bool {
    guard makeWay(for: &node) else { return false }
    if node.state == .down { try File.makeFolder(setup.site.nodes[node.index].data) }
    return true
  }

  func wipe(_ node: inout ServerNode) throws(Failure) {
    try FolderContents.remove(setup.site.nodes[node.index].data)
    node.wipe = .done
  }
}
