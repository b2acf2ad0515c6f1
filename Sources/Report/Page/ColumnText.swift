/// A column of integers as text: each the difference to the one before, in base-64 digits of five
/// bits with a continuation bit, the sign in the lowest bit (the coding of source maps).
enum ColumnText {
  private static let digits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// Encodes a column; neighbours must differ by less than 2^62.
  ///
  /// - Complexity: O(n).
  static func encode(_ column: [Int64]) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(column.count * 2)
    var previous: Int64 = 0
    for value in column {
      let difference = value - previous
      previous = value
      var rest = difference.magnitude << 1 | (difference < 0 ? 1 : 0)
      repeat {
        let more: UInt64 = rest > 31 ? 32 : 0
        bytes.append(digits[Int(rest & 31 | more)])
        rest >>= 5
      } while rest > 0
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
