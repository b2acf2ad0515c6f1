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
    guard role == .leader, !leading.reads.isEmpty else { return }
    let confirmed = quorumRound
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
        term: term, leader: name, revision: applied, acks: acks { $0.round >= read.round })
      traceRead(read, acks: evidence.acks)
      answer(read.request, machine.read(key), evidence, to: read.origin)
    }
    startReadRound()
  }
}
