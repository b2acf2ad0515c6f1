import Glibc

// Files are sniffed and errors are read by what stands in them; the bytes decide, which is many times
// faster than a comparison of characters.

extension UnsafeRawBufferPointer {
  /// Whether the bytes of a text stand somewhere in these.
  ///
  /// - Complexity: O(count).
  public func includes(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { part in
      guard let base = baseAddress, let sought = part.baseAddress else { return part.isEmpty }
      return memmem(base, count, sought, part.count) != nil
    }
  }
}

extension String {
  /// Whether the bytes of a text stand somewhere in this one.
  ///
  /// - Complexity: O(bytes).
  public func includes(_ text: String) -> Bool {
    var whole = self
    return whole.withUTF8 { UnsafeRawBufferPointer($0).includes(text) }
  }
}
