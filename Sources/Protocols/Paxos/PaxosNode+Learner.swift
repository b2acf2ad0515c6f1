import Base

// The learner (Lamport 2001, section 2.3): what a quorum has accepted in one ballot is chosen.

/// Who has accepted a decree, as far as a learner was told.
struct Tally: Sendable {
  var version: Int64
  var accepted: Accepted
  /// By place.
  var acceptors: Set<Int> = []
}

extension PaxosNode {
  /// Whom acceptors tell, by place; the second ask of a proposer names itself too, should they be
  /// gone.
  func learners(of key: JSON, again: Bool) -> [Int] {
    let first = Int(UInt64(bitPattern: traceHash(key.description)) % UInt64(members.count))
    let named: [Int]
    switch configuration.learning {
    case .all: return Array(members.indices)
    case .distinguished: named = [first]
    case .set: named = members.count > 1 ? [first, (first + 1) % members.count] : [first]
    }
    return again && !named.contains(place) ? named + [place] : named
  }

  /// An acceptor has accepted.
  mutating func count(
    _ instance: PaxosMessage.Instance, _ accepted: Accepted, by member: Int
  ) {
    let text = instance.key.description
    let chosen = registers[text]?.chosen.version ?? 0
    guard instance.version > chosen else { return }
    var tallies = tallies[text] ?? []
    tallies.removeAll { $0.version <= chosen }
    let tally: Int
    if let known = tallies.firstIndex(where: {
      $0.version == instance.version && $0.accepted.ballot == accepted.ballot
    }) {
      tally = known
    } else {
      tally = tallies.count
      tallies.append(Tally(version: instance.version, accepted: accepted))
    }
    tallies[tally].acceptors.insert(member)
    let acceptors = tallies[tally].acceptors
    self.tallies[text] = tallies
    guard quorums.weight(acceptors) >= quorums.write else { return }
    let decided = Chosen(version: instance.version, decree: tallies[tally].accepted.decree)
    learn(instance.key, decided, from: acceptors, in: accepted.ballot)
    guard configuration.learning != .all else { return }
    for other in members.indices where other != place {
      send(.learned(key: instance.key, decided), to: other)
    }
  }

  /// A version is decided, as this node counted or was told.
  mutating func learn(
    _ key: JSON, _ chosen: Chosen, from acceptors: Set<Int> = [], in ballot: Ballot? = nil
  ) {
    let text = key.description
    let known = registers[text]?.chosen.version ?? 0
    guard chosen.version > known else { return }
    if chosen.version > known + 1 { reached(.caughtUp) }
    advance(key, to: chosen)
    tallies[text]?.removeAll { $0.version <= chosen.version }
    happened.append(.learned(key: text, chosen))
    traceLearn(key, chosen)
    decided(key, chosen, by: acceptors, in: ballot)
  }
}
