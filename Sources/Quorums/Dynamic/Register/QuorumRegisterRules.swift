/// Q1 to Q7: what a quorum register's phases and replicas show.
///
/// Q3 to Q5 are the partial order of Lynch's lemma for atomic registers, as running maxima: the
/// versions of operations never go backwards along real time. “Ended before it began” is decided
/// by `t`; at equal times nothing is claimed.
///
/// Memory: O(keys × distinct quorums) plus the operations that are open and the versions of the
/// recent past.
struct QuorumRegisterRules: TraceRules {
  static let family = "Traces of a quorum register"
  static let rules: [DynamicRule] = [.Q1, .Q2, .Q3, .Q4, .Q5, .Q6, .Q7]
  static let kinds: [TraceKind] = [.opBegin, .phaseEnd, .opEnd, .replica]
  static let signs: [TraceKind] = [.opBegin, .replica]

  private struct Ended {
    var version: Pair
    var time: Int64
    var place: EventPlace
  }

  private struct Key {
    var text: String
    /// The first end of a write with each quorum.
    var writes: [(quorum: NodeSet, time: Int64, place: EventPlace, version: Pair)] = []
    var lastWrite: Ended?
    var lastRead: Ended?
  }

  private struct Open {
    var key: Int
    var isRead: Bool
    var time: Int64
    var place: EventPlace
    var write: Ended?
    var read: Ended?
    var stored: (quorum: NodeSet, place: EventPlace)?
    var queried: (quorum: NodeSet, place: EventPlace)?
  }

  private struct Replica: Hashable {
    var node: Int
    var key: Int
  }

  private struct Version: Hashable {
    var key: Int
    var version: Pair
  }

  private var keys: [Key] = []
  private var keyPlaces: [UInt64: Int] = [:]
  private var open: [UInt64: Open] = [:]
  private var replicas: [Replica: (version: Pair, place: EventPlace)] = [:]
  private var values = RecentTable<Version, (hash: UInt64, place: EventPlace)>()

  /// Whether an operation was seen.
  private(set) var hasOperations = false

  mutating func take(
    _ line: borrowing TraceLine, _ context: inout TraceContext
  ) throws(TraceError) {
    switch line.kind {
    case .opBegin: try begin(line)
    case .phaseEnd: try endPhase(line, &context)
    case .opEnd: try end(line, &context)
    case .replica: try keep(line, &context)
    default: break
    }
  }

  private mutating func key(_ line: borrowing TraceLine) throws(TraceError) -> Int {
    let hash = try line.hash(.key)
    if let known = keyPlaces[hash] { return known }
    keys.append(Key(text: try line.anyText(.key)))
    keyPlaces[hash] = keys.count - 1
    return keys.count - 1
  }

  private mutating func begin(_ line: borrowing TraceLine) throws(TraceError) {
    hasOperations = true
    let key = try key(line)
    open[try line.hash(.op)] = Open(
      key: key, isRead: try line.string(.kind) == "read", time: line.time, place: line.place,
      write: keys[key].lastWrite, read: keys[key].lastRead)
  }

  private mutating func endPhase(
    _ line: borrowing TraceLine, _ context: inout TraceContext
  ) throws(TraceError) {
    let operation = try line.hash(.op)
    let isQuery = try line.string(.phase) == "query"
    let acks = try context.set(.acks, of: line)
    if let quorums = context.epochs[try line.integer(ifAny: .ep) ?? 0] {
      let holds = isQuery ? quorums.isRead(acks) : quorums.isWrite(acks)
      context.breaches.check(
        .Q1, holds, [quorums.place, line.place],
        "a \(isQuery ? "query" : "store") ended with \(context.text(acks)), which is no "
          + "\(isQuery ? "read" : "write") quorum")
    }
    guard var begun = open[operation] else { return }
    if isQuery {
      begun.queried = (acks, line.place)
      meet(acks, begun, line, &context)
    } else {
      begun.stored = (acks, line.place)
    }
    open[operation] = begun
  }

  /// Q2, by the distinct quorums of the key's writes.
  private func meet(
    _ acks: NodeSet, _ begun: Open, _ line: borrowing TraceLine, _ context: inout TraceContext
  ) {
    for write in keys[begun.key].writes where write.time < begun.time {
      context.breaches.check(
        .Q2, write.quorum & acks != 0, [write.place, begun.place, line.place],
        "an operation on key \(keys[begun.key].text) asked \(context.text(acks)), and a write "
          + "that had ended before was stored at \(context.text(write.quorum)): they share no node")
    }
  }

  private mutating func end(
    _ line: borrowing TraceLine, _ context: inout TraceContext
  ) throws(TraceError) {
    guard let begun = open.removeValue(forKey: try line.hash(.op)) else { return }
    let version = try line.pair(.version)
    let key = keys[begun.key].text
    let before = { (ended: Ended?) in ended.flatMap { $0.time < begun.time ? $0 : nil } }
    if let write = before(begun.write) {
      let holds = begun.isRead ? version >= write.version : version > write.version
      context.breaches.check(
        begun.isRead ? .Q3 : .Q5, holds, [write.place, begun.place, line.place],
        "a \(begun.isRead ? "read" : "write") of key \(key) has version \(version.text), but a "
          + "write that ended before it began had \(write.version.text)")
    }
    if let read = before(begun.read) {
      let holds = begun.isRead ? version >= read.version : version > read.version
      context.breaches.check(
        begun.isRead ? .Q4 : .Q5, holds, [read.place, begun.place, line.place],
        "a \(begun.isRead ? "read" : "write") of key \(key) has version \(version.text), but a "
          + "read that ended before it began had \(read.version.text)")
    }
    if line.has(.valueHash) {
      try name(version, of: begun.key, try line.hash(.valueHash), line, &context)
    }
    let ended = Ended(version: version, time: line.time, place: line.place)
    if begun.isRead {
      if (keys[begun.key].lastRead?.version).map({ $0 < version }) ?? true {
        keys[begun.key].lastRead = ended
      }
    } else {
      if (keys[begun.key].lastWrite?.version).map({ $0 < version }) ?? true {
        keys[begun.key].lastWrite = ended
      }
      if let stored = begun.stored,
        !keys[begun.key].writes.contains(where: { $0.quorum == stored.quorum })
      {
        keys[begun.key].writes.append((stored.quorum, line.time, line.place, version))
      }
    }
  }

  /// Q6.
  private mutating func name(
    _ version: Pair, of key: Int, _ hash: UInt64, _ line: borrowing TraceLine,
    _ context: inout TraceContext
  ) throws(TraceError) {
    let id = Version(key: key, version: version)
    guard let known = values[id] else {
      values.insert((hash, line.place), for: id)
      return
    }
    context.breaches.check(
      .Q6, known.hash == hash, [known.place, line.place],
      "version \(version.text) of key \(keys[key].text) has two values")
  }

  private mutating func keep(
    _ line: borrowing TraceLine, _ context: inout TraceContext
  ) throws(TraceError) {
    let key = try key(line)
    let version = try line.pair(.version)
    let replica = Replica(node: line.node, key: key)
    if let known = replicas[replica] {
      context.breaches.check(
        .Q7, known.version <= version, [known.place, line.place],
        "\(context.name(line.node)) kept version \(known.version.text) of key "
          + "\(keys[key].text), and later only \(version.text)")
    }
    replicas[replica] = (version, line.place)
    if line.has(.valueHash) {
      try name(version, of: key, try line.hash(.valueHash), line, &context)
    }
  }
}

extension DynamicRule {
  static let Q1 = DynamicRule(
    "Q1", of: QuorumRegisterRules.family, "a phase ends with a quorum of its kind",
    from: Paper.gifford, needs: "phase_end in an epoch with a config")

  static let Q2 = DynamicRule(
    "Q2", of: QuorumRegisterRules.family,
    "a query's quorum meets that of every write of its key that ended before",
    from: Paper.gifford, needs: "query that follows a write of its key")

  static let Q3 = DynamicRule(
    "Q3", of: QuorumRegisterRules.family,
    "a read is not older than a write that ended before it began",
    from: Paper.abd, needs: "read that follows a write of its key")

  static let Q4 = DynamicRule(
    "Q4", of: QuorumRegisterRules.family,
    "a read is not older than a read that ended before it began",
    from: Paper.abd, needs: "read that follows another of its key")

  static let Q5 = DynamicRule(
    "Q5", of: QuorumRegisterRules.family,
    "a write is later than everything that ended before it began",
    from: Paper.abd, needs: "write that follows an operation of its key")

  static let Q6 = DynamicRule(
    "Q6", of: QuorumRegisterRules.family, "a version has one value",
    from: Paper.abd, needs: "version that two events with valueHash name")

  static let Q7 = DynamicRule(
    "Q7", of: QuorumRegisterRules.family, "the version that a replica keeps never decreases",
    from: Paper.abd, needs: "node with two replica events of a key")
}
