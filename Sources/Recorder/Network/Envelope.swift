/// Where the parts of one message line lie; the body's bytes are passed on as they are.
struct Envelope: Equatable {
  /// The sender's name, without quotes.
  var source: Range<Int>
  /// The receiver's name, without quotes.
  var destination: Range<Int>
  /// The body, an object.
  var body: Range<Int>

  /// What is wrong with a line.
  enum Problem: Error, Equatable {
    /// It is no JSON object, or not a whole one.
    case notAnObject
    case missing(String)
    case unknownMember(String)
    case wrongType(String)

    var description: String {
      switch self {
      case .notAnObject: "is not one JSON object"
      case .missing(let name): "has no “\(name)”"
      case .unknownMember(let name): "has a member “\(name)” beside id, src, dest and body"
      case .wrongType(let name): "has a “\(name)” of the wrong type"
      }
    }
  }

  /// Finds the parts of a line by one pass that looks at strings and nesting only.
  ///
  /// - Complexity: O(bytes), no allocation on the good path.
  init(scanning line: UnsafeRawBufferPointer) throws(Problem) {
    var scan = EnvelopeScan(bytes: line)
    var source: Range<Int>?
    var destination: Range<Int>?
    var body: Range<Int>?
    guard scan.take(UInt8(ascii: "{")) else { throw .notAnObject }
    while true {
      guard let name = scan.string(), scan.take(UInt8(ascii: ":")), let value = scan.value() else {
        throw .notAnObject
      }
      let isText = line[value.lowerBound] == UInt8(ascii: "\"")
      let inside = value.lowerBound + 1..<max(value.lowerBound + 1, value.upperBound - 1)
      if scan.equals(name, "src") {
        guard isText else { throw .wrongType("src") }
        source = inside
      } else if scan.equals(name, "dest") {
        guard isText else { throw .wrongType("dest") }
        destination = inside
      } else if scan.equals(name, "body") {
        guard line[value.lowerBound] == UInt8(ascii: "{") else { throw .wrongType("body") }
        body = value
      } else if !scan.equals(name, "id") {
        throw .unknownMember(String(decoding: line[name], as: UTF8.self))
      }
      if scan.take(UInt8(ascii: ",")) { continue }
      guard scan.take(UInt8(ascii: "}")) else { throw .notAnObject }
      break
    }
    scan.skipSpace()
    guard scan.position == line.count else { throw .notAnObject }
    guard let source else { throw .missing("src") }
    guard let destination else { throw .missing("dest") }
    guard let body else { throw .missing("body") }
    self.source = source
    self.destination = destination
    self.body = body
  }
}

/// The position in one line and what may come there.
private struct EnvelopeScan {
  let bytes: UnsafeRawBufferPointer
  var position = 0

  mutating func skipSpace() {
    while position < bytes.count, bytes[position] <= 0x20 { position += 1 }
  }

  /// Passes one byte, and the space before it, if it is there.
  mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  /// Passes a string; the range is without the quotes.
  mutating func string() -> Range<Int>? {
    guard take(UInt8(ascii: "\"")) else { return nil }
    let begin = position
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        position += 1
        return begin..<position - 1
      }
      position += byte == UInt8(ascii: "\\") ? 2 : 1
    }
    return nil
  }

  /// Passes any value, by its brackets and strings.
  mutating func value() -> Range<Int>? {
    skipSpace()
    let begin = position
    var depth = 0
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\""):
        guard string() != nil else { return nil }
        if depth == 0 { return begin..<position }
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if depth == 0 { return position > begin ? begin..<position : nil }
        depth -= 1
        if depth == 0 {
          position += 1
          return begin..<position
        }
      case UInt8(ascii: ",") where depth == 0, 0x00...0x20 where depth == 0:
        return position > begin ? begin..<position : nil
      default: break
      }
      position += 1
    }
    return nil
  }

  func equals(_ range: Range<Int>, _ word: StaticString) -> Bool {
    guard range.count == word.utf8CodeUnitCount else { return false }
    for offset in 0..<range.count
    where bytes[range.lowerBound + offset] != word.utf8Start[offset] {
      return false
    }
    return true
  }
}
