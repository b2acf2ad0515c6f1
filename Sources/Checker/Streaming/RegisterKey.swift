import Histories

/// A register's key, watched by its zones.
struct RegisterKey: KeyStream {
  private(set) var zones: RegisterStream
  private let settings: Settings

  init(initial: ValueID, _ settings: Settings, patience: Int) {
    zones = RegisterStream(initial: initial, patience: patience)
    self.settings = settings
  }

  private func role(_ call: StreamCall, _ values: ValueTable) -> RegisterStream.Role {
    switch call.call.function {
    case .write: return .write(call.call.input)
    case .read:
      let value = call.call.output
      if value == ValueTable.none || value == ValueTable.null && settings.ignoresNullReads {
        return .idle
      }
      return .read(value)
    default:
      let pair = values.parts(of: call.call.input)
      guard pair.count == 2, let old = pair.first, let new = pair.last else { return .idle }
      return old == new ? .read(old) : .swap(from: old, to: new)
    }
  }

  mutating func invoke(_ call: StreamCall, _ values: ValueTable) -> KeyStep {
    zones.invoke(call, role(call, values)) ? .fine : .repeats
  }

  mutating func complete(
    _ call: StreamCall, _ outcome: Outcome, _ values: ValueTable
  ) -> KeyStep {
    let flaw: StreamFlaw?
    switch outcome {
    case .ok:
      if call.call.end == .mismatch { return .repeats }
      flaw = zones.complete(call, role(call, values))
    case .indeterminate:
      zones.abandon(call)
      flaw = nil
    case .fail:
      if call.call.end == .mismatch { return .repeats }
      flaw = zones.withdraw(call, role(call, values))
    }
    return flaw.map { .flaw($0) } ?? .fine
  }

  mutating func rename(_ name: (ValueID) -> ValueID) { zones.rename(name) }
}
