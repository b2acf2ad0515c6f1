import Histories

/// What one call does to a register, in the words of every rung for registers.
enum RegisterCall {
  /// Installs a value whatever was there.
  case write(ValueID)
  /// Saw a value: a read, or a compare-and-set of a value for itself.
  case read(ValueID)
  /// Takes one value and installs another.
  case swap(old: ValueID, new: ValueID)
  /// Saw another value than this one.
  case mismatch(ValueID)
  /// Says nothing and needs nothing, but completed.
  case anything
  /// Says nothing, and may have never happened.
  case nothing
  /// The machine has a message for it.
  case malformed

  /// Reads a call.
  @inline(__always)
  init(_ call: Call, _ settings: Settings, _ values: borrowing ValueTable) {
    if call.function == .write {
      let isEcho = call.end != .ok || call.output <= ValueTable.null || call.output == call.input
      self = isEcho ? .write(call.input) : .malformed
    } else if call.function == .read {
      if call.end != .ok {
        self = .nothing
      } else if call.output > ValueTable.null {
        self = .read(call.output)
      } else if call.output == ValueTable.none {
        self = .malformed
      } else {
        self = settings.ignoresNullReads ? .anything : .read(ValueTable.null)
      }
    } else {
      guard let pair = values.pair(call.input),
        call.end != .ok || call.output <= ValueTable.null || call.output == call.input
      else {
        self = .malformed
        return
      }
      if call.end == .mismatch {
        self = .mismatch(pair.first)
      } else if pair.first != pair.second {
        self = .swap(old: pair.first, new: pair.second)
      } else {
        self = call.end == .ok ? .read(pair.first) : .nothing
      }
    }
  }
}
