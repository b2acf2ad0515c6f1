/// Base64 with padding, as JSON gateways carry bytes (RFC 4648, section 4).
public enum Base64 {
  private static let letters = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 0xFF, count: 256)
    for (value, letter) in letters.enumerated() { values[Int(letter)] = UInt8(value) }
    return values
  }()

  /// Appends the letters of bytes.
  ///
  /// - Complexity: O(bytes).
  public static func write(_ bytes: some Collection<UInt8>, to text: inout [UInt8]) {
    var held: UInt32 = 0
    var bits = 0
    for byte in bytes {
      held = held << 8 | UInt32(byte)
      bits += 8
      while bits >= 6 {
        bits -= 6
        text.append(letters[Int(held >> UInt32(bits) & 63)])
      }
    }
    if bits > 0 { text.append(letters[Int(held << UInt32(6 - bits) & 63)]) }
    for _ in 0..<(3 - bytes.count % 3) % 3 { text.append(UInt8(ascii: "=")) }
  }

  /// The bytes of letters, or nil where they are no padded Base64.
  ///
  /// - Complexity: O(letters).
  public static func bytes(_ text: String) -> [UInt8]? {
    var letters = Substring(text).utf8
    guard letters.count % 4 == 0 else { return nil }
    var padding = 0
    while padding < 2, letters.last == UInt8(ascii: "=") {
      letters.removeLast()
      padding += 1
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(letters.count * 3 / 4)
    var held: UInt32 = 0
    var bits = 0
    for letter in letters {
      let value = values[Int(letter)]
      guard value != 0xFF else { return nil }
      held = held << 6 | UInt32(value)
      bits += 6
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: held >> UInt32(bits)))
      }
    }
    // What is left over must be nothing, or two texts would mean the same bytes.
    return held & (1 << UInt32(bits) - 1) == 0 ? bytes : nil
  }
}
