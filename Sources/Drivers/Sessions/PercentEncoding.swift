/// Texts as parts of a URL (RFC 3986, section 2).
public enum PercentEncoding {
  /// The text with every byte escaped that is not unreserved.
  ///
  /// - Complexity: O(bytes).
  public static func encode(_ text: String) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: bytes.append(byte)
      default:
        bytes.append(UInt8(ascii: "%"))
        for nibble in [byte >> 4, byte & 15] {
          bytes.append(nibble < 10 ? 0x30 + nibble : 0x41 + nibble - 10)
        }
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
