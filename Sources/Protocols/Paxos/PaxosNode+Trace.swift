import Base

// What a trace holds: promises, proposals and acceptances, an instance a slot. The vocabulary is in
// docs/reference/trace-events.md; nothing here changes the node.

extension PaxosNode {
  private mutating func note(_ event: String, _ members: [JSON.Member]) {
    effects.append(.trace(.object([.init("event", .string(event))] + members)))
  }

  mutating func traceBoot() {
    guard traces else { return }
    note("config", quorums.traced(members))
  }

  mutating func tracePrepare(_ register: Register, _ ballot: Ballot) {
    guard traces else { return }
    note("prepare", [.init("ballot", ballot.json), slot(register.key, register.next)])
  }

  mutating func tracePromise(_ register: Register, _ ballot: Ballot) {
    guard traces else { return }
    let accepted: JSON =
      register.accepted.map { [$0.ballot.json, .integer($0.decree.hash)] } ?? .null
    note(
      "promise",
      [
        .init("ballot", ballot.json), slot(register.key, register.next), .init("acc", accepted),
      ])
  }

  mutating func traceProposal(
    _ proposal: Proposal, _ ballot: Ballot, _ decree: Decree, _ promises: Set<Int>?
  ) {
    guard traces else { return }
    let named = promises.map { promises -> JSON.Member in
      .init("promises", .array(promises.sorted().map { .string(members[$0]) }))
    }
    note(
      "accept",
      [
        .init("ballot", ballot.json), slot(proposal.key, proposal.version),
        .init("value", .integer(decree.hash)), .init("ep", .integer(0)),
      ] + [named].compactMap { $0 })
  }

  mutating func traceAccepted(_ register: Register, _ accepted: Accepted) {
    guard traces else { return }
    note(
      "accepted",
      [
        .init("ballot", accepted.ballot.json), slot(register.key, register.next),
        .init("value", .integer(accepted.decree.hash)),
      ])
  }

  mutating func traceLearn(_ key: JSON, _ chosen: Chosen) {
    guard traces else { return }
    note("learn", [slot(key, chosen.version), .init("value", .integer(chosen.decree.hash))])
  }

  /// A number for the instance; those of traces end at 2^62.
  private func slot(_ key: JSON, _ version: Int64) -> JSON.Member {
    .init("slot", .integer(traceHash("\(key.description) \(version)") >> 1))
  }
}

extension Decree {
  fileprivate var hash: Int64 { traceHash(JSON.object(members).description) }
}
