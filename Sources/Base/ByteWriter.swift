/// An append-only byte buffer that formats integers and JSON strings without Foundation.
///
/// The owner decides when the bytes leave: nothing here performs I/O.
public struct ByteWriter: Sendable {
  /// What was written since the last ``removeAll()``.
  public private(set) var bytes: [UInt8] = []

  /// Makes an empty writer that can hold `capacity` bytes before it grows.
  public init(capacity: Int = 0) {
    bytes.reserveCapacity(capacity)
  }

  /// How many bytes are waiting.
  public var count: Int { bytes.count }

  /// Forgets the bytes and keeps their memory.
  public mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
  }

  /// Appends one byte.
  public mutating func write(byte: UInt8) {
    bytes.append(byte)
  }

  /// Appends the UTF-8 of a string as it is.
  public mutating func write(_ text: String) {
    bytes.append(contentsOf: text.utf8)
  }

  /// Appends raw bytes.
  public mutating func write(contentsOf other: some Sequence<UInt8>) {
    bytes.append(contentsOf: other)
  }

  /// Appends a decimal integer.
  ///
  /// - Complexity: O(digits), no allocation beyond the buffer's own growth.
  public mutating func write(_ integer: Int64) {
    // Nineteen digits and a sign are the most there are.
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
      var magnitude = integer.magnitude
      var first = digits.count
      repeat {
        first -= 1
        digits[first] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: magnitude % 10)
        magnitude /= 10
      } while magnitude > 0
      if integer < 0 {
        first -= 1
        digits[first] = UInt8(ascii: "-")
      }
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[first...]))
    }
  }

  /// Appends a JSON string literal, quotes included (RFC 8259, section 7).
  public mutating func write(jsonString text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0x0A: write("\\n")
      case 0x0D: write("\\r")
      case 0x09: write("\\t")
      case 0..<0x20:
        write("\\u00")
        write(hexDigit: byte >> 4)
        write(hexDigit: byte & 15)
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func write(hexDigit nibble: UInt8) {
    bytes.append(nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10)
  }
}
