import Histories

/// A set as a plain value.
struct SequentialSet: Sequential {
  private var elements: Set<ValueID> = []
  var extent: Int { elements.count }

  init(settings: Settings, values: ValueTable) {
    elements = Set(values.parts(of: settings.initial ?? ValueTable.none))
  }

  mutating func apply(_ call: Call, result: ValueID, _ values: ValueTable) -> Bool {
    switch call.function {
    case .add: elements.insert(call.input)
    case .remove: elements.remove(call.input)
    case .contains:
      if call.end == .pending { return true }
      let answer = values.parts(of: call.output).last
      return answer == values.intern(bool: elements.contains(call.input))
    default:
      if call.end == .pending { return true }
      let read = Array(values.parts(of: call.output))
      return read.count == elements.count && Set(read) == elements
    }
    return true
  }

  mutating func rename(_ name: (ValueID) -> ValueID) { elements = Set(elements.map(name)) }
}

/// A queue as a plain value.
struct SequentialQueue: Sequential {
  private var elements: [ValueID] = []
  var extent: Int { elements.count }

  init(settings: Settings, values: ValueTable) {
    elements = Array(values.parts(of: settings.initial ?? ValueTable.none))
  }

  mutating func apply(_ call: Call, result: ValueID, _ values: ValueTable) -> Bool {
    if call.function == .enqueue {
      elements.append(call.input)
      return true
    }
    if elements.isEmpty { return call.end == .pending || call.output == ValueTable.null }
    let first = elements.removeFirst()
    return call.end == .pending || call.output == first
  }

  mutating func rename(_ name: (ValueID) -> ValueID) { elements = elements.map(name) }
}

/// A bag as a plain value.
struct SequentialBag: Sequential {
  private var counts: [ValueID: Int] = [:]
  var extent: Int { counts.count }

  init(settings: Settings, values: ValueTable) {
    for value in values.parts(of: settings.initial ?? ValueTable.none) {
      counts[value, default: 0] += 1
    }
  }

  private mutating func remove(_ value: ValueID) -> Bool {
    guard let count = counts[value] else { return false }
    counts[value] = count == 1 ? nil : count - 1
    return true
  }

  func outcomes(of call: Call, _ values: ValueTable) -> [SequentialBag] {
    if call.function == .dequeue, call.end == .pending {
      return counts.keys.sorted().map { value in
        var copy = self
        _ = copy.remove(value)
        return copy
      }
    }
    var copy = self
    return copy.apply(call, result: ValueTable.none, values) ? [copy] : []
  }

  mutating func apply(_ call: Call, result: ValueID, _ values: ValueTable) -> Bool {
    if call.function == .enqueue {
      counts[call.input, default: 0] += 1
      return true
    }
    let value = call.end == .pending ? result : call.output
    return value == ValueTable.null ? counts.isEmpty : remove(value)
  }

  mutating func rename(_ name: (ValueID) -> ValueID) {
    counts = Dictionary(uniqueKeysWithValues: counts.map { (name($0.key), $0.value) })
  }
}

/// A stack as a plain value.
struct SequentialStack: Sequential {
  private var elements: [ValueID] = []
  var extent: Int { elements.count }

  init(settings: Settings, values: ValueTable) {
    elements = Array(values.parts(of: settings.initial ?? ValueTable.none))
  }

  mutating func apply(_ call: Call, result: ValueID, _ values: ValueTable) -> Bool {
    if call.function == .push {
      elements.append(call.input)
      return true
    }
    guard let top = elements.popLast() else {
      return call.end == .pending || call.output == ValueTable.null
    }
    return call.end == .pending || call.output == top
  }

  mutating func rename(_ name: (ValueID) -> ValueID) { elements = elements.map(name) }
}

/// A log as a plain value.
struct SequentialAppendLog: Sequential {
  private var elements: [ValueID] = []
  var extent: Int { elements.count }

  init(settings: Settings, values: ValueTable) {
    elements = Array(values.parts(of: settings.initial ?? ValueTable.none))
  }

  mutating func apply(_ call: Call, result: ValueID, _ values: ValueTable) -> Bool {
    if call.function == .append {
      elements.append(call.input)
      return true
    }
    return call.end == .pending || values.parts(of: call.output).elementsEqual(elements)
  }

  mutating func rename(_ name: (ValueID) -> ValueID) { elements = elements.map(name) }
}

/// A text as a plain value.
struct SequentialText: Sequential {
  private var text: [UInt8] = []
  var extent: Int { text.count }

  init(settings: Settings, values: ValueTable) {
    if let initial = settings.initial, initial > ValueTable.null {
      text = Array(values.utf8(initial))
    }
  }

  mutating func apply(_ call: Call, result: ValueID, _ values: ValueTable) -> Bool {
    switch call.function {
    case .put: text = Array(values.utf8(call.input))
    case .append: text += values.utf8(call.input)
    default: return call.end == .pending || values.utf8(call.output).elementsEqual(text)
    }
    return true
  }

  mutating func rename(_ name: (ValueID) -> ValueID) {}
}
