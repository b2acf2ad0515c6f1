import Histories

/// The lines of a buffer with their numbers, for the formats that read one line at a time.
struct Lines: Sequence, IteratorProtocol {
  /// One line.
  struct Line {
    /// Its bytes, without the newline and the carriage return before it.
    var bytes: UnsafeRawBufferPointer
    /// From 1.
    var number: Int
    /// Whether a newline ended it; a last line without one may be torn.
    var isWhole: Bool
  }

  private let bytes: UnsafeRawBufferPointer
  private var offset = 0
  private var number = 0

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  mutating func next() -> Line? {
    guard offset < bytes.count else { return nil }
    let rest = bytes[offset...]
    let newline = rest.firstIndex(of: 0x0A)
    var end = newline ?? bytes.count
    if end > offset, bytes[end - 1] == 0x0D { end -= 1 }
    number += 1
    let line = Line(
      bytes: UnsafeRawBufferPointer(rebasing: bytes[offset..<end]), number: number,
      isWhole: newline != nil)
    offset = (newline ?? bytes.count) + 1
    return line
  }
}

/// The words of a line, as ranges of its bytes.
struct WordRanges: Sequence, IteratorProtocol {
  private let bytes: UnsafeRawBufferPointer
  private var offset = 0

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  mutating func next() -> Range<Int>? {
    while offset < bytes.count, Sniffing.isSpace(bytes[offset]) { offset += 1 }
    guard offset < bytes.count else { return nil }
    let start = offset
    while offset < bytes.count, !Sniffing.isSpace(bytes[offset]) { offset += 1 }
    return start..<offset
  }
}
