import Base
import Drivers
import Experiments
import Glibc

/// Servers that the run did not start: the user's commands hurt them, and silence tells.
struct ExistingServers: ServerWay {
  let commands: CommandRunner?
  private let driver: any Driver
  private let talks: Talks
  private let log: RunLog
  /// How long a server that was hurt may take to answer before it counts as silent.
  private static let hush: Int64 = 300_000_000
  private static let pause: Int64 = 100_000_000

  init(_ setup: ServerSetup, talks: Talks) throws(Failure) {
    commands = try setup.runner(setup.plan.commands)
    driver = setup.driver
    log = setup.log
    self.talks = talks
  }

  var witness: String? { "the command, then no answer" }
  var seesLate: Bool { true }

  // MARK: facets

  var deeds: Set<ClusterFacet> {
    var deeds: Set<ClusterFacet> = []
    if has("kill", "start") { deeds.insert(.ends(by: .kill)) }
    if has("stop", "start") { deeds.insert(.ends(by: .stop)) }
    if has("pause", "resume") { deeds.insert(.pauses) }
    return deeds
  }

  var canWipe: Bool { has("kill", "wipe", "start") }
  /// Somebody else did.
  var laysOut: Bool { false }
  var wires: (any NodeWires)? { nil }
  var machines: NodeMachines? { nil }

  private func has(_ names: String...) -> Bool {
    names.allSatisfy { commands?.has($0) ?? false }
  }

  private func order(_ name: String, _ node: ServerNode) throws(Failure) {
    guard let commands else { throw CommandRunner.lack(name) }
    try commands.order(name, node.index)
  }

  // MARK: nodes

  func programs(of node: Int, at site: Site) -> [ServerProgram] { [] }

  func place(of node: Int, at site: Site) -> String {
    "\(site.nodes[node].clientAddress):\(site.port(node, driver))"
  }

  func processes(of node: ServerNode) -> [pid_t] { [] }

  /// Whatever the command before it came to, the server is wanted now. At first it is there.
  func prepareStart(_ node: inout ServerNode) throws(Failure) -> Bool {
    if node.hasBegun { commands?.run("start", node.index) }
    node.state = .down
    return true
  }

  /// There are no programs.
  func spawn(_ node: inout ServerNode, upTo stage: Int) throws(Failure) {}

  func end(_ node: inout ServerNode, by signal: Int32) throws(Failure) {
    node.isPaused = false
    node.isSilent = false
    try order(signal == SIGKILL ? "kill" : "stop", node)
  }

  /// Only its silence says so: ``watch(_:at:)``.
  func hasEnded(_ node: ServerNode) -> Bool { false }

  func pause(_ node: inout ServerNode) throws(Failure) {
    node.isPaused = true
    talks.abandon(node.probe.talk)
    try order("pause", node)
  }

  func resume(_ node: inout ServerNode, at time: Int64) throws(Failure) {
    node.isPaused = false
    talks.abandon(node.probe.talk)
    try order("resume", node)
  }

  func isStopped(_ node: ServerNode) -> Bool { node.isSilent }

  func wipe(_ node: inout ServerNode) throws(Failure) {
    node.wipe = .running
    try order("wipe", node)
  }

  // MARK: silence

  /// Whether nothing is heard of a node because of what was done to it.
  private func isQuestioned(_ node: ServerNode) -> Bool {
    node.state == .ending || node.isPaused
  }

  /// Asks a node that was hurt whether it still answers.
  func watch(_ node: inout ServerNode, at time: Int64) -> Bool {
    guard isQuestioned(node) else { return false }
    guard let commands, !commands.isBusy(node.index), !node.isSilent else { return true }
    let talk = node.probe.talk
    let since = time - node.probe.asked
    if talks.isAsking(talk) {
      guard since > ExistingServers.hush else { return true }
      talks.abandon(talk)
      fallSilent(&node)
    } else if since > ExistingServers.pause {
      node.probe.asked = time
      talks.ask(talk, .status, at: time)
    }
    return true
  }

  /// A node that was hurt has answered a question about its status, or could not be reached. An
  /// error is an answer: whoever says it is there.
  func hear(_ heard: Talks.Heard, from node: inout ServerNode) -> Bool {
    guard isQuestioned(node) else { return false }
    if !heard.isSpoken { fallSilent(&node) }
    return true
  }

  private func fallSilent(_ node: inout ServerNode) {
    if node.state == .ending {
      node.state = .down
      log.write("\(node.name): answers no more")
    } else {
      node.isSilent = true
    }
  }
}
