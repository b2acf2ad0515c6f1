import Base

/// Attributes in OTLP's JSON: pairs of a name and a value that says its own type.
enum SpanAttributes {
  /// What is of another form than OTLP's, with its path.
  struct Flaw: Error {
    var message: String
  }

  /// A list of pairs as an object.
  static func object(_ json: JSON, _ path: String) throws(Flaw) -> JSON {
    var members: [JSON.Member] = []
    for (number, pair) in try list(json, path).enumerated() {
      let path = "\(path).\(number)"
      guard pair.members != nil, let name = pair["key"]?.string else {
        throw Flaw(message: "\(path) has no “key”, expected an object with a key and a value")
      }
      guard !members.contains(where: { $0.name == name }) else {
        throw Flaw(message: "\(path): the attribute “\(name)” is given twice")
      }
      members.append(JSON.Member(name, try value(pair["value"] ?? .null, path + ".value")))
    }
    return .object(members)
  }

  private static func list(_ json: JSON, _ path: String) throws(Flaw) -> [JSON] {
    if json == .null { return [] }
    guard let elements = json.array else {
      throw Flaw(message: "\(path) is \(json.kind), expected a list")
    }
    return elements
  }

  private static func value(_ json: JSON, _ path: String) throws(Flaw) -> JSON {
    // A value of no type is the empty one.
    if json == .null || json == [:] { return .null }
    guard let members = json.members, members.count == 1, let said = members.first else {
      throw Flaw(message: "\(path) is \(MapReader.line(json).prefix(60)), expected one typed value")
    }
    let (name, value) = (said.name, said.value)
    switch (name, value) {
    case ("stringValue", .string), ("bytesValue", .string), ("boolValue", .bool),
      ("intValue", .integer), ("doubleValue", .integer), ("doubleValue", .number):
      return value
    case ("intValue", .string(let text)):
      // OTLP writes 64-bit numbers as text.
      if let number = Int64(text) { return .integer(number) }
    case ("doubleValue", .string(let text)):
      if ["NaN", "Infinity", "-Infinity"].contains(text) { return value }
    case ("arrayValue", .object):
      var elements: [JSON] = []
      for (number, element) in try list(value["values"] ?? [], path + ".values").enumerated() {
        elements.append(try self.value(element, "\(path).values.\(number)"))
      }
      return .array(elements)
    case ("kvlistValue", .object): return try object(value["values"] ?? [], path + ".values")
    default: break
    }
    throw Flaw(
      message: "\(path) is \(MapReader.line(json).prefix(60)), expected a stringValue, boolValue, "
        + "intValue, doubleValue, bytesValue, arrayValue or kvlistValue")
  }
}
