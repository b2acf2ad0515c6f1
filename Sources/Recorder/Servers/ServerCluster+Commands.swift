import Base
import Drivers
import Experiments
import Glibc

/// What the user's commands say of the servers.
extension ServerCluster {
  /// Hears the commands, and asks those that look.
  func advanceCommands(at time: Int64) throws(Failure) {
    guard let commands = way.commands else { return }
    try commands.advance(at: time)
    for ended in commands.takeEnded() {
      switch ended.name {
      case "cut", "heal", "reach": if case .commands(let links) = carrier { links.hear(ended) }
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
    if case .commands(let links) = carrier { links.confirm() }
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

  /// Does what is left to do with the user's commands: they are all waited for.
  func endCommands() {
    guard let commands = way.commands else { return }
    for index in nodes.indices { commands.run("logs", index) }
    commands.drain()
    problems += commands.problems
  }
}
