/// Bytes that have come and are not yet understood.
///
/// - Complexity: appending and consuming are O(bytes) in all, however they are cut.
struct InputBuffer: Sendable {
  private(set) var bytes: [UInt8] = []
  /// The first byte that is not consumed.
  private(set) var start = 0
  /// No line end lies before this.
  private var scanned = 0

  /// How many bytes are waiting.
  var count: Int { bytes.count - start }

  mutating func append(_ more: UnsafeRawBufferPointer) {
    if start == bytes.count {
      bytes.removeAll(keepingCapacity: true)
      (start, scanned) = (0, 0)
    } else if start > 1 << 16, start > bytes.count / 2 {
      bytes.removeFirst(start)
      scanned = max(0, scanned - start)
      start = 0
    }
    bytes.append(contentsOf: more)
  }

  /// Takes that many bytes, which must be there.
  mutating func consume(_ count: Int) -> Range<Int> {
    let range = start..<start + count
    start = range.upperBound
    scanned = max(scanned, start)
    return range
  }

  /// Takes a line that ends with CR LF, and gives it without them; nil when it has not all come.
  ///
  /// - Throws: what is wrong with it: longer than `limit`, or CR or LF alone.
  mutating func line(limit: Int) throws(WireError) -> Range<Int>? {
    var index = max(scanned, start)
    while index < bytes.count, bytes[index] != 13, bytes[index] != 10 { index += 1 }
    scanned = index
    guard index - start <= limit else { throw WireError("a line of more than \(limit) bytes") }
    guard index < bytes.count else { return nil }
    guard bytes[index] == 13 else { throw WireError("a line end without its CR") }
    guard index + 1 < bytes.count else { return nil }
    guard bytes[index + 1] == 10 else { throw WireError("a CR without its LF") }
    let line = start..<index
    start = index + 2
    scanned = start
    return line
  }
}

/// Bytes that cannot be what they should be, with what is wrong with them.
public struct WireError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What was found.
  public var message: String

  /// The reason is what a person is told of the bytes.
  public init(_ message: String) { self.message = message }

  /// The message.
  public var description: String { message }
}
