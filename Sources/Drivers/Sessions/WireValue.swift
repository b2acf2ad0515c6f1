import Base

/// A value as bytes on a wire that stores any bytes: its JSON text.
public enum WireValue {
  /// The member that holds bytes that are no JSON, so that they are no value anybody wrote.
  public static let foreign = "not-json"

  /// The text of a value.
  public static func text(_ value: JSON) -> String {
    if case .integer(let integer) = value { return String(integer) }
    return value.description
  }

  /// The value of stored bytes. What is no JSON was observed too, and no client wrote it: it is
  /// answered as `{"not-json":"…"}`, which a checker finds to be nobody's value. So is JSON that
  /// is written otherwise than by ``text(_:)``: a comparison of bytes takes it for another value
  /// than the one it equals, and the two answers would contradict each other.
  ///
  /// - Complexity: O(bytes); an integer takes no allocation.
  public static func value(_ bytes: [UInt8]) -> JSON {
    if let integer = integer(bytes) { return .integer(integer) }
    if let value = try? JSONParser.parse(bytes), text(value).utf8.elementsEqual(bytes) {
      return value
    }
    return .object([.init(foreign, .string(String(decoding: bytes, as: UTF8.self)))])
  }

  /// A plain decimal of at most 18 digits, or nil.
  private static func integer(_ bytes: [UInt8]) -> Int64? {
    let negative = bytes.first == UInt8(ascii: "-")
    let digits = bytes.count - (negative ? 1 : 0)
    guard digits >= 1, digits <= 18 else { return nil }
    if bytes[negative ? 1 : 0] == UInt8(ascii: "0"), bytes.count > 1 { return nil }
    var value: Int64 = 0
    for byte in bytes.dropFirst(negative ? 1 : 0) {
      guard byte >= 48, byte <= 57 else { return nil }
      value = value * 10 + Int64(byte - 48)
    }
    return negative ? -value : value
  }
}
