import Glibc

// Files are sniffed and errors are read by what stands in them; the bytes decide, which is many
// times faster than a comparison of characters.

extension UnsafeRawBufferPointer {
  /// Whether the bytes of a text stand somewhere in these.
  ///
  /// - Complexity: O(count) for texts that begin seldom, O(count · bytes) at worst.
  public func includes(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { part in
      guard let first = part.first, let sought = part.baseAddress else { return true }
      var rest = self[...]
      while rest.count >= part.count, let start = baseAddress,
        let found = memchr(start + rest.startIndex, Int32(first), rest.count - part.count + 1)
      {
        if memcmp(found, sought, part.count) == 0 { return true }
        rest = self[(UnsafeRawPointer(found) - start + 1)...]
      }
      return false
    }
  }
}

extension String {
  /// Whether the bytes of a text stand somewhere in this one.
  ///
  /// - Complexity: as for bytes.
  public func includes(_ text: String) -> Bool {
    var whole = self
    return whole.withUTF8 { UnsafeRawBufferPointer($0).includes(text) }
  }
}
