import Base

// The acceptor (Lamport 2001, section 2.2): it promises, and accepts what it has not promised not
// to. What it says is durable before it leaves.

extension PaxosNode {
  /// Whether a message about the instance after `base` is of the one that this node is in; whoever
  /// is behind is told what is chosen.
  private mutating func isCurrent(_ key: JSON, _ base: Chosen, _ member: Int) -> Bool {
    learn(key, base)
    let register = register(of: key)
    guard register.chosen.version > base.version else { return true }
    send(.learned(key: key, register.chosen), to: member)
    return false
  }

  /// Phase 1b.
  mutating func prepared(_ key: JSON, _ base: Chosen, _ ballot: Ballot, by member: Int) {
    guard isCurrent(key, base, member) else { return }
    var register = register(of: key)
    guard ballot >= register.promised else {
      reached(.refused)
      return send(.refused(register.instance, ballot, promised: register.promised), to: member)
    }
    if ballot > register.promised {
      register.promised = ballot
      keep(register)
    }
    happened.append(.promised(key: key.description, ballot))
    tracePromise(register, ballot)
    send(.promise(register.instance, ballot, register.accepted), to: member)
  }

  /// Phase 2b.
  mutating func proposed(
    _ key: JSON, _ base: Chosen, _ proposal: Accepted, _ learners: [Int], by member: Int
  ) {
    guard isCurrent(key, base, member) else { return }
    var register = register(of: key)
    let least =
      bugs.contains(.ignoresPromise) ? register.accepted?.ballot ?? .none : register.promised
    guard proposal.ballot >= least else {
      reached(.refused)
      return send(
        .refused(register.instance, proposal.ballot, promised: register.promised), to: member)
    }
    register.promised = max(register.promised, proposal.ballot)
    if register.accepted != proposal {
      register.accepted = proposal
      keep(register)
    }
    happened.append(
      .accepted(key: key.description, version: register.next, proposal))
    traceAccepted(register, proposal)
    for learner in learners where members.indices.contains(learner) {
      send(.accepted(register.instance, proposal), to: learner)
    }
  }

  /// What a reader may know without binding anybody.
  mutating func queried(_ key: JSON, _ base: Chosen, _ number: Int64, by member: Int) {
    guard isCurrent(key, base, member) else { return }
    let register = register(of: key)
    send(.state(register.instance, number: number, register.accepted), to: member)
  }

  /// The version is decided: the next instance begins. The promise goes on, because the proposer of
  /// this one may skip phase one there.
  mutating func advance(_ key: JSON, to chosen: Chosen) {
    var register = register(of: key)
    register.chosen = chosen
    register.accepted = nil
    if bugs.contains(.dropsPromise) { register.promised = .none }
    keep(register)
  }
}
