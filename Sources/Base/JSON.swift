/// A JSON value as a plan, a verdict or a protocol message carries it.
///
/// Histories do not go through this type: their values are interned (`Histories.ValueTable`).
/// Numbers are never rounded: what fits in 64 bits is an ``integer``, the rest keeps its digits.
public enum JSON: Sendable, Equatable {
  case null
  case bool(Bool)
  case integer(Int64)
  /// A number with a fraction, an exponent or more than 64 bits, as it was written.
  case number(String)
  case string(String)
  case array([JSON])
  /// Members in the order they were written; names are unique (the parser refuses duplicates).
  case object([Member])

  /// One name and its value.
  public struct Member: Sendable, Equatable {
    /// The member's name.
    public var name: String
    /// The member's value.
    public var value: JSON

    /// Pairs a name with its value. That names are unique in their object is left to the caller.
    public init(_ name: String, _ value: JSON) {
      self.name = name
      self.value = value
    }
  }
}

extension JSON {
  /// The member of that name, or nil when there is none or this is no object.
  ///
  /// - Complexity: O(members).
  public subscript(name: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// The text of a string value.
  public var string: String? {
    if case .string(let text) = self { return text }
    return nil
  }

  /// The value of a 64-bit integer.
  public var integer: Int64? {
    if case .integer(let value) = self { return value }
    return nil
  }

  /// The number, rounded to a double where it was written with a fraction.
  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let digits): Double(digits)
    default: nil
    }
  }

  /// The value of a Boolean.
  public var bool: Bool? {
    if case .bool(let value) = self { return value }
    return nil
  }

  /// The elements of an array.
  public var array: [JSON]? {
    if case .array(let elements) = self { return elements }
    return nil
  }

  /// The members of an object, in order.
  public var members: [Member]? {
    if case .object(let members) = self { return members }
    return nil
  }

  /// What kind of value this is, in the words of an error message.
  public var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a Boolean"
    case .integer, .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
  ExpressibleByNilLiteral
{
  /// Lets a text literal stand for a ``string(_:)``.
  public init(stringLiteral value: String) { self = .string(value) }
  /// Lets an integer literal of at most 64 bits stand for an ``integer(_:)``.
  public init(integerLiteral value: Int64) { self = .integer(value) }
  /// Lets `true` and `false` stand for a ``bool(_:)``.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// Lets an array literal, of literals or values, stand for an ``array(_:)``.
  public init(arrayLiteral elements: JSON...) { self = .array(elements) }
  /// Lets `nil` stand for ``null``; where a `JSON?` is expected, `nil` is no value at all.
  public init(nilLiteral: ()) { self = .null }
  /// Lets a dictionary literal stand for an ``object(_:)`` whose members keep their order; a name
  /// that is given twice is not noticed.
  public init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(elements.map { Member($0.0, $0.1) })
  }

  /// A ``number(_:)`` with as many digits as it takes to read it back; ``null`` for what JSON
  /// cannot say, infinities and what is not a number.
  public init(_ value: Double) {
    self = value.isFinite ? .number("\(value)") : .null
  }

  /// An ``integer(_:)``, for counts and other variables, where a literal will not do.
  public init(_ value: Int) { self = .integer(Int64(value)) }
}

extension ByteWriter {
  /// Appends a value on one line, without spaces.
  public mutating func write(_ json: JSON) {
    switch json {
    case .null: write("null")
    case .bool(let value): write(value ? "true" : "false")
    case .integer(let value): write(value)
    case .number(let digits): write(digits)
    case .string(let text): write(jsonString: text)
    case .array(let elements):
      write(byte: UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { write(byte: UInt8(ascii: ",")) }
        write(element)
      }
      write(byte: UInt8(ascii: "]"))
    case .object(let members):
      write(byte: UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { write(byte: UInt8(ascii: ",")) }
        write(jsonString: member.name)
        write(byte: UInt8(ascii: ":"))
        write(member.value)
      }
      write(byte: UInt8(ascii: "}"))
    }
  }
}

extension JSON: CustomStringConvertible {
  /// The value as JSON text on one line.
  public var description: String {
    var writer = ByteWriter()
    writer.write(self)
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}
