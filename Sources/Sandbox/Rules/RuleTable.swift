import Base

/// The rules of one node's network: a table of nftables, which ends with the namespace.
final class RuleTable {
  /// The rules that are in force.
  private(set) var rules = LinkRules()
  private let netlink: Netlink
  private let name: String

  /// Makes the table, without a rule.
  ///
  /// - Throws: ``ExitCode/unavailable``.
  init(_ network: NodeNetwork, node: Int) throws(Failure) {
    name = "n\(node + 1)"
    netlink = try Netlink(network: network.descriptor, family: NetlinkMessage.filterFamily)
    try netlink.request(.foundation, "the nftables table of \(name)")
  }

  /// Puts rules in the place of those before, at one moment.
  ///
  /// - Throws: ``ExitCode/unavailable``; then those before stay.
  func put(_ rules: LinkRules) throws(Failure) {
    guard rules != self.rules else { return }
    try netlink.request(.replacing(by: rules.steps), "the nftables rules of \(name)")
    self.rules = rules
  }

  /// What was dropped so far.
  ///
  /// - Throws: ``ExitCode/unavailable``.
  func counts() throws(Failure) -> RuleCounts {
    var counts = RuleCounts()
    counts.cut = try count(.cut)
    counts.lost = try count(.lost)
    counts.throttled = try count(.throttled)
    return counts
  }

  private func count(_ counter: RuleCounter) throws(Failure) -> Int {
    try netlink.request(
      RuleBatch.query(counter), "the counter \(counter.rawValue) of \(name)")
    guard let count = RuleBatch.count(in: netlink.reply) else {
      throw Failure(.unavailable, "the counter \(counter.rawValue) of \(name): no number came")
    }
    return count
  }
}
