/// The members of trace events that rules read.
enum TraceField: UInt8, CaseIterable, Sendable {
  case n, q, t, event
  case ep, voters, votes, read, write, f, faulty, old, new
  case op, key, kind, client, phase, acks, version, result, valueHash, durable
  case term, votedFor, lastIndex, lastTerm, commit, snapIndex, snapTerm, fresh
  case cand, granted, candLast, ownLast, leader, prev, entries, ok, from, match
  case index, by, leaderTerm, hash, stateHash, dir, since, to
  case ballot, slot, acc, value, promises
  case view, seq, digest, cert, ckpt, prepared, pre
}

/// The kinds of events that rules know.
enum TraceKind: UInt8, CaseIterable, Sendable {
  case config, boot, crash
  case opBegin, phaseEnd, opEnd, replica
  case vote, leader, append, truncate, ack, commit, apply, snapshot, conf, readindex, lease
  case prepare, promise, accept, accepted, learn
  case preprepare, prepared, committed, viewchange, newview, execute, checkpoint
  /// Kept and counted.
  case unknown

  /// The word in a trace.
  var word: String {
    switch self {
    case .opBegin: "op_begin"
    case .phaseEnd: "phase_end"
    case .opEnd: "op_end"
    default: "\(self)"
    }
  }
}

/// A perfect enough table from words to small numbers: words are told apart by 64 bits of hash.
struct TraceWords: Sendable {
  private var slots = [(hash: UInt64, number: UInt8)](repeating: (0, 0xFF), count: 256)

  init(_ words: [String]) {
    for (number, word) in words.enumerated() {
      let hash = TraceWords.hash(word.utf8)
      var slot = Int(hash & 255)
      while slots[slot].number != 0xFF { slot = (slot + 1) & 255 }
      slots[slot] = (hash, UInt8(number))
    }
  }

  /// The number of the word with that hash, or nil.
  func number(_ hash: UInt64) -> UInt8? {
    var slot = Int(hash & 255)
    while slots[slot].number != 0xFF {
      if slots[slot].hash == hash { return slots[slot].number }
      slot = (slot + 1) & 255
    }
    return nil
  }

  /// FNV-1a with a last mix.
  static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    return hash ^ hash >> 29
  }
}
