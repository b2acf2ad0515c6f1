/// Going from one configuration to another while the system runs.
public enum Reconfiguration: String, Sendable, CaseIterable {
  /// The new configuration takes over at once: quorums of both must meet.
  case oneStep = "one-step"
  /// For a while every decision needs a quorum of both.
  case joint

  /// The overlaps that the change needs.
  ///
  /// One step (Ongaro's dissertation 2014, section 4.1): while nodes learn of the change some use
  /// the old quorums and some the new, so those must meet across. Joint consensus (Ongaro and
  /// Ousterhout 2014, section 6): the intermediate quorums hold one of each, so they meet the old
  /// because the old meet, and the new because the new meet; each must hold by
  /// itself.
  ///
  /// - Precondition: both are over the same table of nodes (``QuorumSystem/aligned(_:_:)``).
  public func check(from old: QuorumSystem, to new: QuorumSystem) -> [OverlapCheck] {
    let joint = QuorumSystem(
      nodes: new.nodes, reads: .all([old.reads, new.reads]),
      writes: .all([old.writes, new.writes]))
    let stages =
      self == .oneStep
      ? [(("old", old), ("new", new))]
      : [(("old", old), ("joint", joint)), (("joint", joint), ("new", new))]
    let across = stages.flatMap { before, after in
      [
        Self.pair(before, after, reads: (false, true)),
        Self.pair(before, after, reads: (true, false)),
        Self.pair(before, after, reads: (false, false)),
      ]
    }
    let own = [(true, false), (false, false)].map { reads in
      Self.pair(("new", new), ("new", new), reads: reads)
    }
    return across + own
  }

  /// One overlap between the quorums of two configurations.
  private static func pair(
    _ before: (name: String, system: QuorumSystem), _ after: (name: String, system: QuorumSystem),
    reads: (Bool, Bool)
  ) -> OverlapCheck {
    let sides = [(before, reads.0), (after, reads.1)]
    let families = sides.map { $1 ? $0.system.reads : $0.system.writes }
    let labels = sides.map { "\($0.name) \($1 ? "read" : "write") quorum" }
    let system =
      after.system.nodes.count >= before.system.nodes.count ? after.system : before.system
    let order = order(families, count: system.nodes.count)
    var check = OverlapCheck(
      name: labels.map { $0.replacingSpaces }.joined(separator: "/"),
      claim: "every \(labels[0]) meets every \(labels[1])",
      source: "Ongaro 2014, sections 4.1 and 4.3",
      overlap: OverlapTest.decide(families, order: order), families: labels, common: 1)
    check.names = system.names
    if let witness = check.overlap.witness {
      check.story = [
        "part of the nodes have learned of the change, part have not",
        "\(system.text(witness[0])) decide as \(labels[0])",
        "\(system.text(witness[1])) decide as \(labels[1]): nobody takes part in both, so the "
          + "second does not know of the first",
      ]
      if before.name == after.name {
        check.story = ["the new configuration does not even hold by itself"]
      } else {
        check.repair = "go through joint consensus (--change joint), or change one node at a time"
      }
    }
    return check
  }

  private static func order(_ families: [QuorumExpression], count: Int) -> [Int] {
    let nodes = (0..<count).map { QuorumNode("\($0)") }
    return QuorumSystem(nodes: nodes, reads: families[0], writes: families[1]).order
  }
}

extension String {
  fileprivate var replacingSpaces: String {
    String(map { $0 == " " ? "-" : $0 })
  }
}
