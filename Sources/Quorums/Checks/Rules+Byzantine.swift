extension Rule {
  private static let byzantine = "Byzantine nodes"

  /// Byzantine nodes, data that proves itself by signatures.
  public static let dissemination = Rule(
    "dissemination", of: byzantine,
    "quorums share f + 1 nodes, of which one is honest; signed data",
    from: "Malkhi, Reiter 1998, dissemination quorum systems", needs: [.faults]
  ) { system, demand in Rules.sharing(system, demand, isMasking: false) }

  /// Byzantine nodes, data without signatures.
  public static let masking = Rule(
    "masking", of: byzantine,
    "quorums share 2f + 1 nodes, of which the honest outvote the others",
    from: "Malkhi, Reiter 1998, masking quorum systems", needs: [.faults]
  ) { system, demand in Rules.sharing(system, demand, isMasking: true) }
}

extension Rules {
  /// The rules for nodes that may lie.
  static let byzantine: [Rule] = [.dissemination, .masking]

  /// Byzantine quorums with at most `faults` liars.
  ///
  /// Malkhi and Reiter, “Byzantine quorum systems”, Distributed Computing 1998,
  /// doi:10.1007/s004460050050: with signed data (dissemination) two quorums must share a node that
  /// is honest, so f + 1; without (masking) the honest among the shared must outnumber the liars,
  /// so 2f + 1. And whichever f nodes are silent, some quorum must be left.
  fileprivate static func sharing(
    _ system: QuorumSystem, _ demand: Demand, isMasking: Bool
  ) -> [OverlapCheck] {
    let faults = demand.faults
    let common = (isMasking ? 2 : 1) * faults + 1
    let pairs: [(String, String, [QuorumExpression], [String])] = [
      (
        "read-write", "every read quorum shares \(common) nodes with every write quorum",
        [system.reads, system.writes], ["read quorum", "write quorum"]
      ),
      (
        "write-write", "every two write quorums share \(common) nodes",
        [system.writes, system.writes], ["write quorum", "write quorum"]
      ),
    ]
    var checks: [OverlapCheck] = []
    for (name, claim, families, labels) in pairs {
      var check = OverlapCheck(
        name: name, claim: claim, source: demand.rule.source,
        overlap: OverlapTest.decide(families, common: common, order: system.order),
        families: labels, common: common)
      if let votes = system.votes, votes.each.allSatisfy({ $0 == 1 }) {
        let first = name == "read-write" ? votes.read : votes.write
        let letters = name == "read-write" ? "r + w" : "2 w"
        let sum = name == "read-write" ? "\(first) + \(votes.write)" : "2 · \(votes.write)"
        check.inequality = .init(
          "\(letters) ≥ n + \(common): \(sum) ≥ \(votes.total) + \(common)",
          holds: first + votes.write >= votes.total + common)
      }
      if let witness = check.overlap.witness {
        check.story = story(system, witness, faults, isMasking, isRead: name == "read-write")
        check.repair = byzantineRepair(system, faults, common, isMasking)
      }
      checks.append(check)
    }
    for (name, side, family) in [
      ("read-availability", "read", system.reads), ("write-availability", "write", system.writes),
    ] {
      checks.append(available(system, name, side, family, faults, demand.rule.source))
    }
    return checks
  }

  private static func story(
    _ system: QuorumSystem, _ witness: [NodeSet], _ faults: Int, _ isMasking: Bool, isRead: Bool
  ) -> [String] {
    let shared = witness[0] & witness[1]
    let meeting =
      shared == 0 ? "they share no node" : "they share only \(system.text(shared))"
    let lie =
      isMasking
      ? "with \(liars(faults)) among them the honest do not outnumber the liars: an invented value "
        + "looks as good as the true one"
      : "all of these may be liars that deny what they were told: nobody honest passes it on"
    return [
      "a write goes to \(system.text(witness[1]))",
      "then \(isRead ? "a read" : "a second write") goes to \(system.text(witness[0])); \(meeting)",
      shared == 0 ? "the second knows nothing of the first" : lie,
    ]
  }

  private static func byzantineRepair(
    _ system: QuorumSystem, _ faults: Int, _ common: Int, _ isMasking: Bool
  ) -> String? {
    let count = system.nodes.count
    let least = (isMasking ? 4 : 3) * faults + 1
    if count < least { return "use at least \(least) nodes for \(liars(faults))" }
    // 2q ≥ n + common, and q ≤ n − f because n ≥ 3f + 1 (or 4f + 1).
    let size = (count + common + 1) / 2
    return "read and write quorums of \(size) of \(count) nodes"
  }

  private static func available(
    _ system: QuorumSystem, _ name: String, _ side: String, _ family: QuorumExpression,
    _ faults: Int, _ source: String
  ) -> OverlapCheck {
    // Some quorum avoids every f nodes exactly when every smallest set that meets all is larger.
    var check = OverlapCheck(
      name: name,
      claim:
        "a \(side) quorum is left whichever \(faults) of the nodes stay silent",
      source: source, overlap: .holds, families: ["silent nodes"], common: 1)
    guard faults > 0 else { return check }
    do throws(BoundReached) {
      var diagrams = Diagrams(order: system.order)
      let reference = try diagrams.build(family)
      guard let block = diagrams.smallestBlock(reference), block.nonzeroBitCount <= faults else {
        return check
      }
      check.overlap = .fails([block])
      check.story = ["when \(system.text(block)) keep silent, no \(side) quorum is left: all waits"]
      check.repair = byzantineRepair(system, faults, faults + 1, false)
    } catch {
      check.overlap = .undecided(error.bound)
    }
    return check
  }

  private static func liars(_ count: Int) -> String { count == 1 ? "one liar" : "\(count) liars" }
}
