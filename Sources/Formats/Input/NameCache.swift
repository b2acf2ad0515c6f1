/// The ids of short names, found without making a `String`.
///
/// A history has a handful of functions and fields, so a scan of their packed bytes beats hashing;
/// names longer than eight bytes or beyond ``limit`` are not kept and take the slow way.
struct NameCache {
  private static let limit = 32
  private var packed: [UInt64] = []
  private var ids: [Int32] = []

  /// The id of a name, or nil when it is not here.
  @inline(__always)
  func id(of name: UnsafeRawBufferPointer) -> Int32? {
    guard let key = NameCache.pack(name) else { return nil }
    return id(packed: key)
  }

  /// The id of a name from its bytes, the first lowest.
  @inline(__always)
  func id(packed key: UInt64) -> Int32? {
    for index in 0..<packed.count where packed[index] == key { return ids[index] }
    return nil
  }

  /// Keeps a name's id if the name is short.
  mutating func insert(_ name: UnsafeRawBufferPointer, _ id: Int32) {
    guard packed.count < NameCache.limit, let key = NameCache.pack(name) else { return }
    packed.append(key)
    ids.append(id)
  }

  /// A name's bytes as one word, the first lowest; nil when it is longer than that or holds
  /// anything that JSON would not show as it is.
  @inline(__always)
  private static func pack(_ name: UnsafeRawBufferPointer) -> UInt64? {
    guard name.count <= 8 else { return nil }
    var key: UInt64 = 0
    var shift: UInt64 = 0
    for byte in name {
      if byte < 0x20 || byte >= 0x7F || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "\"") {
        return nil
      }
      key |= UInt64(byte) << shift
      shift += 8
    }
    return key
  }
}
