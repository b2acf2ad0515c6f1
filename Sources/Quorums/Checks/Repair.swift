/// The nearest change that makes an overlap hold.
enum Repair {
  /// For votes: the smallest raise of one side that makes reads meet writes, tested exactly.
  static func readWrite(_ system: QuorumSystem) -> String? {
    guard let votes = system.votes else {
      return "let writes also meet every read quorum: writes = "
        + strengthened(system.writes, by: system.reads.dual, system)
    }
    let raised = [
      (letter: "Vw", from: votes.write, needed: least(system, votes.read, from: votes.write)),
      (letter: "Vr", from: votes.read, needed: least(system, votes.write, from: votes.read)),
    ]
    let options = raised.compactMap { option in option.needed.map { (option.letter, $0) } }
    guard !options.isEmpty else { return nil }
    return "raise " + options.map { "\($0.0) to \($0.1)" }.joined(separator: ", or ")
  }

  /// For votes: the smallest Vw with which writes meet each other.
  static func writeWrite(_ system: QuorumSystem) -> String? {
    guard let votes = system.votes else {
      return "let writes also meet each other: writes = "
        + strengthened(system.writes, by: system.writes.dual, system)
    }
    // Exactly more than half always works; a smaller number may, for votes that do not split.
    for write in votes.write...(votes.total / 2 + 1) {
      let shares = shares(votes)
      let family = QuorumExpression.votes(write, of: shares)
      if OverlapTest.decide([family, family], order: system.order).isProved {
        return "raise Vw to \(write)"
      }
      if write - votes.write > 64 { break }
    }
    return "raise Vw to \(votes.total / 2 + 1)"
  }

  /// The least number of votes of one side that meets the other side's `fixed`.
  private static func least(_ system: QuorumSystem, _ fixed: Int, from: Int) -> Int? {
    guard let votes = system.votes else { return nil }
    let shares = shares(votes)
    let sure = votes.total - fixed + 1
    guard from <= sure else { return nil }
    for needed in from...sure {
      let families = [QuorumExpression.votes(fixed, of: shares), .votes(needed, of: shares)]
      if OverlapTest.decide(families, order: system.order).isProved { return needed }
      if needed - from > 64 { break }
    }
    return sure
  }

  private static func shares(_ votes: QuorumSystem.Votes) -> [QuorumExpression.Share] {
    votes.each.enumerated().map { .init($1, .node($0)) }
  }

  /// Q and Q': a set that holds both a quorum of W and one of W's dual meets every other such set.
  private static func strengthened(
    _ family: QuorumExpression, by other: QuorumExpression, _ system: QuorumSystem
  ) -> String {
    QuorumExpression.all([family, other]).text(names: system.names)
  }
}
