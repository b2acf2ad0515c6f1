import Histories

/// A ratio of EDN, `-2/6`, in lowest terms, so that one number has one text.
struct Ratio {
  /// `-1/3`, or `-2` where the denominator divides.
  private let text: String

  /// Takes a literal apart; nil when it is none or divides by zero.
  init?(_ token: String) {
    let parts = token.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    let isNegative = parts[0].hasPrefix("-")
    let numerator = isNegative || parts[0].hasPrefix("+") ? parts[0].dropFirst() : parts[0]
    guard let top = Ratio.digits(numerator), let bottom = Ratio.digits(parts[1]), bottom != "0"
    else { return nil }
    let sign = isNegative && top != "0" ? "-" : ""
    // Beyond 64 bits it stays as it is written, which is in lowest terms where Clojure wrote it.
    guard let over = UInt64(top), let under = UInt64(bottom) else {
      text = sign + top + "/" + bottom
      return
    }
    let common = Ratio.divisor(over, under)
    text = sign + String(over / common) + (under == common ? "" : "/" + String(under / common))
  }

  /// The ratio as text, a whole number as that number.
  func intern(into values: inout ValueTable) -> ValueID {
    guard !text.contains("/"), let number = values.intern(number: text) else {
      return values.intern(string: text)
    }
    return number
  }

  /// The digits without leading zeros; nil for anything else.
  private static func digits(_ text: Substring) -> String? {
    guard !text.isEmpty, text.utf8.allSatisfy(Words.isDigit) else { return nil }
    let rest = text.drop { $0 == "0" }
    return rest.isEmpty ? "0" : String(rest)
  }

  private static func divisor(_ one: UInt64, _ other: UInt64) -> UInt64 {
    var (large, small) = (one, other)
    while small != 0 { (large, small) = (small, large % small) }
    return large
  }
}
