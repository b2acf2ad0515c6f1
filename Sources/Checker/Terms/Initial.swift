import Base
import Histories

extension Settings {
  /// The elements of an initial collection, empty when none was given.
  func initialElements(_ values: ValueTable) throws(CheckError) -> [ValueID] {
    let initial = try known(values)
    if initial <= ValueTable.null { return [] }
    guard [.list, .set].contains(values.kind(of: initial)) else {
      throw wrong(initial, "a list of elements", values)
    }
    return Array(values.parts(of: initial))
  }

  /// What each key holds at first, from a map; nothing when none was given, nil when it is unknown.
  func initialRegisters(_ values: ValueTable) throws(CheckError) -> [ValueID: ValueID]? {
    guard let initial else { return nil }
    if initial <= ValueTable.null { return [:] }
    guard values.kind(of: initial) == .map else {
      throw wrong(initial, "a map of keys and values", values)
    }
    let parts = Array(values.parts(of: initial))
    var registers: [ValueID: ValueID] = [:]
    for place in stride(from: 0, to: parts.count, by: 2) {
      registers[parts[place]] = parts[place + 1]
    }
    return registers
  }

  /// The initial number, 0 when none was given.
  func initialInteger(_ values: ValueTable) throws(CheckError) -> Int64 {
    let initial = try known(values)
    if initial <= ValueTable.null { return 0 }
    guard let number = values.integer(initial) else {
      throw wrong(initial, "an integer of 64 bits", values)
    }
    return number
  }

  /// The initial text, a string's id, or nil when none was given.
  func initialText(_ values: ValueTable) throws(CheckError) -> ValueID? {
    let initial = try known(values)
    if initial <= ValueTable.null { return nil }
    guard values.kind(of: initial) == .string else { throw wrong(initial, "a string", values) }
    return initial
  }

  /// Refuses any initial value, for objects that have but one.
  func requireNoInitial(_ values: ValueTable) throws(CheckError) {
    let initial = try known(values)
    if initial > ValueTable.null { throw wrong(initial, "none for this model", values) }
  }

  private func known(_ values: ValueTable) throws(CheckError) -> ValueID {
    guard let initial else {
      throw CheckError(
        "only registers can have an unknown initial value; give a value or leave it out",
        code: .usage)
    }
    return initial
  }

  private func wrong(
    _ initial: ValueID, _ expected: String, _ values: ValueTable
  ) -> CheckError {
    CheckError(
      line: isInitialOfHeader ? 1 : nil,
      "the initial value is \(values.describe(initial)); expected \(expected)",
      code: isInitialOfHeader ? .badInput : .usage)
  }
}

extension Call {
  /// The element of an operation that puts one into a queue, bag or stack: not null, which stands
  /// for “empty” when taken out.
  func requireElement(_ values: ValueTable) throws(CheckError) -> ValueID {
    guard input != ValueTable.null else {
      throw CheckError(
        line: line,
        "“\(function.rawValue)” has no value; null stands for “empty” and cannot be put in")
    }
    try requireEcho(values)
    return input
  }

  /// The integer of an operation's value.
  func requireInteger(_ value: ValueID, _ values: ValueTable) throws(CheckError) -> Int64 {
    guard let number = values.integer(value) else {
      throw wrong(value, "an integer of 64 bits", values)
    }
    return number
  }

  /// Refuses a lock's completion that does not say plainly that it happened.
  func requireNoAnswer(_ values: ValueTable) throws(CheckError) {
    guard end == .ok, output > ValueTable.null, output != input, output != ValueTable.true else {
      return
    }
    throw CheckError(
      line: completedLine,
      "“\(function.rawValue)” of line \(line) completed ok with "
        + "\(values.describe(output)); expected no value (one that was refused is recorded as fail)"
    )
  }
}

/// Dense numbers for values or processes in the order in which they are met.
struct Numbering<Name: Hashable & Sendable>: Sendable {
  private(set) var names: [Name] = []
  private var numbers: [Name: Int32] = [:]

  /// The number of a name, a new one when it is met the first time.
  mutating func number(_ name: Name) -> Int32 {
    if let known = numbers[name] { return known }
    let number = Int32(names.count)
    numbers[name] = number
    names.append(name)
    return number
  }
}
