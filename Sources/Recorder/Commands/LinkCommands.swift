import Experiments

/// The links that the user's commands cut, and how far each is.
struct LinkCommands {
  private enum Standing {
    case cutting, cut, confirmed, healing, whole, failed
  }

  private var standings: [(link: Link, standing: Standing)] = []

  /// Notes that links are being cut.
  mutating func cut(_ links: [Link]) {
    for link in links { set(link, .cutting) }
  }

  /// Notes that links are being healed.
  mutating func heal(_ links: [Link]) {
    for link in links { set(link, .healing) }
  }

  /// Notes what came of a command for a link.
  mutating func take(_ ended: CommandRunner.Ended) {
    guard let peer = ended.peer else { return }
    let link = Link(from: peer, to: ended.node)
    switch (ended.name, standing(link)) {
    case ("cut", .cutting): set(link, ended.isDone ? .cut : .failed)
    case ("heal", .healing): set(link, ended.isDone ? .whole : .failed)
    // Nobody is reached: that is what the cut is for.
    case ("reach", .cut) where !ended.isDone && ended.ending != nil: set(link, .confirmed)
    default: break
    }
  }

  /// The links that are cut, and of which nobody has yet tried whether they are.
  var unconfirmed: [Link] { standings.filter { $0.standing == .cut }.map(\.link) }

  /// How far links are. Where a command tells if a node is reached (`hasReach`), it must have told.
  func standing(of links: [Link], hasReach: Bool) -> LinkStanding {
    let found = links.map { standing($0) ?? .whole }
    if found.allSatisfy({ $0 == .whole }) { return .whole }
    if hasReach {
      return found.allSatisfy { $0 == .confirmed } ? .cut(by: "the command reach") : .unknown
    }
    return found.allSatisfy { $0 == .cut } ? .cut(by: "exit codes of the command cut") : .unknown
  }

  private func standing(_ link: Link) -> Standing? {
    standings.first { $0.link == link }?.standing
  }

  private mutating func set(_ link: Link, _ standing: Standing) {
    standings.removeAll { $0.link == link }
    standings.append((link, standing))
  }
}
