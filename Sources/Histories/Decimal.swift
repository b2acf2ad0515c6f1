/// A decimal number taken apart exactly: `±digits × 10^exponent`, no digit lost.
struct Decimal {
  private var isNegative = false
  /// Without leading and trailing zeros; empty for zero.
  private var digits: [UInt8] = []
  private var exponent = 0

  /// Takes a literal apart; nil when it is no number or its exponent has over nine digits.
  init?(_ literal: some StringProtocol) {
    var rest = Array(literal.utf8)[...]
    if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      isNegative = sign == UInt8(ascii: "-")
      rest.removeFirst()
    }
    let isDigit = { (byte: UInt8) in (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    digits = Array(rest.prefix(while: isDigit))
    rest = rest.dropFirst(digits.count)
    var found = digits.count
    if rest.first == UInt8(ascii: ".") {
      let fraction = rest.dropFirst().prefix(while: isDigit)
      found += fraction.count
      digits += fraction
      exponent = -fraction.count
      rest = rest.dropFirst(fraction.count + 1)
    }
    guard found > 0 else { return nil }
    if let letter = rest.first, letter == UInt8(ascii: "e") || letter == UInt8(ascii: "E") {
      let power = String(decoding: rest.dropFirst(), as: UTF8.self)
      guard power.utf8.count <= 11, let shift = Int(power) else { return nil }
      exponent += shift
      rest = []
    }
    guard rest.isEmpty else { return nil }
    digits = Array(digits.drop { $0 == UInt8(ascii: "0") })
    while digits.last == UInt8(ascii: "0") {
      digits.removeLast()
      exponent += 1
    }
    if digits.isEmpty { (isNegative, exponent) = (false, 0) }
    guard abs(exponent) < 1_000_000_000 else { return nil }
  }

  /// The number when it is a 64-bit integer.
  var integer: Int64? {
    guard exponent >= 0, digits.count + exponent <= 19 else { return nil }
    let zeros = [UInt8](repeating: UInt8(ascii: "0"), count: exponent)
    let sign = isNegative ? "-" : ""
    return Int64(sign + String(decoding: digits.isEmpty ? [48] : digits + zeros, as: UTF8.self))
  }

  /// One text for one number, and a JSON number: `1.25`, `-0.5`, `123e40`.
  var canonical: String {
    let sign = isNegative ? "-" : ""
    let text = String(decoding: digits, as: UTF8.self)
    let whole = digits.count + exponent
    if exponent < 0, whole > 0, whole <= 20 {
      return sign + text.prefix(whole) + "." + text.dropFirst(whole)
    }
    if exponent < 0, whole > -6, whole <= 0 {
      return sign + "0." + String(repeating: "0", count: -whole) + text
    }
    if exponent >= 0, whole <= 40 { return sign + text + String(repeating: "0", count: exponent) }
    return sign + text + "e\(exponent)"
  }
}
