import Base

// Durable state: `kept` (a key's version and value; later ones of a key replace earlier ones) and
// `reserved` (numbers up to there may have been given out).

extension QuorumRegisterNode {
  mutating func save(_ news: Kept) {
    guard !bugs.contains(.forgetsVersion) else { return }
    recordsSinceReplacement += 1
    if recordsSinceReplacement >= configuration.compactionThreshold + kept.count {
      recordsSinceReplacement = 0
      let records = kept.sorted { $0.key < $1.key }.map { Self.record($0.value) }
      effects.append(.replaceDurable([Self.record(reserved)] + records))
    } else {
      effects.append(.persist(Self.record(news)))
    }
  }

  /// A number for an operation: late answers to others, before a restart too, are not mistaken for
  /// answers to this one.
  mutating func nextOperation() -> Int64 {
    issued.operation += 1
    reserve()
    return issued.operation
  }

  /// A timestamp later than that one which this member has never given out.
  mutating func nextTimestamp(after seen: Int64) -> Int64 {
    issued.timestamp = max(issued.timestamp, seen) + 1
    reserve()
    return issued.timestamp
  }

  private mutating func reserve() {
    guard issued.operation > reserved.operation || issued.timestamp > reserved.timestamp else {
      return
    }
    reserved.operation = issued.operation + configuration.reservation
    reserved.timestamp = issued.timestamp + configuration.reservation
    effects.append(.persist(Self.record(reserved)))
  }

  private static func record(_ kept: Kept) -> [UInt8] {
    DurableRecords.bytes([.init("type", "kept"), .init("key", kept.key)] + kept.state.members)
  }

  private static func record(_ reserved: Issued) -> [UInt8] {
    DurableRecords.bytes([
      .init("type", "reserved"), .init("operation", .integer(reserved.operation)),
      .init("timestamp", .integer(reserved.timestamp)),
    ])
  }

  mutating func recover(from records: [[UInt8]]) throws(Failure) {
    try DurableRecords.replay(records, of: name) { try replay($0) }
    issued = reserved
    recordsSinceReplacement = records.count
  }

  private mutating func replay(_ bytes: [UInt8]) throws {
    let reader = try BodyReader(try JSONParser.parse(bytes))
    switch reader.type {
    case "kept":
      let key = try reader.any("key")
      kept[key.description] = Kept(key: key, state: try Versioned(reading: reader))
    case "reserved":
      reserved.operation = try reader.count("operation")
      reserved.timestamp = try reader.count("timestamp")
    default:
      throw MalformedMessage(
        type: reader.type, "“\(reader.type)” is no durable record of a quorum register")
    }
  }
}
