import Base

/// What Paxos rests on (Lamport 2001, section 2.2): promises are kept, a ballot proposes one value,
/// and one value is chosen.
public struct PaxosSafety: SafetyInvariants {
  /// Nothing: nodes say themselves what they did.
  public struct Glance: Sendable {}

  /// What the roles of a node did in a step.
  public struct News: Sendable {
    var name: String
    var events: [PaxosEvent]
  }

  private struct Instance: Hashable, Sendable {
    var key: String
    var version: Int64
  }

  private struct Place: Hashable, Sendable {
    var instance: Instance
    var ballot: Ballot
  }

  private struct Acceptor: Hashable, Sendable {
    var name: String
    var key: String
  }

  private var chosen: [Instance: Decree] = [:]
  private var proposed: [Place: Decree] = [:]
  private var promised: [Acceptor: Ballot] = [:]

  /// Nothing has happened yet.
  public init() {}

  /// Nothing.
  public func glance(at node: PaxosNode) -> Glance { Glance() }

  /// How many requests wait, and what it is doing about them.
  ///
  /// - Complexity: O(keys that were asked for here).
  public func kind(of node: PaxosNode) -> UInt64 {
    var phases: [UInt64] = [0, 0, 0, 0]
    var refusals = 0
    var waiting = 0
    for proposal in node.proposals.values {
      waiting += proposal.waiting.count
      refusals = max(refusals, proposal.refusals)
      switch proposal.phase {
      case .idle, .await: phases[0] += proposal.waiting.isEmpty ? 0 : 1
      case .query: phases[1] += 1
      case .prepare: phases[2] += 1
      case .accept: phases[3] += 1
      }
    }
    let open = node.registers.values.count { $0.accepted != nil }
    var kind = 1 + UInt64(min(waiting, 3)) + UInt64(min(refusals, 3)) * 4
    for (place, count) in phases.enumerated() { kind += min(count, 2) << UInt64(4 + 2 * place) }
    return kind + UInt64(min(open, 3)) << 12
  }

  /// What the roles did, if anything.
  public func news(of node: PaxosNode, since before: Glance) -> News? {
    node.happened.isEmpty ? nil : News(name: node.name, events: node.happened)
  }

  /// Judges what was promised, accepted and learned.
  public mutating func check(_ news: News) -> Breach? {
    for event in news.events {
      if let breach = check(event, by: news.name) { return breach }
    }
    return nil
  }

  private mutating func check(_ event: PaxosEvent, by name: String) -> Breach? {
    switch event {
    case .promised(let key, let ballot):
      return keep(ballot, of: Acceptor(name: name, key: key))
    case .accepted(let key, let version, let accepted):
      if let breach = keep(accepted.ballot, of: Acceptor(name: name, key: key)) { return breach }
      let instance = Instance(key: key, version: version)
      let place = Place(instance: instance, ballot: accepted.ballot)
      guard let other = proposed.updateValue(accepted.decree, forKey: place),
        other != accepted.decree
      else { return nil }
      return Breach(
        "one value a ballot",
        "ballot \(accepted.ballot) proposed two values for version \(version) of key \(key)")
    case .learned(let key, let learned):
      let instance = Instance(key: key, version: learned.version)
      guard let other = chosen.updateValue(learned.decree, forKey: instance),
        other != learned.decree
      else { return nil }
      return Breach(
        "agreement",
        "version \(learned.version) of key \(key) was decided twice: \(name) learned "
          + "\(learned.decree.value ?? .null), and \(other.value ?? .null) was learned before")
    }
  }

  /// An acceptor promises and accepts in ballots that only grow, from one version to the next too.
  private mutating func keep(_ ballot: Ballot, of acceptor: Acceptor) -> Breach? {
    if let known = promised[acceptor], ballot < known {
      return Breach(
        "promises are kept",
        "\(acceptor.name) had promised ballot \(known) of key \(acceptor.key), and went back to "
          + "\(ballot)")
    }
    promised[acceptor] = ballot
    return nil
  }
}
