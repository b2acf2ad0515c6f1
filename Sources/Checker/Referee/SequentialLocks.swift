import Histories

/// A counter as a plain value; no history has as many numbers of 64 bits as 128 bits cannot add.
struct SequentialCounter: Sequential {
  private var value: Int128

  init(settings: Settings, values: ValueTable) {
    value = Int128(settings.initial.flatMap { values.integer($0) } ?? 0)
  }

  mutating func apply(_ call: Call, result: ValueID, _ values: ValueTable) -> Bool {
    if call.function == .add {
      value += Int128(values.integer(call.input) ?? 0)
      return true
    }
    return call.end == .pending || values.integer(call.output).map { Int128($0) } == value
  }

  mutating func rename(_ name: (ValueID) -> ValueID) {}
}

/// A lock as a plain value.
struct SequentialLock: Sequential {
  private var owner: Int64?

  init(settings: Settings, values: ValueTable) {}

  mutating func apply(_ call: Call, result: ValueID, _ values: ValueTable) -> Bool {
    if call.function == .acquire {
      if owner != nil { return false }
      owner = call.process
    } else {
      if owner != call.process { return false }
      owner = nil
    }
    return true
  }

  mutating func rename(_ name: (ValueID) -> ValueID) {}
}

/// A reentrant lock as a plain value: who holds it, once for each time.
struct SequentialReentrantLock: Sequential {
  private var holds: [Int64] = []

  init(settings: Settings, values: ValueTable) {}

  mutating func apply(_ call: Call, result: ValueID, _ values: ValueTable) -> Bool {
    if call.function == .acquire {
      if let owner = holds.last, owner != call.process { return false }
      holds.append(call.process)
      return true
    }
    return holds.popLast() == call.process
  }

  mutating func rename(_ name: (ValueID) -> ValueID) {}
}

/// A semaphore as a plain value: who holds permits, once for each.
struct SequentialSemaphore: Sequential {
  private var holds: [Int64] = []
  private let permits: Int

  init(settings: Settings, values: ValueTable) {
    permits = settings.permits
  }

  mutating func apply(_ call: Call, result: ValueID, _ values: ValueTable) -> Bool {
    if call.function == .acquire {
      if holds.count == permits { return false }
      holds.append(call.process)
      holds.sort()
      return true
    }
    guard let place = holds.firstIndex(of: call.process) else { return false }
    holds.remove(at: place)
    return true
  }

  mutating func rename(_ name: (ValueID) -> ValueID) {}
}

/// A fenced lock as a plain value.
struct SequentialFencedLock: Sequential {
  private var owner: Int64?
  private var token: Int64?

  init(settings: Settings, values: ValueTable) {}

  /// A pending acquisition gets the least token that it may have got; above the largest number
  /// there is none.
  mutating func apply(_ call: Call, result: ValueID, _ values: ValueTable) -> Bool {
    if call.function == .release {
      if owner != call.process { return false }
      if let named = values.integer(call.input), named != token { return false }
      owner = nil
      return true
    }
    if owner != nil { return false }
    if call.end == .pending {
      if let last = token {
        guard last < Int64.max else { return false }
        token = last + 1
      }
      owner = call.process
      return true
    }
    owner = call.process
    guard let new = values.integer(call.output), token.map({ $0 < new }) ?? true else {
      return false
    }
    token = new
    return true
  }

  mutating func rename(_ name: (ValueID) -> ValueID) {}
}

/// A generator of ids as a plain value.
struct SequentialUniqueIDs: Sequential {
  private var given: Set<ValueID> = []
  var extent: Int { given.count }

  init(settings: Settings, values: ValueTable) {}

  mutating func apply(_ call: Call, result: ValueID, _ values: ValueTable) -> Bool {
    call.end == .pending || given.insert(call.output).inserted
  }

  mutating func rename(_ name: (ValueID) -> ValueID) { given = Set(given.map(name)) }
}
