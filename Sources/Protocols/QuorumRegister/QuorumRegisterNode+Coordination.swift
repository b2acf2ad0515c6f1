import Base

/// One operation on its way through its two phases.
struct Coordination: Sendable {
  enum Phase: Sendable {
    case query
    case store
  }

  var request: ClientRequest
  var arrivedAt: Int64
  var askedAt: Int64
  var phase = Phase.query
  /// Who has answered the query, by place.
  var informants: Set<Int> = []
  /// The latest version that was told, and by whom.
  var latest = Versioned.none
  var holders: Set<Int> = []
  /// Who keeps what is stored, by place.
  var keepers: Set<Int> = []

  var key: JSON { request.operation.key }
}

extension QuorumRegisterNode {
  /// Takes a request from a client.
  mutating func coordinate(_ request: ClientRequest) {
    if case .compareAndSet = request.operation {
      let text = "a quorum register has no compare-and-set"
      return reply(request, .error(.malformedRequest, text: text), nil)
    }
    if let earlier = operationOfClient[request.client], let known = coordinated[earlier] {
      if known.request.id >= request.id { return }
      coordinated[earlier] = nil
    }
    let number = nextOperation()
    operationOfClient[request.client] = number
    coordinated[number] = Coordination(request: request, arrivedAt: now, askedAt: now)
    traceBegin(number, request)
    ask(number)
    if !isRetrying {
      isRetrying = true
      effects.append(.setTimer(.retry, afterNanoseconds: configuration.retryNanoseconds))
    }
  }

  /// Asks all who have not answered yet; itself first.
  private mutating func ask(_ number: Int64) {
    guard let coordination = coordinated[number] else { return }
    coordinated[number]?.askedAt = now
    let key = coordination.key
    let done: Set<Int>
    let message: QuorumRegisterMessage
    switch coordination.phase {
    case .query:
      done = coordination.informants
      message = .query(operation: number, key: key)
    case .store:
      done = coordination.keepers
      message = .store(operation: number, key: key, coordination.latest)
    }
    let others = members.indices.filter { $0 != place && !done.contains($0) }
    if !done.contains(place) {
      switch coordination.phase {
      case .query: answered(number, by: place, state(of: key))
      case .store:
        keep(coordination.latest, for: key)
        stored(number, by: place)
      }
    }
    // One vote may have been enough, and the next phase has asked for itself.
    guard coordinated[number]?.phase == coordination.phase else { return }
    for member in others { send(message, to: member) }
  }

  /// A member has said what it has.
  mutating func answered(_ number: Int64, by member: Int, _ state: Versioned) {
    guard var coordination = coordinated[number], coordination.phase == .query,
      coordination.informants.insert(member).inserted
    else { return }
    if coordination.latest.version < state.version {
      coordination.latest = state
      coordination.holders = []
    }
    if coordination.latest.version == state.version { coordination.holders.insert(member) }
    coordinated[number] = coordination
    guard quorums.weight(coordination.informants) >= quorums.read else { return }
    tracePhase(number, "query", coordination.informants, coordination.latest.version)
    switch coordination.request.operation {
    case .write(_, let value):
      let version = RegisterVersion(
        timestamp: nextTimestamp(after: coordination.latest.version.timestamp),
        writer: bugs.contains(.noTieBreak) ? 0 : place)
      coordination.latest = Versioned(version: version, value: value)
      beginStore(number, coordination)
    default:
      let isKeptByQuorum = quorums.weight(coordination.holders) >= quorums.write
      if isKeptByQuorum || bugs.contains(.noWriteBack) || coordination.latest == .none {
        finish(number)
      } else {
        beginStore(number, coordination)
      }
    }
  }

  private mutating func beginStore(_ number: Int64, _ coordination: Coordination) {
    coordinated[number] = coordination
    coordinated[number]?.phase = .store
    ask(number)
  }

  /// A member keeps what it was told to.
  mutating func stored(_ number: Int64, by member: Int) {
    guard coordinated[number]?.phase == .store else { return }
    coordinated[number]?.keepers.insert(member)
    guard let coordination = coordinated[number],
      quorums.weight(coordination.keepers) >= quorums.write
    else { return }
    tracePhase(number, "store", coordination.keepers, coordination.latest.version)
    finish(number)
  }

  /// Both phases are done.
  private mutating func finish(_ number: Int64) {
    guard let coordination = coordinated.removeValue(forKey: number) else { return }
    operationOfClient[coordination.request.client] = nil
    let version = coordination.latest.version
    traceEnd(number, coordination)
    let isRead = coordination.request.operation.isRead
    let quorum = isRead ? coordination.informants : coordination.keepers
    let evidence = Evidence(
      term: nil, leader: nil,
      revision: version.timestamp * Int64(members.count) + Int64(version.writer),
      acks: quorum.sorted().map { members[$0] })
    if !isRead { return reply(coordination.request, .done, evidence) }
    reply(
      coordination.request,
      coordination.latest == .none ? .missing(coordination.key) : .value(coordination.latest.value),
      evidence)
  }

  mutating func retryTimerFired() {
    for number in coordinated.keys.sorted() {
      guard let coordination = coordinated[number] else { continue }
      if now - coordination.arrivedAt >= configuration.lifetimeNanoseconds {
        giveUp(number, coordination)
      } else if now - coordination.askedAt >= configuration.retryNanoseconds {
        ask(number)
      }
    }
    isRetrying = !coordinated.isEmpty
    if isRetrying {
      effects.append(.setTimer(.retry, afterNanoseconds: configuration.retryNanoseconds))
    }
  }

  /// What a read stores was written by somebody else, so it changes nothing by itself; a write that
  /// nobody was told to store never will be.
  private mutating func giveUp(_ number: Int64, _ coordination: Coordination) {
    coordinated[number] = nil
    operationOfClient[coordination.request.client] = nil
    let mayHaveHappened = coordination.phase == .store && !coordination.request.operation.isRead
    reply(
      coordination.request,
      mayHaveHappened
        ? .error(.timeout, text: "too few members said that they keep it")
        : .error(.temporarilyUnavailable, text: "too few members answered"), nil)
  }

  private mutating func reply(
    _ request: ClientRequest, _ result: OperationResult, _ evidence: Evidence?
  ) {
    effects.append(
      .reply(
        client: request.client, request: request.id,
        Reply(result: result, evidence: evidence, node: name)))
  }
}
