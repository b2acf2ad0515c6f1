import Base

// Durable state: `register` (all that a node knows of a key; later ones replace earlier ones) and
// `reserved` (numbers of questions up to there may have been given out).

extension PaxosNode {
  /// Keeps what an acceptor or a learner knows.
  mutating func keep(_ register: Register) {
    registers[register.key.description] = register
    recordsSinceReplacement += 1
    if recordsSinceReplacement >= configuration.compactionThreshold + registers.count {
      recordsSinceReplacement = 0
      let records = registers.sorted { $0.key < $1.key }.map { record($0.value) }
      effects.append(.replaceDurable([Self.record(questions.reserved)] + records))
    } else {
      effects.append(.persist(record(register)))
    }
  }

  /// A number for a question: late answers to others, before a restart too, are not mistaken for
  /// answers to this one.
  mutating func nextQuestion() -> Int64 {
    let (number, mustReserve) = questions.next()
    if let mustReserve { effects.append(.persist(Self.record(mustReserve))) }
    return number
  }

  private func record(_ register: Register) -> [UInt8] {
    var members: [JSON.Member] = [
      .init("type", "register"), .init("key", register.key),
      .init("chosen", register.chosen.json),
    ]
    if !bugs.contains(.forgetsPromise) {
      members.append(.init("promised", register.promised.json))
      if let accepted = register.accepted { members.append(.init("accepted", accepted.json)) }
    }
    return DurableRecords.bytes(members)
  }

  private static func record(_ reserved: Int64) -> [UInt8] {
    DurableRecords.bytes([.init("type", "reserved"), .init("number", .integer(reserved))])
  }

  mutating func recover(from records: [[UInt8]]) throws(Failure) {
    try DurableRecords.replay(records, of: name) { try replay($0) }
    recordsSinceReplacement = records.count
  }

  private mutating func replay(_ bytes: [UInt8]) throws {
    let reader = try BodyReader(try JSONParser.parse(bytes))
    switch reader.type {
    case "register":
      var register = Register(key: try reader.any("key"))
      register.chosen = try Chosen(reading: try reader.object("chosen"))
      if reader.optional("promised") != nil {
        register.promised = try Ballot(reader, "promised")
      }
      register.accepted = try Accepted.read("accepted", of: reader)
      registers[register.key.description] = register
    case "reserved": questions.recover(try reader.count("number"))
    default:
      throw MalformedMessage(type: reader.type, "“\(reader.type)” is no durable record of paxos")
    }
  }
}
