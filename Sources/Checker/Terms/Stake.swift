import Histories

/// Whether a key has an answer that could have been wrong, call by call: one that some order of
/// operations would contradict.
///
/// Without one a history holds whatever its system did, which proves nothing. Where nobody knows
/// what a register held at first, the first answer only tells that. So there a register must be
/// seen twice, or after a write to it that was over, or together with another by a transaction
/// while something is written.
struct Stake: Sendable {
  /// What is known of one register whose initial value nobody knows.
  private struct Register {
    var isSeen = false
    /// When the first write to it was over.
    var written = Int64.max
  }

  /// Whether there is such an answer.
  private(set) var isMet = false
  private var registers: [ValueID: Register] = [:]
  private var isWritten = false
  private var isSeenWide = false

  /// Takes the next call with its moments. One that was over before another began comes first.
  ///
  /// - Complexity: O(1), for a transaction O(its parts).
  mutating func add(
    _ call: Call, invoked: Int64, returned: Int64, _ settings: Settings, _ values: ValueTable
  ) {
    if isMet { return }
    guard settings.initial == nil, [.read, .write, .cas, .txn].contains(call.function) else {
      isMet = call.constrains(settings, values)
      return
    }
    let parts = Stake.parts(of: call, values)
    var own: Set<ValueID> = []
    var seen: Set<ValueID> = []
    for part in parts {
      if part.isWrite {
        own.insert(part.key)
        isWritten = true
      } else if call.end != .pending, !settings.ignoresNullReads || part.value > ValueTable.null {
        if own.contains(part.key) { isMet = true }
        seen.insert(part.key)
        see(part.key, invoked)
      }
    }
    if seen.count > 1 { isSeenWide = true }
    if isSeenWide, isWritten { isMet = true }
    guard call.end == .ok else { return }
    for key in own {
      registers[key, default: Register()].written = min(
        registers[key]?.written ?? Int64.max, returned)
    }
  }

  /// Gives the ids of another table; what is met needs none.
  mutating func rename(_ name: (ValueID) -> ValueID) {
    if registers.isEmpty { return }
    var renamed: [ValueID: Register] = [:]
    for (key, register) in registers { renamed[name(key)] = register }
    registers = renamed
  }

  private mutating func see(_ key: ValueID, _ invoked: Int64) {
    if let known = registers[key], known.isSeen || known.written < invoked { isMet = true }
    registers[key, default: Register()].isSeen = true
  }

  /// What a call sees and writes, in its order; a lone register has no key.
  private static func parts(of call: Call, _ values: ValueTable) -> [MicroOperation] {
    let none = ValueTable.none
    switch call.function {
    case .read: return [MicroOperation(isWrite: false, key: none, value: call.output)]
    case .write: return [MicroOperation(isWrite: true, key: none, value: call.input)]
    case .cas:
      // What it found is never null to whoever takes that for unknown.
      let sight = MicroOperation(isWrite: false, key: none, value: ValueTable.true)
      guard call.end != .mismatch else { return [sight] }
      return [sight, MicroOperation(isWrite: true, key: none, value: call.input)]
    default:
      let told = call.end == .ok && call.output != none ? call.output : call.input
      return (try? MicroOperation.all(of: call, told, values)) ?? []
    }
  }
}
