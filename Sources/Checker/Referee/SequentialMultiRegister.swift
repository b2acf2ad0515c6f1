import Histories

/// Several registers as a plain value.
struct SequentialMultiRegister: Sequential {
  /// What each key holds, unless that is null; where initial values are unknown, what is known.
  private var held: [ValueID: ValueID] = [:]
  private let ignoresNullReads: Bool
  /// Whether a key that is not in ``held`` may hold anything.
  private let isUnknown: Bool

  init(settings: Settings, values: ValueTable) {
    ignoresNullReads = settings.ignoresNullReads
    isUnknown = settings.initial == nil
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
        if isUnknown, held[words[1]] == nil { held[words[1]] = words[2] }
        if held[words[1]] ?? ValueTable.null != words[2] { return false }
      }
    }
    return true
  }

  var isSettled: Bool { !isUnknown }
  var extent: Int { held.count }

  mutating func rename(_ name: (ValueID) -> ValueID) {
    var renamed: [ValueID: ValueID] = [:]
    for (key, value) in held { renamed[name(key)] = name(value) }
    held = renamed
  }
}
