import Base
import Experiments
import Sandbox

/// Wires between servers that the kernel joins by a bridge: what ``Network`` says of links becomes
/// rules in the nodes' own networks, and what those drop is counted there.
final class RuledWires: NodeWires {
  let wires: Wires
  var arrived: Set<UInt64> = []
  static let kinds: Set<Traffic.Kind> = [.loss, .throttle]
  private let network: Network
  private let log: RunLog
  private var rules: [LinkRules]
  private var counts: [RuleCounts]
  private var nextCount: Int64 = 0
  /// How often the kernel is asked what rules have dropped, while there are rules.
  private static let pause: Int64 = 20_000_000

  /// Makes the nodes' networks.
  ///
  /// - Parameters:
  ///   - nodes: how many nodes there are.
  ///   - network: what says which frames are dropped, and is told how many were.
  ///   - log: where changes of the rules are written down.
  /// - Throws: ``ExitCode/unavailable``.
  init(nodes: Int, network: Network, log: RunLog) throws(Failure) {
    wires = try Wires(nodes: nodes, carrier: .rules)
    self.network = network
    self.log = log
    rules = [LinkRules](repeating: LinkRules(), count: nodes)
    counts = [RuleCounts](repeating: RuleCounts(), count: nodes)
  }

  /// Writes the rules of every node for which they change: each at one moment, one node after the
  /// other.
  func obey(_ network: Network) throws(Failure) {
    for node in rules.indices {
      let wanted = network.rules(of: node)
      guard wanted != rules[node] else { continue }
      try wires.setRules(wanted, of: node)
      rules[node] = wanted
      // What the rules before have dropped is told now: later it would be evidence of the next
      // fault.
      count(node)
      let words = wanted.description.split(separator: "\n").joined(separator: "; ")
      log.write("n\(node + 1): \(wanted.isEmpty ? "no rules" : "rules: \(words)")")
    }
  }

  /// No wire is watched: the kernel carries the frames.
  func handle(_ token: UInt64, at now: Int64) {}
  /// Nothing is captured: the recorder sees no frame.
  func flushCapture() {}

  func deliver(at time: Int64) {
    guard time >= nextCount else { return }
    nextCount = time + RuledWires.pause
    for node in rules.indices where !rules[node].isEmpty { count(node) }
  }

  /// Tells the network what a node's rules have dropped since this was last done. A count that
  /// cannot be had comes later: it is only evidence.
  private func count(_ node: Int) {
    guard let found = try? wires.ruleCounts(of: node) else { return }
    network.fates.note(
      cut: found.cut - counts[node].cut, lost: found.lost - counts[node].lost,
      refused: found.throttled - counts[node].throttled)
    counts[node] = found
  }
}

extension Network {
  /// What a node's own network is to drop of what other nodes send it.
  func rules(of node: Int) -> LinkRules {
    let others = (0..<fates.nodes).filter { $0 != node }
    let limit = fates.traffic.bytesPerSecond
    return LinkRules(
      cut: others.filter { fates.isCut(Link(from: $0, to: node)) },
      lossShare: fates.traffic.lossShare, bytesPerSecond: limit, limited: limit > 0 ? others : [])
  }
}
