import Histories

/// A register whose system said in which order it worked: every completion names a revision.
///
/// **Precondition.** Every call that completed carries an integer `revision`, such as the index in
/// a log of the entry that did it or that a read reflects, or the version of what was read or
/// written (etcd's `mod_revision`).
///
/// **Method.** Calls in the order of their revisions, at one revision what installs before what
/// only sees, and that in the order of invocations. A pending installer carries no revision; one is
/// put where its value is seen and nothing else explains it. If the result is legal and respects
/// time it is an order (N. Lynch, “Distributed Algorithms”, 1996, lemma 13.16: a partial order of
/// this kind suffices). One sort, one pass.
///
/// **Never a violation.** Linearizability is about values; a revision may be wrong where values are
/// right. So whatever does not fit passes.
enum VersionOrder {
  /// Decides a key, or passes.
  ///
  /// - Complexity: O(n log n).
  static func decide(_ task: KeyTask) -> RungAnswer {
    guard task.revisions.count == task.calls.count else { return .pass }
    let ledger = Ledger(task.budget)
    guard ledger.reserve(bytes: task.calls.count * 48), var replay = Replay(task) else {
      return .pass
    }
    var entries: [(revision: Int64, step: Int64)] = []
    entries.reserveCapacity(task.calls.count)
    for (position, call) in task.calls.enumerated() where call.end != .pending {
      let revision = task.revisions[position]
      if revision < 0 { return .pass }
      let isSight: Int64 = replay.installs(position) ? 0 : 1
      entries.append((revision, isSight << 32 | Int64(position)))
    }
    entries.sort { ($0.revision, $0.step) < ($1.revision, $1.step) }
    for entry in entries {
      guard replay.apply(Int(entry.step & 0xFFFF_FFFF)) else { return .pass }
    }
    return .positions(replay.order)
  }

  /// The register while the calls are applied.
  private struct Replay {
    private(set) var order: [Int32] = []
    private let task: KeyTask
    private var state: ValueID
    private var latest: Int32 = -1
    /// Pending installers by what they install, the first invoked last.
    private var pending: [ValueID: [Int]] = [:]

    init?(_ task: KeyTask) {
      guard let initial = task.settings.initial else { return nil }
      state = initial == ValueTable.none ? ValueTable.null : initial
      self.task = task
      for position in task.calls.indices.reversed() {
        switch meaning(position) {
        case .malformed: return nil
        case .write(let value), .swap(_, let value):
          if task.calls[position].end == .pending { pending[value, default: []].append(position) }
        default: break
        }
      }
    }

    private func meaning(_ position: Int) -> RegisterCall {
      RegisterCall(task.calls[position], task.settings, task.values)
    }

    func installs(_ position: Int) -> Bool {
      switch meaning(position) {
      case .write, .swap: true
      default: false
      }
    }

    mutating func apply(_ position: Int) -> Bool {
      switch meaning(position) {
      case .write(let value): state = value
      case .read(let value):
        guard sees(value, task.calls[position].returned) else { return false }
      case .swap(let old, let new):
        guard sees(old, task.calls[position].returned) else { return false }
        state = new
      case .mismatch(let value): if state == value { return false }
      case .anything, .nothing: break
      case .malformed: return false
      }
      return append(position)
    }

    /// Whether the register holds a value, or a pending installer can have put it there.
    private mutating func sees(_ value: ValueID, _ returned: Int32) -> Bool {
      if state == value { return true }
      guard let place = pending[value]?.lastIndex(where: { isPossible($0, before: returned) })
      else { return false }
      guard let position = pending[value]?.remove(at: place) else { return false }
      state = value
      return append(position)
    }

    private func isPossible(_ position: Int, before returned: Int32) -> Bool {
      guard task.calls[position].invoked < returned else { return false }
      if case .swap(let old, _) = meaning(position) { return old == state }
      return true
    }

    private mutating func append(_ position: Int) -> Bool {
      let call = task.calls[position]
      if call.returned < latest { return false }
      latest = max(latest, call.invoked)
      order.append(Int32(position))
      return true
    }
  }
}

extension Rung {
  /// Registers whose completions name revisions.
  static let versionOrder = Rung(name: "version-order") { VersionOrder.decide($0) }
}
