// Linearizable reads without log entries: ReadIndex, dissertation section 6.4.

extension RaftNode {
  /// Takes a read as the leader.
  ///
  /// It may be answered once a majority has answered a heartbeat that
  /// was sent after now, and everything committed by now is applied.
  mutating func leadRead(_ request: ClientRequest, origin: String) {
    let isWaiting = leading.reads.contains {
      $0.request.client == request.client && $0.request.id == request.id
    }
    guard !isWaiting else { return }
    if bugs.contains(.localReads) || holdsLease { return answerAtOnce(request, origin: origin) }
    // Why: until the entry that opens the term is committed, the leader does not know how much of
    // what it inherited is; that entry's index is then the safe one.
    let index = max(commit, leading.openingIndex)
    let trustsElection = bugs.contains(.commitsOldTerms) && leading.round == 1
    leading.reads.append(
      Leadership.Read(
        request: request, origin: origin, index: index,
        round: trustsElection ? 1 : leading.round + 1, arrivedAt: now))
    startReadRound()
    serveReads()
  }

  /// Whether this node's reads may go by a lease.
  var usesLeases: Bool { configuration.readsByLease || bugs.contains(.leaseOverPause) }

  /// Whether nobody else can be elected before some time from now (dissertation, section 6.4.1).
  ///
  /// A quorum has answered a round; its members elect nobody within the least election time-out
  /// after that, so not within that time after the round was sent. A tenth of it is left for clocks
  /// that run at different speeds.
  private var holdsLease: Bool {
    guard usesLeases, !leading.hasInvited, let lease = leading.lease,
      commit >= leading.openingIndex
    else {
      return false
    }
    let length = configuration.electionMinimumNanoseconds / 10 * 9
    if bugs.contains(.leaseOverPause) {
      return leading.ticks - lease.tick < length / configuration.heartbeatNanoseconds
    }
    return now - lease.at < length
  }

  /// Notes when a round is sent.
  mutating func noteRound() {
    guard usesLeases else { return }
    renewLease(quorumRound)
    leading.unconfirmed.append(
      Leadership.Sending(round: leading.round, at: now, tick: leading.ticks))
  }

  /// Notes the latest round that a quorum has answered.
  private mutating func renewLease(_ confirmed: Int64) {
    guard usesLeases else { return }
    while let first = leading.unconfirmed.first, first.round <= confirmed {
      leading.lease = first
      leading.unconfirmed.removeFirst()
    }
  }

  /// Answers a read from what is applied: all that is committed, as long as this node leads.
  private mutating func answerAtOnce(_ request: ClientRequest, origin: String) {
    guard case .read(let key) = request.operation else { return }
    let round = bugs.contains(.localReads) ? .max : leading.lease?.round ?? .max
    let evidence = Evidence(
      term: term, leader: name, revision: applied, acks: evidence { $0.round >= round })
    answer(request, machine.read(key), evidence, to: origin)
  }

  /// One round at a time; the reads that arrive meanwhile share the next.
  private mutating func startReadRound() {
    guard let last = leading.reads.last, last.round > leading.round,
      quorumRound >= leading.round
    else { return }
    startRound()
  }

  private var quorumRound: Int64 { quorumValue(own: leading.round) { $0.round } }

  /// Answers the reads whose round is confirmed and whose index is applied.
  mutating func serveReads() {
    guard role == .leader else { return }
    let confirmed = quorumRound
    renewLease(confirmed)
    guard !leading.reads.isEmpty else { return }
    let reads = leading.reads
    leading.reads = []
    for read in reads {
      guard read.round <= confirmed, read.index <= applied,
        case .read(let key) = read.request.operation
      else {
        leading.reads.append(read)
        continue
      }
      let evidence = Evidence(
        term: term, leader: name, revision: applied, acks: evidence { $0.round >= read.round })
      traceRead(read, acks: acks { $0.round >= read.round })
      answer(read.request, machine.read(key), evidence, to: read.origin)
    }
    startReadRound()
  }
}
