/// CRC-32 as Ethernet, gzip and Java's `java.util.zip.CRC32` have it (IEEE 802.3).
struct Checksum {
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { rest, _ in
      rest & 1 == 0 ? rest >> 1 : rest >> 1 ^ 0xEDB8_8320
    }
  }

  private var rest: UInt32 = 0xFFFF_FFFF

  /// The checksum of all bytes that were taken in.
  var value: UInt32 { ~rest }

  /// Takes the next bytes in.
  ///
  /// - Complexity: O(bytes).
  mutating func update(_ bytes: some Sequence<UInt8>) {
    Checksum.table.withUnsafeBufferPointer { table in
      for byte in bytes { rest = rest >> 8 ^ table[Int(UInt8(truncatingIfNeeded: rest) ^ byte)] }
    }
  }
}
