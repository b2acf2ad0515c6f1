import Base

// The proposer (Lamport 2001, section 2.2): phase one asks what a quorum has accepted and has it
// promise; phase two proposes the latest of that, or the change that a client asked for. A reader
// only asks: if a quorum has accepted nothing after a version, that version was the last when the
// question was asked.

extension PaxosNode {
  /// How many times as long as its question took a reader waits for what is under way.
  private static var patience: Int64 { 8 }

  /// Begins with the first request of a key.
  mutating func serve(_ text: String) {
    guard var proposal = proposals[text], let first = proposal.waiting.first else { return }
    let register = register(of: proposal.key)
    proposal.begunAt = now
    proposal.version = register.next
    proposal.informants = []
    proposal.reported = nil
    proposal.idleUntil = nil
    proposal.attempts = 0
    if first.request.operation.isRead {
      proposal.readers = proposal.waiting.prefix { $0.request.operation.isRead }.count
      proposal.phase = .query(number: nextQuestion())
      proposals[text] = proposal
      return ask(text)
    }
    proposals[text] = proposal
    if let ballot = proposal.lease, isFree(ballot, of: proposal, register) {
      let change = register.chosen.decree.changed(by: first.request, to: register.next)
      if let next = change.next {
        reached(.oneRound)
        return propose(next, of: text, in: ballot, promises: nil, isOwn: true)
      }
    }
    prepare(text)
  }

  /// Whether phase one of a ballot, done for an earlier version, holds for this one: nobody asked
  /// this acceptor for a later ballot, and the ballot has proposed nothing here. Who promised it
  /// keeps to that in later versions, and had accepted nothing there.
  private func isFree(_ ballot: Ballot, of proposal: Proposal, _ register: Register) -> Bool {
    configuration.skipsPhaseOne && register.next > proposal.proposedIn
      && (register.promised == ballot || bugs.contains(.dropsPromise))
  }

  /// Phase 1a, with a ballot that nobody has used.
  mutating func prepare(_ text: String) {
    guard var proposal = proposals[text] else { return }
    let register = register(of: proposal.key)
    proposal.informants = []
    proposal.reported = nil
    proposal.attempts = 0
    let ballot = max(register.promised, proposal.latestBallot).next(of: place)
    proposal.latestBallot = ballot
    proposal.phase = .prepare(ballot)
    proposals[text] = proposal
    tracePrepare(register, ballot)
    ask(text)
  }

  /// Asks all who have not answered, in phase two everybody; this node first: what its acceptor
  /// says is durable before anybody else hears of the ballot.
  mutating func ask(_ text: String) {
    guard let proposal = proposals[text] else { return }
    proposals[text]?.askedAt = now
    proposals[text]?.attempts += 1
    let base = register(of: proposal.key).chosen
    let message: PaxosMessage
    switch proposal.phase {
    case .idle, .await: return
    case .query(let number): message = .query(key: proposal.key, base: base, number: number)
    case .prepare(let ballot): message = .prepare(key: proposal.key, base: base, ballot)
    case .accept(let accepted):
      let learners = learners(of: proposal.key, again: proposal.attempts > 0)
      message = .accept(key: proposal.key, base: base, accepted, learners: learners)
    }
    send(message, to: place)
    // One vote may have been enough, and what follows has asked for itself.
    guard proposals[text]?.phase == proposal.phase, proposals[text]?.version == proposal.version
    else { return }
    for member in members.indices where member != place && !proposal.informants.contains(member) {
      send(message, to: member)
    }
  }

  /// An acceptor has promised.
  mutating func promised(
    _ instance: PaxosMessage.Instance, _ ballot: Ballot, _ accepted: Accepted?, by member: Int
  ) {
    if let accepted { count(instance, accepted, by: member) }
    let text = instance.key.description
    guard var proposal = proposals[text], case .prepare(let own) = proposal.phase,
      instance.version == proposal.version,
      ballot == own || bugs.contains(.countsOldPromises) && ballot.proposer == place
    else { return }
    proposal.hear(member, accepted)
    proposals[text] = proposal
    guard quorums.weight(proposal.informants) >= quorums.read else { return }
    if let reported = proposal.reported, !bugs.contains(.ownValue) {
      reached(.completedAnother)
      return propose(
        reported.decree, of: text, in: own, promises: proposal.informants, isOwn: false)
    }
    guard let first = proposal.waiting.first else { return }
    let chosen = register(of: proposal.key).chosen
    let change = chosen.decree.changed(by: first.request, to: chosen.version + 1)
    if let next = change.next {
      return propose(next, of: text, in: own, promises: proposal.informants, isOwn: true)
    }
    // A quorum has accepted nothing after it: the request sees that state, and changes nothing.
    proposals[text]?.lease = own
    answerFirst(
      text, change.result, evidence(chosen.version, proposal.informants, own))
    serve(text)
  }

  /// Phase 2a.
  private mutating func propose(
    _ decree: Decree, of text: String, in ballot: Ballot, promises: Set<Int>?, isOwn: Bool
  ) {
    guard var proposal = proposals[text] else { return }
    if isOwn, !proposal.waiting.isEmpty, proposal.waiting[0].proposedFor == nil {
      proposal.waiting[0].proposedFor = proposal.version
    }
    proposal.lease = ballot
    proposal.proposedIn = proposal.version
    proposal.phase = .accept(Accepted(ballot: ballot, decree: decree))
    // Who promised has not accepted.
    proposal.informants = []
    proposal.attempts = 0
    proposals[text] = proposal
    traceProposal(proposal, ballot, decree, promises)
    ask(text)
  }

  /// An acceptor has promised another ballot.
  mutating func refused(_ instance: PaxosMessage.Instance, _ ballot: Ballot, _ promised: Ballot) {
    let text = instance.key.description
    guard var proposal = proposals[text], instance.version == proposal.version else { return }
    proposal.latestBallot = max(proposal.latestBallot, promised)
    proposals[text] = proposal
    switch proposal.phase {
    case .prepare(let own) where own == ballot: break
    case .accept(let accepted) where accepted.ballot == ballot: break
    default: return
    }
    proposals[text]?.lease = nil
    proposals[text]?.phase = .idle
    if configuration.backsOff { backOff(text) } else { serve(text) }
  }

  /// An acceptor has answered a reader.
  mutating func told(
    _ instance: PaxosMessage.Instance, _ number: Int64, _ accepted: Accepted?, by member: Int
  ) {
    if let accepted { count(instance, accepted, by: member) }
    let text = instance.key.description
    guard var proposal = proposals[text], proposal.phase == .query(number: number),
      instance.version == proposal.version
    else { return }
    proposal.hear(member, accepted)
    proposals[text] = proposal
    guard quorums.weight(proposal.informants) >= quorums.read else { return }
    guard proposal.reported == nil || bugs.contains(.skipsProgress) else {
      // Why: what is accepted may be chosen, or may become it; somebody must bring it to an end.
      // Its proposer is given time to.
      proposals[text]?.phase = .await
      return configuration.backsOff ? wait(text, atLeast: Self.patience) : prepare(text)
    }
    answerReaders(text, register(of: proposal.key).chosen)
    serve(text)
  }

  /// Answers the readers whose question a quorum has answered.
  private mutating func answerReaders(_ text: String, _ chosen: Chosen) {
    guard let proposal = proposals[text] else { return }
    for first in proposal.waiting.prefix(proposal.readers) {
      let change = chosen.decree.changed(by: first.request, to: chosen.version + 1)
      answerFirst(text, change.result, evidence(chosen.version, proposal.informants, nil))
    }
  }

  /// A version is decided: whoever waited for it is answered, and the rest goes on.
  mutating func decided(
    _ key: JSON, _ chosen: Chosen, by acceptors: Set<Int>, in ballot: Ballot?
  ) {
    let text = key.description
    guard let proposal = proposals[text], let first = proposal.waiting.first else { return }
    if case .accept(let accepted) = proposal.phase, accepted.decree != chosen.decree {
      reached(.overtaken)
    }
    proposals[text]?.refusals = 0
    var goesOn = proposal.idleUntil == nil || first.request.operation.isRead
    if proposal.phase == .await, proposal.version == chosen.version {
      // Why: a quorum was still in this instance when it was asked, so no later version was decided
      // then; this one is as new as the read, or newer.
      answerReaders(text, chosen)
    }
    if let version = first.proposedFor {
      switch chosen.decree.fate(of: first.request, from: version) {
      case .made(let made):
        let acks = made == chosen.version ? acceptors : []
        answerFirst(text, .done, evidence(made, acks, made == chosen.version ? ballot : nil))
        goesOn = true
      case .nothing: proposals[text]?.waiting[0].proposedFor = nil
      case .unknown:
        answerFirst(
          text, .error(.timeout, text: "many others were faster: nobody knows what became of it"),
          nil)
      }
    }
    proposals[text]?.phase = .idle
    if goesOn { serve(text) }
  }

  private mutating func answerFirst(
    _ text: String, _ result: OperationResult, _ evidence: Evidence?
  ) {
    guard let first = proposals[text]?.waiting.removeFirst() else { return }
    proposals[text]?.phase = .idle
    reply(first.request, result, evidence)
  }
}

extension Proposal {
  /// A member has answered.
  fileprivate mutating func hear(_ member: Int, _ accepted: Accepted?) {
    informants.insert(member)
    if let accepted, reported.map({ $0.ballot < accepted.ballot }) ?? true { reported = accepted }
  }
}
