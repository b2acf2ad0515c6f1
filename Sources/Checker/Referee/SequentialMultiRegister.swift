import Histories

/// Several registers as a plain value.
struct SequentialMultiRegister: Sequential {
  /// What each key holds, unless that is null.
  private var held: [ValueID: ValueID] = [:]
  private let ignoresNullReads: Bool

  init(settings: Settings, values: ValueTable) {
    ignoresNullReads = settings.ignoresNullReads
    let initial = Array(values.parts(of: settings.initial ?? ValueTable.none))
    for place in stride(from: 0, to: initial.count, by: 2) {
      held[initial[place]] = initial[place + 1]
    }
  }

  mutating func apply(_ call: Call, result: ValueID, _ values: ValueTable) -> Bool {
    let value = call.end == .ok && call.output != ValueTable.none ? call.output : call.input
    for part in values.parts(of: value) {
      let words = Array(values.parts(of: part))
      if values.string(words[0])?.first == "w" {
        held[words[1]] = words[2]
      } else if call.end == .ok {
        if words[2] == ValueTable.null, ignoresNullReads { continue }
        if held[words[1]] ?? ValueTable.null != words[2] { return false }
      }
    }
    return true
  }

  mutating func rename(_ name: (ValueID) -> ValueID) {
    var renamed: [ValueID: ValueID] = [:]
    for (key, value) in held { renamed[name(key)] = name(value) }
    held = renamed
  }
}
