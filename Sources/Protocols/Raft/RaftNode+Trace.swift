import Base

// What a trace holds: who voted for whom, who led, what every log took in, and on whose word it was
// committed. The vocabulary is in docs/reference/trace-events.md; nothing here changes the node.

extension RaftNode {
  private mutating func note(_ event: String, _ members: [JSON.Member]) {
    effects.append(.trace(.object([.init("event", .string(event))] + members)))
  }

  mutating func traceBoot() {
    guard traces else { return }
    note(
      "config",
      [.init("ep", .integer(0)), .init("voters", .array(members.map { .string($0) }))])
    let isNew: [JSON.Member] = joins && log.lastIndex == 0 ? [.init("fresh", .bool(true))] : []
    note(
      "boot",
      isNew + [
        .init("term", .integer(term)), .init("votedFor", vote.map { .string($0) } ?? .null),
        .init("lastIndex", .integer(log.last.index)), .init("lastTerm", .integer(log.last.term)),
        .init("commit", .integer(commit)), .init("snapIndex", .integer(log.base.index)),
        .init("snapTerm", .integer(log.base.term)),
      ])
  }

  mutating func traceVote(for candidate: String, isGranted: Bool, last: RaftPosition) {
    guard traces else { return }
    note(
      "vote",
      [
        .init("term", .integer(term)), .init("cand", .string(candidate)),
        .init("granted", .bool(isGranted)), .init("candLast", last.pair),
        .init("ownLast", log.last.pair),
      ])
  }

  mutating func traceLeader() {
    guard traces else { return }
    note(
      "leader",
      [
        .init("term", .integer(term)), .init("votes", names(votes)), epoch,
        .init("lastIndex", .integer(log.lastIndex)),
      ])
  }

  /// Heartbeats that were accepted say nothing new.
  mutating func traceAppend(
    from leader: String, after previous: RaftPosition, _ entries: [RaftEntry], isAccepted: Bool
  ) {
    guard traces, !(entries.isEmpty && isAccepted) else { return }
    let list = entries.enumerated().map { (offset, entry) -> JSON in
      [
        .integer(previous.index + Int64(offset) + 1), .integer(entry.term),
        .integer(entry.fingerprint),
      ]
    }
    note(
      "append",
      [
        .init("term", .integer(term)), .init("leader", .string(leader)),
        .init("prev", previous.pair), .init("entries", .array(list)),
        .init("ok", .bool(isAccepted)),
      ])
  }

  mutating func traceTruncate(from index: Int64) {
    guard traces else { return }
    note("truncate", [.init("from", .integer(index))])
  }

  mutating func traceAck(to leader: String, match: Int64) {
    guard traces else { return }
    note(
      "ack",
      [
        .init("leader", .string(leader)), .init("term", .integer(term)),
        .init("match", .integer(match)),
      ])
  }

  mutating func traceCommit(_ index: Int64) {
    guard traces else { return }
    var members: [JSON.Member] = [
      .init("index", .integer(index)), .init("term", .integer(log.term(at: index) ?? 0)),
    ]
    if role == .leader {
      members.append(.init("by", names(Set(acks { $0.match >= index }))))
      members.append(epoch)
      members.append(.init("leaderTerm", .integer(term)))
    }
    members.append(.init("leader", .bool(role == .leader)))
    note("commit", members)
  }

  mutating func traceApply(_ index: Int64, _ entry: RaftEntry) {
    guard traces else { return }
    note(
      "apply",
      [
        .init("index", .integer(index)), .init("term", .integer(entry.term)),
        .init("hash", .integer(entry.fingerprint)),
      ])
  }

  mutating func traceSnapshot(_ snapshot: RaftSnapshot, isTaken: Bool) {
    guard traces else { return }
    note(
      "snapshot",
      [
        .init("index", .integer(snapshot.position.index)),
        .init("term", .integer(snapshot.position.term)),
        .init("stateHash", .integer(traceHash(snapshot.state.description))),
        .init("dir", .string(isTaken ? "take" : "install")),
      ])
  }

  mutating func traceRead(_ read: Leadership.Read, acks: [String]) {
    guard traces else { return }
    note(
      "readindex",
      [
        .init("term", .integer(term)), .init("index", .integer(read.index)),
        .init("acks", .array(acks.map { .string($0) })),
        .init("since", .integer(read.arrivedAt)), epoch,
      ])
  }

  mutating func traceMembership(_ membership: RaftMembership, at index: Int64) {
    guard traces else { return }
    var details: [JSON.Member] = [
      .init("index", .integer(index)), .init("ep", .integer(membership.epoch)),
      .init("kind", .string(membership.old == nil ? "single" : "joint")),
      .init("new", .array(membership.voters.map { .string($0) })),
    ]
    if let old = membership.old { details.append(.init("old", .array(old.map { .string($0) }))) }
    note("conf", details)
  }

  /// The membership in use.
  private var epoch: JSON.Member { .init("ep", .integer(membership.epoch)) }

  private func names(_ set: Set<String>) -> JSON {
    .array(members.filter(set.contains).map { .string($0) })
  }
}

extension RaftPosition {
  /// `[index, term]`.
  fileprivate var pair: JSON { [.integer(index), .integer(term)] }
}

extension RaftEntry {
  /// The same for equal requests; 0 for the entry that opens a term.
  fileprivate var fingerprint: Int64 {
    request.map { traceHash($0.json.description) }
      ?? membership.map { traceHash($0.json.description) } ?? 0
  }
}
