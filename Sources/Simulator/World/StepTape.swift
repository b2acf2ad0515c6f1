import Base
import Protocols

/// All that the nodes of a run were given, in its order, so that their steps can be repeated by
/// themselves: without network, disks, clients and invariants.
struct StepTape<Node: ProtocolNode> {
  private enum Entry {
    case boot(node: Int, NodeSetup, [[UInt8]])
    case input(node: Int, Node.Input, reading: Int64)
  }

  private var entries: [Entry] = []
  private var effects = 0

  /// A node starts with what its disk has.
  mutating func boot(_ node: Int, _ setup: NodeSetup, _ records: [[UInt8]]) {
    entries.append(.boot(node: node, setup, records))
  }

  /// A node takes an input, at a time by its own clock.
  mutating func take(_ input: Node.Input, by node: Int, reading: Int64) {
    entries.append(.input(node: node, input, reading: reading))
  }

  /// So many effects came of it.
  mutating func note(effects count: Int) { effects += count }

  /// Takes all steps again.
  ///
  /// - Throws: a defect where other effects come of it: nodes are not what they were given.
  func replay() throws(Failure) {
    var nodes: [Node?] = []
    var count = 0
    for entry in entries {
      switch entry {
      case .boot(let place, let setup, let records):
        while nodes.count <= place { nodes.append(nil) }
        nodes[place] = try Node(setup, recovering: records)
      case .input(let place, let input, let reading):
        count += nodes[place]?.receive(input, at: reading).count ?? 0
      }
    }
    guard count == effects else {
      throw Failure(.defect, "the same steps had \(count) effects, and \(effects) before")
    }
  }
}
