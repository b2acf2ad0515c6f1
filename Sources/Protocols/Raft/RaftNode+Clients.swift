import Base

// Clients: any node takes a request and sees to it that the leader gets it (dissertation, chapter
// 6). Repeating a request is safe because the state machine applies it once. A definite error is
// given only for what certainly never reached a leader, or changes nothing; otherwise nobody knows.

/// A request of a client that asked this node.
struct Outstanding: Sendable {
  var request: ClientRequest
  var arrivedAt: Int64
  /// When a leader was last asked; nil when none ever was.
  var sentAt: Int64?
}

extension RaftNode {
  /// Takes a request from a client.
  mutating func accept(_ request: ClientRequest) {
    if bugs.contains(.staleReads), case .read(let key) = request.operation {
      let evidence = Evidence(
        term: term, leader: leader, revision: applied, acks: [name])
      let reply = Reply(result: machine.read(key), evidence: evidence, node: name)
      effects.append(.reply(client: request.client, request: request.id, reply))
      return
    }
    if let earlier = outstanding[request.client], earlier.request.id >= request.id { return }
    let isAsked = bugs.contains(.reusesReadContext) && waitsForSame(request)
    outstanding[request.client] = Outstanding(request: request, arrivedAt: now)
    if !isAsked { route(request.client) }
    if !outstanding.isEmpty, !isRetrying {
      isRetrying = true
      effects.append(.setTimer(.retry, afterNanoseconds: configuration.retryNanoseconds))
    }
  }

  /// Asks the leader, if it is known.
  private mutating func route(_ client: String) {
    guard let request = outstanding[client]?.request, let leader else { return }
    outstanding[client]?.sentAt = now
    if role == .leader {
      lead(request, origin: name)
    } else {
      send(.forward(request), to: leader)
    }
  }

  /// Asks a new leader for everything that waits.
  mutating func routeOutstanding() {
    for client in outstanding.keys.sorted() { route(client) }
  }

  mutating func retryTimerFired() {
    guard isRetrying else { return }
    for client in outstanding.keys.sorted() {
      guard let waiting = outstanding[client] else { continue }
      let age = now - waiting.arrivedAt
      if let sentAt = waiting.sentAt {
        if age >= configuration.sentLifetimeNanoseconds {
          giveUp(waiting.request, mayHaveHappened: !waiting.request.operation.isRead)
        } else if now - sentAt >= configuration.retryNanoseconds {
          route(client)
        }
      } else if age >= configuration.unsentLifetimeNanoseconds {
        giveUp(waiting.request, mayHaveHappened: false)
      } else {
        route(client)
      }
    }
    isRetrying = !outstanding.isEmpty
    if isRetrying {
      effects.append(.setTimer(.retry, afterNanoseconds: configuration.retryNanoseconds))
    }
  }

  private mutating func giveUp(_ request: ClientRequest, mayHaveHappened: Bool) {
    outstanding[request.client] = nil
    let result: OperationResult =
      mayHaveHappened
      ? .error(.timeout, text: "a leader was asked and did not answer in time")
      : .error(.temporarilyUnavailable, text: "no leader could be asked in time")
    let reply = Reply(result: result, evidence: nil, node: name)
    effects.append(.reply(client: request.client, request: request.id, reply))
  }

  /// Takes a request as the leader, for the node that the client asked.
  mutating func lead(_ request: ClientRequest, origin: String) {
    // He asks again, and by then somebody else may lead.
    if leading.handover != nil { return }
    if request.operation.isRead { return leadRead(request, origin: origin) }
    if let session = machine.sessions[request.client], session.request >= request.id {
      if session.request == request.id {
        let evidence = Evidence(term: term, leader: name, revision: session.revision, acks: [])
        answer(request, session.result, evidence, to: origin)
      }
      return
    }
    if let waiting = leading.writes[request.client], waiting.request >= request.id { return }
    leading.writes[request.client] = Leadership.Write(request: request.id, origin: origin)
    appendAsLeader(RaftEntry(term: term, request: request))
    replicate()
    advanceCommit()
  }

  /// Answers a write that was applied, if it was this leader that was asked for it.
  mutating func answerWrite(
    _ request: ClientRequest, _ session: KeyValueMachine.Session, entryIndex: Int64
  ) {
    guard role == .leader, let waiting = leading.writes[request.client],
      waiting.request == request.id
    else { return }
    leading.writes[request.client] = nil
    let evidence = Evidence(
      term: term, leader: name, revision: session.revision,
      acks: evidence { $0.match >= entryIndex })
    answer(request, session.result, evidence, to: waiting.origin)
  }

  mutating func answer(
    _ request: ClientRequest, _ result: OperationResult, _ evidence: Evidence, to origin: String
  ) {
    if origin == name {
      complete(request.client, request.id, result, evidence)
    } else {
      send(
        .forwardReply(client: request.client, request: request.id, result, evidence), to: origin)
    }
  }

  /// Answers the client, if it still waits for that request.
  mutating func complete(
    _ client: String, _ request: Int64, _ result: OperationResult, _ evidence: Evidence
  ) {
    guard let answered = outstanding[client]?.request, answered.id == request else { return }
    outstanding[client] = nil
    let reply = Reply(result: result, evidence: evidence, node: name)
    effects.append(.reply(client: client, request: request, reply))
    if bugs.contains(.reusesReadContext), answered.operation.isRead {
      answerOthers(like: answered, reply)
    }
  }

  /// Whether a leader was asked for the same read and has not answered.
  private func waitsForSame(_ request: ClientRequest) -> Bool {
    request.operation.isRead
      && outstanding.values.contains {
        $0.sentAt != nil && $0.request.operation == request.operation
      }
  }

  /// What ``RaftBug/reusesReadContext`` comes to.
  private mutating func answerOthers(like read: ClientRequest, _ reply: Reply) {
    for client in outstanding.keys.sorted() {
      guard let other = outstanding[client], other.sentAt == nil,
        other.request.operation == read.operation
      else { continue }
      outstanding[client] = nil
      effects.append(.reply(client: client, request: other.request.id, reply))
    }
  }
}
