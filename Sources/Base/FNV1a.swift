/// A hash that is the same in every run and on every machine: FNV-1a, 64 bits.
///
/// G. Fowler, L. C. Noll, K.-P. Vo, 1991. For what is compared and not attacked.
public struct FNV1a: Sendable, Equatable, CustomStringConvertible {
  /// The hash so far.
  public private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  /// Of nothing.
  public init() {}

  /// Takes a word at once; other words give another hash than their bytes would.
  @inline(__always)
  public mutating func mix(_ word: UInt64) { value = (value ^ word) &* 0x100_0000_01B3 }

  /// Takes bytes, one at a time.
  ///
  /// - Complexity: O(bytes).
  public mutating func mix(_ bytes: [UInt8]) {
    for byte in bytes { mix(UInt64(byte)) }
  }

  /// Sixteen hexadecimal digits.
  public var description: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
