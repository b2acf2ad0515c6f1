import Base
import Drivers
import Experiments
import Formats
import Glibc

/// Servers that are programs which the run starts, on whatever machine: signals reach them, and
/// their end is seen.
protocol ProgramServers: ServerWay {
  var setup: ServerSetup { get }
  /// The machine of a node; nil for this one.
  func host(of node: Int) -> RemoteHost?
  /// The variables of a node's programs.
  func environment(of node: Int) -> [String]
  /// Where on this machine they are started.
  func room(of node: Int) -> ChildProcess.Place
}

extension ProgramServers {
  var deeds: Set<ClusterFacet> { [.ends(by: .kill), .ends(by: .stop), .pauses] }
  var canWipe: Bool { true }
  var laysOut: Bool { true }

  func programs(of node: Int, at site: Site) -> [ServerProgram] {
    setup.driver.processes(site).filter { $0.node == node }.map {
      ServerProgram(
        $0, folder: setup.folder.node(site.nodes[node].name), host: host(of: node),
        data: site.nodes[node].data)
    }
  }

  func place(of node: Int, at site: Site) -> String { site.nodes[node].name }

  /// A node that is ending, or whose disk is being emptied, had its time to end.
  ///
  /// - Returns: whether nothing is left of the node that is in the way.
  func makeWay(for node: inout ServerNode) -> Bool {
    guard node.state == .ending || node.wipe == .running else { return true }
    for program in node.programs { program.signal(SIGKILL) }
    return false
  }

  func spawn(_ node: inout ServerNode, upTo stage: Int) throws(Failure) {
    for index in node.programs.indices
    where node.programs[index].child == nil && node.programs[index].process.stage <= stage {
      try node.programs[index].start(
        environment(of: node.index), packages: setup.driver.packages, place: room(of: node.index))
      guard let child = node.programs[index].child else { continue }
      setup.log.write(
        "\(node.name): started \(node.programs[index].process.role), process \(child.id)")
      try setup.log.process(child)
    }
  }

  func end(_ node: inout ServerNode, by signal: Int32) throws(Failure) {
    for index in node.programs.indices {
      node.programs[index].isEnding = true
      node.programs[index].signal(signal)
    }
    setup.log.write("\(node.name): \(signal == SIGKILL ? "killed" : "asked to stop")")
  }

  func hasEnded(_ node: ServerNode) -> Bool { node.programs.allSatisfy { $0.child == nil } }

  func pause(_ node: inout ServerNode) throws(Failure) {
    for program in node.programs { program.signal(SIGSTOP) }
    node.isPaused = true
    setup.log.write("\(node.name): paused")
  }

  func resume(_ node: inout ServerNode, at time: Int64) throws(Failure) {
    for program in node.programs { program.signal(SIGCONT) }
    node.isPaused = false
    node.probe.silentSince = time
    setup.log.write("\(node.name): resumed")
  }

  func isStopped(_ node: ServerNode) -> Bool {
    let running = node.programs.filter { $0.child != nil }
    return !running.isEmpty && running.allSatisfy(\.isStopped)
  }

  /// The end of a program is seen; its silence says nothing.
  func watch(_ node: inout ServerNode, at time: Int64) -> Bool { false }
  func hear(_ heard: Talks.Heard, from node: inout ServerNode) -> Bool { false }
}
