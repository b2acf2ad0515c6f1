import Base
import Drivers
import Glibc

/// Servers that the run did not start: the user's commands hurt them, and silence tells.
extension ServerCluster {
  /// How long a server that was hurt may take to answer before it counts as silent.
  private static let hush: Int64 = 300_000_000
  private static let pause: Int64 = 100_000_000

  /// Whether the servers were there before the run.
  var isExisting: Bool { plan.way == .existing }

  var witness: String? {
    switch plan.way {
    case .existing: "the command, then no answer"
    case .ssh: "the host"
    default: nil
    }
  }

  var isWorking: Bool {
    if commands?.isBusy ?? false { return true }
    // A cluster may refuse to lose a member as long as another has not been there for a while.
    if let change, !change.isOut, !change.isWantedBack { return true }
    // What happens elsewhere takes a moment to be seen.
    return nodes.indices.contains { index in
      let node = nodes[index]
      return node.wipe == .wanted || node.wipe == .running
        || plan.way != .local && (node.state == .ending || node.isPaused && !isStopped(index))
    }
  }

  // MARK: a node's servers

  /// Runs the command `kill` or `stop`.
  func endByCommand(_ index: Int, by signal: Int32) {
    nodes[index].state = .ending
    nodes[index].isPaused = false
    nodes[index].isSilent = false
    talks.abandon(nodes[index].probe.talk)
    commands?.run(signal == SIGKILL ? "kill" : "stop", index)
  }

  /// Runs the command `pause` or `resume`.
  func pauseByCommand(_ index: Int, _ isPaused: Bool) {
    nodes[index].isPaused = isPaused
    talks.abandon(nodes[index].probe.talk)
    commands?.run(isPaused ? "pause" : "resume", index)
  }

  /// Whether nothing is heard of a node because of what was done to it.
  private func isQuestioned(_ index: Int) -> Bool {
    isExisting && (nodes[index].state == .ending || nodes[index].isPaused)
  }

  /// Asks a node that was hurt whether it still answers.
  ///
  /// - Returns: whether the node is such a one.
  func watchSilence(_ index: Int, at time: Int64) -> Bool {
    guard isQuestioned(index) else { return false }
    guard let commands, !commands.isBusy(index), !nodes[index].isSilent else { return true }
    let talk = nodes[index].probe.talk
    let since = time - nodes[index].probe.asked
    if talks.isAsking(talk) {
      guard since > ServerCluster.hush else { return true }
      talks.abandon(talk)
      fallSilent(index)
    } else if since > ServerCluster.pause {
      nodes[index].probe.asked = time
      talks.ask(talk, .status, at: time)
    }
    return true
  }

  /// A node that was hurt has answered a question about its status, or could not be reached. An
  /// error is an answer: whoever says it is there.
  ///
  /// - Returns: whether the node is such a one.
  func hearWhileHurt(_ index: Int, _ heard: Talks.Heard) -> Bool {
    guard isQuestioned(index) else { return false }
    if !heard.isSpoken { fallSilent(index) }
    return true
  }

  private func fallSilent(_ index: Int) {
    if nodes[index].state == .ending {
      nodes[index].state = .down
      log.write("\(nodes[index].name): answers no more")
    } else {
      nodes[index].isSilent = true
    }
  }

  // MARK: disks

  func wipe(_ index: Int) { nodes[index].wipe = .wanted }

  func isWiped(_ index: Int) -> Bool { nodes[index].wipe == .done }

  /// Empties disks of nodes that are down.
  func advanceWipes() throws(Failure) {
    for index in nodes.indices {
      switch nodes[index].wipe {
      case .wanted where nodes[index].state == .down:
        if plan.way == .local {
          try FolderContents.remove(site.nodes[index].data)
          nodes[index].wipe = .done
        } else {
          nodes[index].wipe = .running
          commands?.run("wipe", index)
        }
        log.write("\(nodes[index].name): its disk is emptied")
      default: break
      }
    }
  }

  // MARK: what commands say

  /// Hears the user's commands, and asks those that look.
  func advanceCommands(at time: Int64) throws(Failure) {
    guard let commands else { return }
    try commands.advance(at: time)
    for ended in commands.takeEnded() {
      switch ended.name {
      case "cut", "heal", "reach":
        links.take(ended)
        if ended.name == "cut", ended.isDone, let peer = ended.peer {
          commands.run("reach", ended.node, peer: peer)
        }
      case "wipe":
        if nodes[ended.node].wipe == .running {
          nodes[ended.node].wipe = ended.isDone ? .done : .no
        }
      case "resume": nodes[ended.node].isSilent = false
      case "kill", "stop": if !ended.isDone { notEnded(ended.node) }
      case "ready": nodes[ended.node].isReady = nodes[ended.node].isReady || ended.isDone
      case "leader": hearLeader(ended)
      default: break
      }
    }
    guard time >= nextCommands else { return }
    nextCommands = time + 250_000_000
    for index in nodes.indices where commands.isIdle(index) {
      if !nodes[index].isReady { commands.run("ready", index) }
      if index == 0, nodes[index].isReady { commands.run("leader", index) }
    }
    guard commands.has("reach") else { return }
    for link in links.unconfirmed where commands.isIdle(link.to) {
      commands.run("reach", link.to, peer: link.from)
    }
  }

  /// The command that should have ended a node failed: as far as is known it goes on.
  private func notEnded(_ index: Int) {
    if nodes[index].state == .ending { nodes[index].state = .up }
  }

  private func hearLeader(_ ended: CommandRunner.Ended) {
    guard ended.isDone else { return }
    let word =
      String(decoding: ended.output, as: UTF8.self)
      .split(whereSeparator: { $0.isWhitespace }).first.map(String.init) ?? ""
    guard let found = nodes.firstIndex(where: { $0.name == word }) else { return }
    if found != leader { log.write("leader: \(word)") }
    leader = found
  }

  // MARK: links

  func cut(_ cut: [Link]) {
    guard let commands, commands.has("cut") else { return }
    links.cut(cut)
    for link in cut { commands.run("cut", link.to, peer: link.from) }
  }

  func heal(_ healed: [Link]) {
    guard let commands, commands.has("heal") else { return }
    links.heal(healed)
    for link in healed { commands.run("heal", link.to, peer: link.from) }
  }

  func standing(of asked: [Link]) -> LinkStanding? {
    guard let commands, commands.has("cut") else { return nil }
    return links.standing(of: asked, hasReach: commands.has("reach"))
  }

  /// Does what is left to do with the user's commands: they are all waited for.
  func endCommands() {
    guard let commands else { return }
    for index in nodes.indices { commands.run("logs", index) }
    commands.drain()
    problems += commands.problems
  }
}
