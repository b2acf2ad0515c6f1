extension Rule {
  private static let replication = "Replicated data"

  /// Replicated data with versions: reads meet writes, and writes meet writes.
  ///
  /// D. Gifford, “Weighted voting for replicated data”, SOSP 1979, doi:10.1145/800215.806583.
  public static let gifford = Rule(
    "gifford", of: replication, "reads meet writes, and writes meet writes", from: "Gifford 1979"
  ) { system, _ in [Rules.readWrite(system), Rules.writeWrite(system)] }

  /// Reads meet writes; versions are ordered elsewhere (a leader, compare-and-set).
  public static let readWrite = Rule(
    "read-write", of: replication, "reads meet writes; writes are put in order elsewhere",
    from: "Gifford 1979"
  ) { system, _ in [Rules.readWrite(system)] }
}

extension Rules {
  /// The rules of replicated data.
  static let replication: [Rule] = [.gifford, .readWrite]

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
}
