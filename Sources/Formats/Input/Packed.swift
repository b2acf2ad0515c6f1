/// Text looked at eight bytes at a time, for events in their usual form.
extension UnsafePointer<UInt8> {
  /// Eight bytes, the first lowest.
  @inline(__always)
  var word: UInt64 {
    UInt64(littleEndian: UnsafeRawPointer(self).loadUnaligned(as: UInt64.self))
  }

  /// The number of at most fifteen digits that stands here, whatever follows it; sixteen bytes
  /// must be readable.
  @inline(__always)
  var plainNumber: (value: Int64, digits: Int)? {
    var (value, digits) = JSONScanner.digits(word)
    if digits == 8 {
      let (rest, more) = JSONScanner.digits((self + 8).word)
      if more == 8 { return nil }
      value = value &* JSONScanner.power(more) &+ rest
      digits += more
    }
    // None, or one too many: a number does not begin with a zero.
    if digits == 0 || pointee == UInt8(ascii: "0") && digits > 1 { return nil }
    return (value, digits)
  }
}

extension UInt64 {
  /// A text of eight bytes as a word, the first lowest.
  @inline(__always)
  init(text: StaticString) {
    var word: UInt64 = 0
    for index in 0..<8 { word |= UInt64(text.utf8Start[index]) << UInt64(8 * index) }
    self = word
  }
}
