import Base
import Experiments

/// Who carries the messages between nodes, and so can do with them what ``Network`` says: a facet
/// of a cluster.
enum Carrier {
  /// The recorder: it asks the network about each message.
  case recorder
  /// The wires of a sandbox.
  case wires(any NodeWires)
  /// Whatever joins machines that are not the recorder's: the user's commands cut links there.
  case commands(CommandedLinks)

  /// What can happen to messages besides being dropped on links that are cut.
  var kinds: Set<Traffic.Kind> {
    switch self {
    // Lines of text have no checksums: a bit that is wrong would be another message.
    case .recorder: [.loss, .delay, .duplicate, .reorder, .throttle]
    case .wires(let wires): type(of: wires).kinds
    case .commands: []
    }
  }

  /// The wires that a datagram can be sent over to see whether it arrives, where there are any.
  var wires: (any NodeWires)? {
    if case .wires(let wires) = self { wires } else { nil }
  }

  /// Cuts links: the network says so, and is heeded from now on.
  func cut(_ links: [Link], in network: Network) throws(Failure) {
    network.fates.cut(links)
    switch self {
    case .recorder: break
    case .wires(let wires): try wires.obey(network)
    case .commands(let commands): try commands.cut(links)
    }
  }

  /// Undoes that.
  func heal(_ links: [Link], in network: Network) throws(Failure) {
    network.fates.heal(links)
    switch self {
    case .recorder: break
    case .wires(let wires): try wires.obey(network)
    case .commands(let commands): try commands.heal(links)
    }
  }

  /// Has messages meet one of ``kinds`` from now on, or not any more.
  func set(_ kind: Traffic.Kind, _ amount: Double, in network: Network) throws(Failure) {
    guard kinds.contains(kind) else {
      throw Failure(.defect, "whoever carries the messages between nodes cannot do \(kind) to them")
    }
    network.fates.traffic.set(kind, amount)
    try wires?.obey(network)
  }

  /// How far cuts are that commands make; nil where the recorder's network is what counts.
  func standing(of links: [Link]) -> LinkStanding? {
    if case .commands(let commands) = self { commands.standing(of: links) } else { nil }
  }
}
