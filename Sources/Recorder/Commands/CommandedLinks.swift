import Base
import Experiments

/// Links that the user's commands cut and heal.
final class CommandedLinks {
  private let commands: CommandRunner
  private var links = LinkCommands()

  /// Nil where there are no such commands.
  init?(_ commands: CommandRunner?) {
    guard let commands, commands.has("cut"), commands.has("heal") else { return nil }
    self.commands = commands
  }

  /// Has links cut.
  func cut(_ cut: [Link]) throws(Failure) {
    links.cut(cut)
    for link in cut { try commands.order("cut", link.to, peer: link.from) }
  }

  /// Undoes that.
  func heal(_ healed: [Link]) throws(Failure) {
    links.heal(healed)
    for link in healed { try commands.order("heal", link.to, peer: link.from) }
  }

  /// How far that is.
  func standing(of asked: [Link]) -> LinkStanding {
    links.standing(of: asked, hasReach: commands.has("reach"))
  }

  /// Hears what came of a command for a link; one that was cut is tried at once.
  func hear(_ ended: CommandRunner.Ended) {
    links.take(ended)
    if ended.name == "cut", ended.isDone, let peer = ended.peer {
      commands.run("reach", ended.node, peer: peer)
    }
  }

  /// Tries again the links of which nobody has said yet that they are cut.
  func confirm() {
    guard commands.has("reach") else { return }
    for link in links.unconfirmed where commands.isIdle(link.to) {
      commands.run("reach", link.to, peer: link.from)
    }
  }
}
