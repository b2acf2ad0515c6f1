/// The quorum register's row in the table of protocols.
extension ProtocolDescription {
  static let quorumRegister = ProtocolDescription(
    name: "quorum-register",
    summary: "one register a key with Gifford's votes and ABD's two phases; no compare-and-set",
    bugs: QuorumRegisterBug.allCases.map {
      NamedBug(
        name: $0.rawValue, summary: $0.summary, source: $0.source, isRare: false, schedule: nil)
    },
    hasCompareAndSet: false, hasVotes: true,
    canary: QuorumRegisterBug.smallQuorums.rawValue, node: QuorumRegisterNode.self)
}
