import Base

/// Where the spans of an object stand, by the first of its lines that has their id.
///
/// - Complexity: O(bytes) for all objects of a file.
struct SpanPlaces {
  private var rest: Lines
  /// The line that was looked at last: the next object may begin on it.
  private var current: Lines.Line?
  private var lines: [String: Int] = [:]
  private var start = 1

  init(_ bytes: UnsafeRawBufferPointer) {
    rest = Lines(bytes)
    current = rest.next()
  }

  /// Goes to the object that begins on a line, and looks for spans up to where the next begins.
  mutating func move(to first: Int, before next: Int?) {
    start = first
    lines.removeAll(keepingCapacity: true)
    while let line = current, line.number < first { current = rest.next() }
    // All of what stands on one line stands there.
    guard next.map({ $0 > first + 1 }) ?? true else { return }
    while let line = current, line.number <= next ?? Int.max {
      look(at: line)
      guard line.number != next else { return }
      current = rest.next()
    }
  }

  func line(of span: String?) -> Int { span.flatMap { lines[$0] } ?? start }

  /// Finds `"spanId": "…"`.
  private mutating func look(at line: Lines.Line) {
    guard line.bytes.includes("\"spanId\"") else { return }
    let name = Array("\"spanId\"".utf8)
    var place = 0
    while let found = line.bytes[place...].firstIndex(of: UInt8(ascii: "\"")) {
      place = found + 1
      guard line.bytes[found...].starts(with: name) else { continue }
      place = found + name.count
      let value = line.bytes[place...].drop { Sniffing.isSpace($0) || $0 == UInt8(ascii: ":") }
      guard value.first == UInt8(ascii: "\"") else { continue }
      let id = value.dropFirst().prefix { $0 != UInt8(ascii: "\"") }
      place = id.endIndex
      let text = String(decoding: id, as: UTF8.self)
      if lines[text] == nil { lines[text] = line.number }
    }
  }
}
