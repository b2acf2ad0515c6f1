// Snapshots: section 7 of the paper, sent in chunks as in its figure 13. One chunk is under way to
// a follower at a time; it is sent again with the next heartbeat.

/// A snapshot on its way to a follower.
struct SnapshotTransfer: Sendable {
  let position: RaftPosition
  /// All of it.
  let bytes: [UInt8]
  /// How much of it the follower has said to have.
  var taken = 0

  /// Where the next chunk ends: not inside a character.
  func end(ofAtMost count: Int) -> Int {
    guard taken + count < bytes.count else { return bytes.count }
    var end = taken + count
    while end > taken, bytes[end] & 0xC0 == 0x80 { end -= 1 }
    return end
  }
}

/// A snapshot that is arriving.
struct IncomingSnapshot: Sendable {
  let position: RaftPosition
  var bytes: [UInt8] = []
}

extension RaftNode {
  // MARK: the leader

  /// Sends the next chunk of the snapshot that the follower is being sent; a later snapshot waits
  /// until that one is through, or it might never be.
  mutating func sendChunk(to peer: String) {
    guard let place = places[peer], let snapshot else { return }
    let transfer: SnapshotTransfer
    if let known = leading.followers[place].transfer {
      transfer = known
    } else {
      transfer = SnapshotTransfer(position: snapshot.position, bytes: snapshot.bytes)
      leading.followers[place].transfer = transfer
    }
    let end = transfer.end(ofAtMost: configuration.snapshotChunkBytes)
    let chunk = RaftMessage.SnapshotChunk(
      term: term, round: leading.round, position: transfer.position,
      offset: Int64(transfer.taken), bytes: Array(transfer.bytes[transfer.taken..<end]),
      isLast: end == transfer.bytes.count)
    send(.installSnapshot(chunk), to: peer)
  }

  mutating func chunkTaken(
    _ peer: String, term answered: Int64, round: Int64, index: Int64, offset: Int64
  ) {
    guard let place = heard(peer, term: answered, round: round) else { return }
    if let transfer = leading.followers[place].transfer, transfer.position.index == index,
      offset <= transfer.bytes.count
    {
      leading.followers[place].transfer?.taken = Int(offset)
      // Why: what says less is late, or comes from who has lost it; the next heartbeat sends again.
      if offset > transfer.taken { sendChunk(to: peer) }
    }
    serveReads()
  }

  // MARK: the follower

  mutating func chunkArrived(_ chunk: RaftMessage.SnapshotChunk, from sender: String) {
    guard accept(leader: sender, term: chunk.term, round: chunk.round) else { return }
    let index = chunk.position.index
    guard index > commit else {
      incoming = nil
      return send(.appended(term: term, round: chunk.round, match: index), to: sender)
    }
    if incoming?.position != chunk.position {
      incoming = IncomingSnapshot(position: chunk.position)
    }
    let taken = incoming?.bytes.count ?? 0
    if chunk.offset == taken { incoming?.bytes += chunk.bytes }
    guard chunk.isLast, chunk.offset == taken, let bytes = incoming?.bytes else {
      if !chunk.isLast, chunk.offset == taken { reached(.snapshotInChunks) }
      let taken = Int64(incoming?.bytes.count ?? 0)
      return send(
        .chunkTaken(term: term, round: chunk.round, index: index, offset: taken), to: sender)
    }
    incoming = nil
    guard let snapshot = try? RaftSnapshot(bytes: bytes, at: chunk.position), install(snapshot)
    else {
      return send(
        .chunkTaken(term: term, round: chunk.round, index: index, offset: 0), to: sender)
    }
    send(.appended(term: term, round: chunk.round, match: index), to: sender)
  }

  /// - Returns: false for what is no snapshot.
  private mutating func install(_ received: RaftSnapshot) -> Bool {
    guard let restored = restore(received) else { return false }
    if !bugs.contains(.emptySnapshot) { machine = restored }
    log.compact(to: received.position)
    snapshot = received
    restartMemberships(with: received.membership, at: received.position.index)
    commit = received.position.index
    applied = commit
    reached(.snapshotInstalled)
    traceSnapshot(received, isTaken: false)
    saveAll()
    return true
  }
}
