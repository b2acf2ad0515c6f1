extension Rule {
  private static let consensus = "Consensus"

  /// Phase one meets phase two.
  ///
  /// H. Howard, D. Malkhi, A. Spiegelman, “Flexible Paxos: Quorum intersection revisited”, OPODIS
  /// 2016, doi:10.4230/LIPIcs.OPODIS.2016.25.
  public static let flexiblePaxos = Rule(
    "flexible-paxos", of: consensus,
    "quorums of phase one (the reads) meet those of phase two (the writes)",
    from: "Howard, Malkhi, Spiegelman 2016"
  ) { system, _ in [Rules.phases(system)] }

  /// Classic quorums meet each other, and any two fast ones within each.
  public static let fastPaxos = Rule(
    "fast-paxos", of: consensus,
    "reads meet writes, and each read any two fast quorums in a common node",
    from: "Lamport 2006; Howard, Charapko, Mortier 2021", needs: [.fastQuorums]
  ) { system, demand in [Rules.phases(system)] + Rules.fast(system, demand) }

  /// Fast and slow quorums of n = 2F + 1 replicas.
  public static let epaxos = Rule(
    "epaxos", of: consensus,
    "fast quorums of F + ⌊(F + 1)/2⌋ of 2F + 1 replicas, slow ones of F + 1",
    from: "Moraru, Andersen, Kaminsky 2013"
  ) { system, _ in Rules.egalitarian(system) }
}

extension Rules {
  /// The rules of consensus.
  static let consensus: [Rule] = [.flexiblePaxos, .fastPaxos, .epaxos]

  /// Every quorum of phase one meets every quorum of phase two.
  fileprivate static func phases(_ system: QuorumSystem) -> OverlapCheck {
    var check = readWrite(system)
    check.name = "phase-one-two"
    check.claim = "every quorum of phase one (reads) meets every quorum of phase two (writes)"
    check.source = Rule.flexiblePaxos.source
    check.families = ["phase-one quorum", "phase-two quorum"]
    if let votes = system.votes {
      check.inequality = .init(
        "q1 + q2 > n: \(votes.read) + \(votes.write) > \(votes.total)",
        holds: votes.read + votes.write > votes.total)
    }
    if let witness = check.overlap.witness {
      let (first, second) = (system.text(witness[0]), system.text(witness[1]))
      check.story = [
        "a leader has value 1 accepted by \(second), a quorum of phase two: it is chosen",
        "a new leader asks \(first), a quorum of phase one; nobody there has accepted anything",
        "it proposes value 2 and can have it chosen too: two leaders, two decisions",
      ]
    }
    return check
  }

  fileprivate static func fast(_ system: QuorumSystem, _ demand: Demand) -> [OverlapCheck] {
    guard let fast = demand.fast else { return [] }
    var check = OverlapCheck(
      name: "phase-one-fast-fast",
      claim: "every quorum of phase one and any two fast quorums have a node in common",
      source: Rule.fastPaxos.source,
      overlap: OverlapTest.decide([system.reads, fast.family, fast.family], order: system.order),
      families: ["phase-one quorum", "fast quorum", "fast quorum"], common: 1)
    if let votes = system.votes, let count = fast.count {
      check.inequality = .init(
        "q1 + 2 qf > 2 n: \(votes.read) + 2 · \(count) > 2 · \(votes.total)",
        holds: votes.read + 2 * count > 2 * votes.total)
      let enough = (2 * votes.total - votes.read) / 2 + 1
      if enough <= votes.total { check.repair = "raise the fast quorums to \(enough)" }
    }
    if let witness = check.overlap.witness {
      check.story = [
        "a fast quorum \(system.text(witness[1])) may have chosen value 1 without a leader, "
          + "another, \(system.text(witness[2])), value 2",
        "a leader that recovers asks \(system.text(witness[0])): it meets each of them, "
          + "but in no common node",
        "so it sees votes for both that could have been chosen, and may pick the wrong one",
      ]
    } else {
      check.repair = nil
    }
    return [check]
  }

  /// EPaxos: the sizes follow from n, so the counts of the system play no part.
  fileprivate static func egalitarian(_ system: QuorumSystem) -> [OverlapCheck] {
    let count = system.nodes.count
    let faults = (count - 1) / 2
    let fast = faults + (faults + 1) / 2
    let nodes = system.nodes.indices.map { QuorumExpression.node($0) }
    let slow = QuorumExpression.choose(faults + 1, nodes)
    let large = QuorumExpression.choose(max(1, fast), nodes)
    let order = system.order
    func check(_ name: String, _ claim: String, _ families: [QuorumExpression], _ common: Int)
      -> OverlapCheck
    {
      OverlapCheck(
        name: name, claim: claim, source: Rule.epaxos.source,
        overlap: OverlapTest.decide(families, common: common, order: order),
        families: [name == "slow-slow" ? "slow quorum" : "fast quorum", "slow quorum"],
        common: common)
    }
    var checks = [
      check("slow-slow", "any two slow quorums of \(faults + 1) meet", [slow, slow], 1),
      check(
        "fast-slow", "a recovery of \(faults + 1) meets every fast quorum of \(fast)",
        [large, slow], 1),
      // EPaxos's recovery looks for at least ⌊(F + 1)/2⌋ identical replies of a fast quorum
      // (the optimized protocol).
      check(
        "fast-recovery",
        "a recovery sees at least \(max(1, (faults + 1) / 2)) members of every fast quorum",
        [large, slow], max(1, (faults + 1) / 2)),
    ]
    for index in checks.indices {
      guard let witness = checks[index].overlap.witness else { continue }
      checks[index].story = [
        "\(system.text(witness[0])) commit a command on the fast path, and its leader dies",
        "\(system.text(witness[1])) recover it and cannot tell which order was committed",
      ]
      checks[index].repair = count % 2 == 0 ? "use \(count + 1) replicas, an odd number" : nil
    }
    return checks
  }
}
