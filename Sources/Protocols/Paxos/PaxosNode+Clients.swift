import Base

// Clients: whoever is asked serves the key's requests one after the other, reads together.

/// What a node does for the clients of one key.
struct Proposal: Sendable {
  /// A request that waits.
  struct Pending: Sendable {
    var request: ClientRequest
    var arrivedAt: Int64
    /// The first version that it was proposed for and may still have become; nil while it certainly
    /// has not happened.
    var proposedFor: Int64?
  }

  enum Phase: Sendable, Equatable {
    /// Nothing is asked: a refused proposer waits, or there is nothing to do.
    case idle
    /// A reader has seen something under way, and waits for it to be decided.
    case await
    /// A reader asks what is accepted.
    case query(number: Int64)
    /// Phase one.
    case prepare(Ballot)
    /// Phase two.
    case accept(Accepted)
  }

  let key: JSON
  /// In the order of their arrival; the first is served.
  var waiting: [Pending] = []
  var phase = Phase.idle
  /// The version that is proposed or asked for.
  var version: Int64 = 0
  /// How many reads stood before everything else when the question was asked.
  var readers = 0
  /// Who has answered, by place, and the latest that they had accepted.
  var informants: Set<Int> = []
  var reported: Accepted?
  /// When this attempt began, and when it was asked last.
  var begunAt: Int64 = 0
  var askedAt: Int64 = 0
  /// How often it was asked in this phase.
  var attempts = 0
  /// How often it was refused since something was decided.
  var refusals = 0
  /// The latest ballot that anybody named.
  var latestBallot = Ballot.none
  /// Until then it waits.
  var idleUntil: Int64?
  /// A ballot whose phase one is done; it holds for later versions until somebody has a later
  /// ballot promised.
  var lease: Ballot?
  /// The last version for which something was proposed.
  var proposedIn: Int64 = 0
}

extension PaxosNode {
  /// Takes a request from a client.
  mutating func take(_ request: ClientRequest) {
    let text = request.operation.key.description
    var proposal = proposals[text] ?? Proposal(key: request.operation.key)
    let isKnown = proposal.waiting.contains {
      $0.request.client == request.client && $0.request.id >= request.id
    }
    guard !isKnown else { return }
    proposal.waiting.append(.init(request: request, arrivedAt: now))
    proposals[text] = proposal
    if proposal.waiting.count == 1, proposal.idleUntil == nil { serve(text) }
    keepRetrying()
  }

  func keepsWaiting(_ text: String) -> Bool { proposals[text].map { !$0.waiting.isEmpty } ?? false }

  private mutating func keepRetrying() {
    guard !isRetrying, proposals.keys.contains(where: keepsWaiting) else { return }
    isRetrying = true
    effects.append(.setTimer(.retry, afterNanoseconds: configuration.retryNanoseconds))
  }

  mutating func retryTimerFired() {
    isRetrying = false
    for text in proposals.keys.sorted() where keepsWaiting(text) {
      giveUpOld(text)
      guard let proposal = proposals[text], !proposal.waiting.isEmpty else { continue }
      if proposal.phase == .idle || proposal.phase == .await {
        if proposal.idleUntil == nil { serve(text) }
      } else if now - proposal.askedAt >= configuration.retryNanoseconds {
        ask(text)
      }
    }
    keepRetrying()
  }

  /// Answers those who have waited for too long: what was never proposed, or only reads, has not
  /// happened; of the rest nobody knows.
  private mutating func giveUpOld(_ text: String) {
    guard var proposal = proposals[text] else { return }
    let limit = now - configuration.lifetimeNanoseconds
    let old = proposal.waiting.filter { $0.arrivedAt <= limit }
    guard !old.isEmpty else { return }
    // They are the first, in the order of their arrival.
    proposal.waiting.removeFirst(old.count)
    proposal.phase = .idle
    proposal.idleUntil = nil
    proposals[text] = proposal
    for pending in old {
      reply(
        pending.request,
        pending.proposedFor == nil
          ? .error(.temporarilyUnavailable, text: "too few members answered")
          : .error(.timeout, text: "it was proposed, and too few members said what became of it"),
        nil)
    }
  }

  mutating func reply(
    _ request: ClientRequest, _ result: OperationResult, _ evidence: Evidence?
  ) {
    effects.append(
      .reply(
        client: request.client, request: request.id,
        Reply(result: result, evidence: evidence, node: name)))
  }

  /// What an answer rests on: the version it saw or made, and those whose word it is.
  func evidence(_ version: Int64, _ acks: Set<Int>, _ ballot: Ballot?) -> Evidence {
    Evidence(
      term: ballot.map { $0.number(among: members.count) }, leader: nil, revision: version,
      acks: acks.sorted().map { members[$0] })
  }

  // MARK: back-off

  /// Has a refused proposer wait, so that another may come through: about as long as it took to be
  /// refused, twice that the next time, and so on.
  mutating func backOff(_ text: String) {
    proposals[text]?.phase = .idle
    proposals[text]?.refusals += 1
    wait(text)
  }

  /// Has it wait, at least some times as long as its attempt took.
  mutating func wait(_ text: String, atLeast times: Int64 = 0) {
    guard var proposal = proposals[text] else { return }
    let doublings = min(max(0, proposal.refusals - 1), configuration.mostDoublings)
    let took = min(
      max(configuration.backoffNanoseconds, now - proposal.begunAt),
      configuration.lifetimeNanoseconds)
    let most = min(took << Int64(doublings + 1), configuration.lifetimeNanoseconds / 2)
    let least = min(times * took, configuration.lifetimeNanoseconds / 4)
    let due = now + least + Int64.random(in: 0...most, using: &random)
    proposal.idleUntil = due
    proposals[text] = proposal
    guard due < backoffDue else { return }
    backoffDue = due
    effects.append(.setTimer(.backoff, afterNanoseconds: due - now))
  }

  mutating func backoffTimerFired() {
    backoffDue = .max
    let due = proposals.filter { $0.value.idleUntil.map { $0 <= now } ?? false }
    for (text, proposal) in due.sorted(by: { $0.key < $1.key }) {
      proposals[text]?.idleUntil = nil
      if proposal.phase == .await { prepare(text) } else { serve(text) }
    }
    guard let next = proposals.values.compactMap(\.idleUntil).min(), next < backoffDue else {
      return
    }
    backoffDue = next
    effects.append(.setTimer(.backoff, afterNanoseconds: max(0, next - now)))
  }
}
