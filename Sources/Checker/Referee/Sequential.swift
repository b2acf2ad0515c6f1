import Histories

/// A model as its specification reads: one plain value, changed by one operation at a time.
///
/// Written apart from the machines that the search runs on and sharing nothing with them, so that
/// a mistake in one is caught by the other. The verifier and the referee run on these.
protocol Sequential: Hashable, SendableMetatype {
  /// The object before the first operation.
  init(settings: Settings, values: ValueTable)

  /// The objects that a call may leave behind, none when it is impossible now. A pending call may
  /// have had any result; when it may also have changed nothing, leaving it out says the same.
  func outcomes(of call: Call, _ values: ValueTable) -> [Self]

  /// Applies a call in place; false when it is impossible now. A pending call that has a choice
  /// takes the given result.
  mutating func apply(_ call: Call, result: ValueID, _ values: ValueTable) -> Bool

  /// Whether nothing is learnt about it by looking at it: it is known.
  var isSettled: Bool { get }

  /// How much it holds: what a copy costs.
  var extent: Int { get }

  /// Gives the values that it holds the ids of another table.
  mutating func rename(_ name: (ValueID) -> ValueID)
}

extension Sequential {
  var isSettled: Bool { true }
  var extent: Int { 1 }

  func outcomes(of call: Call, _ values: ValueTable) -> [Self] {
    var copy = self
    return copy.apply(call, result: ValueTable.none, values) ? [copy] : []
  }
}

/// A register as a plain value.
struct SequentialRegister: Sequential {
  /// Nil while nobody knows.
  private var value: ValueID?
  /// What the unknown value is not.
  private var excluded: Set<ValueID> = []
  private let ignoresNullReads: Bool

  init(settings: Settings, values: ValueTable) {
    value = settings.initial == ValueTable.none ? ValueTable.null : settings.initial
    ignoresNullReads = settings.ignoresNullReads
  }

  mutating func apply(_ call: Call, result: ValueID, _ values: ValueTable) -> Bool {
    switch call.function {
    case .write:
      value = call.input
      excluded = []
      return true
    case .read:
      if call.end == .pending { return true }
      if call.output == ValueTable.null, ignoresNullReads { return true }
      return sees(call.output)
    default:
      guard let pair = values.pair(call.input) else { return false }
      if call.end == .mismatch {
        if let value { return value != pair.first }
        excluded.insert(pair.first)
        return true
      }
      guard sees(pair.first) else { return false }
      value = pair.second
      return true
    }
  }

  var isSettled: Bool { value != nil }

  private mutating func sees(_ seen: ValueID) -> Bool {
    if let value { return value == seen }
    if excluded.contains(seen) { return false }
    value = seen
    excluded = []
    return true
  }

  mutating func rename(_ name: (ValueID) -> ValueID) {
    value = value.map(name)
    excluded = Set(excluded.map(name))
  }
}
