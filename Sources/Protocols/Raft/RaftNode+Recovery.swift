import Base

// Durable state: a stream of records, replayed in order. `term` (term and vote), `entries` (what
// the log holds from an index on; what was there before is gone), `snapshot`.

extension RaftNode {
  mutating func saveTerm() {
    guard !bugs.contains(.forgetsVote) else { return }
    effects.append(.persist(termRecord))
  }

  mutating func saveEntries(from index: Int64, _ entries: [RaftEntry]) {
    guard !bugs.contains(.lostLog) else { return }
    effects.append(.persist(entriesRecord(from: index, entries)))
  }

  /// Replaces the records by the snapshot and what comes after it.
  mutating func saveAll() {
    var records: [[UInt8]] = []
    if !bugs.contains(.forgetsVote) { records.append(termRecord) }
    if !bugs.contains(.lostLog) {
      if let snapshot {
        records.append(record("snapshot", [.init("snapshot", snapshot.json)]))
      }
      let rest = bugs.contains(.compactsTail) ? [] : log.entries(from: log.base.index + 1)
      if !rest.isEmpty { records.append(entriesRecord(from: log.base.index + 1, rest)) }
    }
    effects.append(.replaceDurable(records))
  }

  private var termRecord: [UInt8] {
    let vote = vote.map { JSON.string($0) } ?? .null
    return record("term", [.init("term", .integer(term)), .init("vote", vote)])
  }

  private func entriesRecord(from index: Int64, _ entries: [RaftEntry]) -> [UInt8] {
    record(
      "entries",
      [.init("from", .integer(index)), .init("entries", .array(entries.map(\.json)))])
  }

  private func record(_ type: String, _ members: [JSON.Member]) -> [UInt8] {
    DurableRecords.bytes([.init("type", .string(type))] + members)
  }

  /// Takes a snapshot once the log holds many applied entries (paper, section 7).
  mutating func compactIfLong() {
    guard applied - log.base.index >= Int64(configuration.compactionThreshold),
      let term = log.term(at: applied)
    else { return }
    let position = RaftPosition(index: applied, term: term)
    compactMemberships(to: applied)
    snapshot = RaftSnapshot(
      position: position, membership: memberships[0].membership, state: machine.json)
    log.compact(to: position)
    reached(.snapshotTaken)
    if let snapshot { traceSnapshot(snapshot, isTaken: true) }
    saveAll()
  }

  /// The machine that the snapshot holds.
  func restore(_ snapshot: RaftSnapshot) -> KeyValueMachine? {
    guard let reader = try? BodyReader(snapshot.state, inside: "snapshot") else { return nil }
    return try? KeyValueMachine(
      reading: reader, maximumSessions: configuration.maximumSessions)
  }

  mutating func recover(from records: [[UInt8]]) throws(Failure) {
    try DurableRecords.replay(records, of: name) { try replay($0) }
    if let snapshot, let restored = restore(snapshot) {
      machine = restored
      commit = snapshot.position.index
      applied = commit
    }
  }

  private mutating func replay(_ bytes: [UInt8]) throws {
    let reader = try BodyReader(try JSONParser.parse(bytes))
    switch reader.type {
    case "term":
      term = try reader.count("term")
      vote = try reader.any("vote").string
    case "entries":
      let from = try reader.count("from")
      if bugs.contains(.compactsTail), from > log.lastIndex + 1 { return }
      guard from > log.base.index, from <= log.lastIndex + 1 else {
        throw MalformedMessage(
          type: "entries",
          "entries from \(from) do not continue a log that ends at "
            + "\(log.lastIndex)")
      }
      truncateLog(from: from)
      let entries = try reader.list("entries") { (item) throws(MalformedMessage) in
        try RaftEntry(reading: item)
      }
      for entry in entries { appendToLog(entry) }
    case "snapshot":
      let read = try RaftSnapshot(reading: try reader.object("snapshot"))
      snapshot = read
      log.compact(to: read.position)
      restartMemberships(with: read.membership, at: read.position.index)
    default:
      throw MalformedMessage(type: reader.type, "“\(reader.type)” is no durable record of raft")
    }
  }
}
