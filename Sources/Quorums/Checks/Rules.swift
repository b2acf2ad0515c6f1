/// Applies a rule to a system: each overlap it asks for, decided, explained and repaired.
public enum Rules {
  /// The overlaps that the rule asks for, in the order of its definition.
  public static func check(_ system: QuorumSystem, _ demand: Demand) -> [OverlapCheck] {
    switch demand.rule {
    case .gifford: return [readWrite(system), writeWrite(system)]
    case .readWrite: return [readWrite(system)]
    case .flexiblePaxos: return [phases(system)]
    case .fastPaxos: return [phases(system)] + fast(system, demand)
    case .epaxos: return egalitarian(system)
    case .dissemination, .masking: return byzantine(system, demand)
    }
  }

  /// Every read quorum meets every write quorum.
  public static func readWrite(_ system: QuorumSystem) -> OverlapCheck {
    var check = OverlapCheck(
      name: "read-write", claim: "every read quorum meets every write quorum",
      source: Rule.gifford.source,
      overlap: OverlapTest.decide([system.reads, system.writes], order: system.order),
      families: ["read quorum", "write quorum"], common: 1)
    if let votes = system.votes {
      check.inequality = .init(
        "Vr + Vw > V: \(votes.read) + \(votes.write) > \(votes.total)",
        holds: votes.read + votes.write > votes.total)
    }
    if let witness = check.overlap.witness {
      let (read, write) = (system.text(witness[0]), system.text(witness[1]))
      check.story = [
        "a client writes x = 1; \(write) acknowledge it, and that is a quorum",
        "another client then reads x; \(read) answer, and that is a quorum too",
        "none of them has seen the write: the read returns the old value, or nothing",
      ]
      check.repair = Repair.readWrite(system)
    }
    return check
  }

  /// Every write quorum meets every other.
  public static func writeWrite(_ system: QuorumSystem) -> OverlapCheck {
    var check = OverlapCheck(
      name: "write-write", claim: "every two write quorums meet", source: Rule.gifford.source,
      overlap: OverlapTest.decide([system.writes, system.writes], order: system.order),
      families: ["write quorum", "write quorum"], common: 1)
    if let votes = system.votes {
      check.inequality = .init(
        "Vw > V/2: 2 · \(votes.write) > \(votes.total)", holds: 2 * votes.write > votes.total)
    }
    if let witness = check.overlap.witness {
      check.story = [
        "the network splits; a client writes x = 1 to \(system.text(witness[0])): a quorum",
        "on the other side a client writes x = 2 to \(system.text(witness[1])): a quorum too",
        "neither side knows of the other: both writes get the same version, and when the split "
          + "heals one of two acknowledged writes is lost",
      ]
      check.repair = Repair.writeWrite(system)
    }
    return check
  }

  /// Every quorum of phase one meets every quorum of phase two.
  private static func phases(_ system: QuorumSystem) -> OverlapCheck {
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

  private static func fast(_ system: QuorumSystem, _ demand: Demand) -> [OverlapCheck] {
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
  private static func egalitarian(_ system: QuorumSystem) -> [OverlapCheck] {
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
