import Base

/// What a node has made durable, and what is written and not yet synced.
///
/// The contract of ``ProtocolEffect``: records are appended, or all replaced at one moment; nothing
/// that follows from a record leaves before it is synced. When the power fails, or the process is
/// killed, in the middle of a sync, any prefix of what was being written may be there: a torn
/// record ends the log, is told by its length and counts as absent.
///
/// A damaged record is there and is not what was written, as its checksum shows (it covers the
/// record's place too), wherever in the log it is: whoever meets one must not start. That is what
/// the live node's log of records does.
struct SimulatedDisk {
  private enum Write {
    case append([UInt8])
    case replace([[UInt8]])
  }

  /// Every record that is durable, in order, as it was written.
  private(set) var records: [[UInt8]] = []
  /// The places of those that are damaged.
  private(set) var damaged: Set<Int> = []
  private var unsynced: [Write] = []
  /// Set when the next record goes to another one's place, which this chooses.
  private var strays: UInt64?

  /// Whether something waits to be synced.
  var isDirty: Bool { !unsynced.isEmpty }

  mutating func append(_ record: [UInt8]) { unsynced.append(.append(record)) }
  mutating func replace(_ records: [[UInt8]]) { unsynced.append(.replace(records)) }

  /// All that was written is durable.
  mutating func sync() { carryOut(unsynced.count) }

  /// The end came while it was being written.
  ///
  /// - Returns: how many writes are lost.
  mutating func lose(_ random: inout SplitMix64) -> Int {
    guard isDirty else { return 0 }
    let written = unsynced.count
    let kept = random.draw(0..<written + 1)
    carryOut(kept)
    return written - kept
  }

  /// Empties it.
  mutating func wipe() {
    records = []
    unsynced = []
    damaged = []
  }

  // MARK: damage

  /// Damages one of its records, if it has any.
  mutating func rot(_ random: inout SplitMix64) {
    guard !records.isEmpty else { return }
    damaged.insert(random.draw(0..<records.count))
  }

  /// The next record that is added goes astray.
  mutating func misdirect(_ random: inout SplitMix64) { strays = random.next() }

  /// Every record is what was written.
  mutating func repair() {
    damaged = []
    strays = nil
  }

  private mutating func carryOut(_ count: Int) {
    for write in unsynced.prefix(count) {
      switch write {
      case .append(let record): add(record)
      case .replace(let all):
        records = all
        damaged = []
      }
    }
    unsynced.removeAll(keepingCapacity: true)
  }

  private mutating func add(_ record: [UInt8]) {
    if let strays {
      // What it lands on is gone, and where it belongs there is nothing.
      damaged.insert(records.count)
      if !records.isEmpty { damaged.insert(Int(strays % UInt64(records.count))) }
      self.strays = nil
    }
    records.append(record)
  }
}
