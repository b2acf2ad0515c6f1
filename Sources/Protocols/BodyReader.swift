import Base

/// Reads the members of one JSON object and says what is wrong with them.
///
/// Indexes, terms and rounds are refused beyond 2^53: nobody counts that far, and arithmetic on
/// what a stranger sent must not overflow.
struct BodyReader {
  let type: String
  private let value: JSON
  private static let largest: Int64 = 1 << 53

  /// Takes a message's body, which must have a `type`.
  init(_ body: JSON) throws(MalformedMessage) {
    guard body.members != nil else {
      throw MalformedMessage(type: nil, "the body is \(body.kind), expected an object")
    }
    guard let type = body["type"]?.string else {
      throw MalformedMessage(type: nil, "the body has no “type” that is a string")
    }
    self.type = type
    value = body
  }

  /// Takes an object inside a message of that type.
  init(_ value: JSON, inside type: String) throws(MalformedMessage) {
    self.type = type
    self.value = value
    guard value.members != nil else {
      throw MalformedMessage(type: type, "\(type): found \(value.kind), expected an object")
    }
  }

  /// The member as it is; there must be one.
  func any(_ name: String) throws(MalformedMessage) -> JSON {
    guard let member = value[name] else {
      throw MalformedMessage(type: type, "\(type) has no “\(name)”")
    }
    return member
  }

  /// The member, if there is one.
  func optional(_ name: String) -> JSON? { value[name] }

  func text(_ name: String) throws(MalformedMessage) -> String {
    let member = try any(name)
    guard let text = member.string else { throw wrong(name, member, "a string") }
    return text
  }

  func bool(_ name: String) throws(MalformedMessage) -> Bool {
    let member = try any(name)
    guard let flag = member.bool else { throw wrong(name, member, "a Boolean") }
    return flag
  }

  func integer(_ name: String) throws(MalformedMessage) -> Int64 {
    let member = try any(name)
    guard let number = member.integer else { throw wrong(name, member, "a 64-bit integer") }
    return number
  }

  /// An index, a term or a round.
  func count(_ name: String) throws(MalformedMessage) -> Int64 {
    let number = try integer(name)
    guard (0...BodyReader.largest).contains(number) else {
      throw MalformedMessage(
        type: type, "\(type): “\(name)” is \(number), expected a number from 0 to 2^53")
    }
    return number
  }

  func object(_ name: String) throws(MalformedMessage) -> BodyReader {
    let member = try any(name)
    guard member.members != nil else { throw wrong(name, member, "an object") }
    return try BodyReader(member, inside: type)
  }

  /// The elements of an array of objects.
  func list<Element>(
    _ name: String, _ read: (BodyReader) throws(MalformedMessage) -> Element
  ) throws(MalformedMessage) -> [Element] {
    let member = try any(name)
    guard let items = member.array else { throw wrong(name, member, "an array") }
    var elements: [Element] = []
    elements.reserveCapacity(items.count)
    for item in items { elements.append(try read(try BodyReader(item, inside: type))) }
    return elements
  }

  /// The elements of an array of strings.
  func names(_ name: String) throws(MalformedMessage) -> [String] {
    let member = try any(name)
    guard let items = member.array else { throw wrong(name, member, "an array") }
    var names: [String] = []
    for item in items {
      guard let text = item.string else { throw wrong(name, item, "an array of strings") }
      names.append(text)
    }
    return names
  }

  /// The elements of an array of counts.
  func counts(_ name: String) throws(MalformedMessage) -> [Int64] {
    let member = try any(name)
    guard let items = member.array else { throw wrong(name, member, "an array") }
    var counts: [Int64] = []
    for item in items {
      guard let number = item.integer, (0...BodyReader.largest).contains(number) else {
        throw wrong(name, item, "an array of numbers from 0 to 2^53")
      }
      counts.append(number)
    }
    return counts
  }

  private func wrong(_ name: String, _ found: JSON, _ expected: String) -> MalformedMessage {
    MalformedMessage(
      type: type, "\(type): “\(name)” is \(found.kind), expected \(expected)")
  }
}
