/// Bytes in the words of an error message, and small questions about bytes.
enum Words {
  /// A byte as a person names it.
  static func byte(_ byte: UInt8) -> String {
    switch byte {
    case 0x20: "a space"
    case 0x09: "a tab"
    case 0x0A: "the end of the line"
    case 0x21..<0x7F: "“\(String(UnicodeScalar(byte)))”"
    default: "byte 0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
  }

  static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") <= 9 }

  static func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}

/// EDN's keywords as JSON shows them: a string that begins with a colon.
enum Keyword {
  /// Whether a string such as `:name` stands for a keyword.
  static func isWritten(_ text: UnsafeRawBufferPointer) -> Bool {
    guard text.count > 1, text[0] == UInt8(ascii: ":") else { return false }
    return text.dropFirst().allSatisfy(isPart)
  }

  /// Whether a name can be written as a keyword.
  static func canName(_ name: some Sequence<UInt8>) -> Bool {
    var count = 0
    for byte in name {
      guard isPart(byte) else { return false }
      count += 1
    }
    return count > 0
  }

  /// Whether a byte may be part of a keyword or symbol: anything but space and EDN's delimiters.
  static func isPart(_ byte: UInt8) -> Bool {
    switch byte {
    case 0...0x20, 0x7F, UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\""),
      UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "["), UInt8(ascii: "]"),
      UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "\\"), UInt8(ascii: "^"),
      UInt8(ascii: "@"), UInt8(ascii: "`"), UInt8(ascii: "~"):
      false
    default: true
    }
  }
}

/// Validates UTF-8 without making a string (Unicode 16, table 3-7).
enum UTF8Check {
  /// The offset of the first byte that begins no valid sequence, or nil.
  ///
  /// - Complexity: O(bytes).
  static func firstInvalid(_ bytes: UnsafeRawBufferPointer) -> Int? {
    var index = 0
    while index < bytes.count {
      let length = sequenceLength(bytes, at: index)
      if length == 0 { return index }
      index += length
    }
    return nil
  }

  private static func sequenceLength(_ bytes: UnsafeRawBufferPointer, at index: Int) -> Int {
    let lead = bytes[index]
    if lead < 0x80 { return 1 }
    let length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0
    guard length > 0, index + length <= bytes.count else { return 0 }
    for offset in 1..<length where bytes[index + offset] & 0xC0 != 0x80 { return 0 }
    let second = bytes[index + 1]
    switch lead {
    case 0xE0 where second < 0xA0, 0xED where second >= 0xA0: return 0
    case 0xF0 where second < 0x90, 0xF4 where second >= 0x90: return 0
    default: return length
    }
  }
}
