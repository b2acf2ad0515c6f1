import Histories

/// One operation of Jepsen's history as Fressian has it.
struct JepsenOperation {
  var index: Int64?
  var time = Event.noTime
  var type = ValueTable.none
  var process = ValueTable.none
  var function = ValueTable.null
  var value = ValueTable.none
  /// Whether the value is a pair as Jepsen's independent keys are.
  var isTuple = false
  /// The further fields, by their keys.
  var extras: [(key: ValueID, value: ValueID)] = []
}

extension FressianScanner {
  /// Reads an operation: Jepsen's own type, or a map as before its version 0.3.
  ///
  /// - Throws: ``ScanError`` for anything else.
  mutating func operation(
    into values: inout ValueTable
  ) throws(ScanError) -> JepsenOperation {
    let start = position
    guard let (tag, fields) = try structure(into: &values) else {
      let id = try value(into: &values)
      throw error("found \(values.describe(id)), expected an operation", at: start)
    }
    var operation = JepsenOperation()
    switch tag {
    case .operation where fields == 7:
      operation.index = try integer()
      operation.time = try integer()
      operation.type = try value(into: &values)
      operation.process = try value(into: &values)
      operation.function = try value(into: &values)
      try readValue(of: &operation, into: &values)
      try readExtras(of: &operation, into: &values)
    case .map: try readMembers(of: &operation, into: &values)
    case .record:
      _ = try value(into: &values)
      let place = position
      guard let (inner, _) = try structure(into: &values), inner == .map else {
        throw error("found a record without a map, expected an operation", at: place)
      }
      try readMembers(of: &operation, into: &values)
    default: throw error("found the tag “\(tag)”, expected an operation", at: start)
    }
    if operation.time == -1 { operation.time = Event.noTime }
    return operation
  }

  /// Reads the value, in which nothing may be unknown.
  private mutating func readValue(
    of operation: inout JepsenOperation, into values: inout ValueTable
  ) throws(ScanError) {
    isStrict = true
    defer { isStrict = false }
    let start = position
    if let (tag, fields) = try structure(into: &values) {
      operation.isTuple = tag == .mapEntry
      operation.value = try structure(tag, fields, into: &values)
    } else {
      position = start
      operation.value = try value(into: &values)
    }
  }

  /// Reads the map of further fields, or null.
  private mutating func readExtras(
    of operation: inout JepsenOperation, into values: inout ValueTable
  ) throws(ScanError) {
    let start = position
    if peek == 0xF7 {
      position += 1
      return
    }
    guard let (tag, _) = try structure(into: &values), tag == .map else {
      throw error("found no map of further fields in an operation", at: start)
    }
    var list = try partList()
    while try goesOn(&list) {
      let key = try value(into: &values)
      guard try goesOn(&list) else { throw error("found a key that has no value", at: start) }
      operation.extras.append((key, try value(into: &values)))
    }
  }

  private mutating func readMembers(
    of operation: inout JepsenOperation, into values: inout ValueTable
  ) throws(ScanError) {
    var seen: Set<ValueID> = []
    var list = try partList()
    while try goesOn(&list) {
      let start = position
      let key = try value(into: &values)
      guard seen.insert(key).inserted else {
        throw error("found \(values.describe(key)) twice in one operation", at: start)
      }
      guard try goesOn(&list) else {
        throw error("found \(values.describe(key)) without a value", at: start)
      }
      switch values.string(key) {
      case "index": operation.index = try integer()
      case "time": operation.time = peek == 0xF7 ? try skipNull() : try integer()
      case "type": operation.type = try value(into: &values)
      case "process": operation.process = try value(into: &values)
      case "f": operation.function = try value(into: &values)
      case "value": try readValue(of: &operation, into: &values)
      default: operation.extras.append((key, try value(into: &values)))
      }
    }
  }

  private mutating func skipNull() throws(ScanError) -> Int64 {
    position += 1
    return -1
  }
}
