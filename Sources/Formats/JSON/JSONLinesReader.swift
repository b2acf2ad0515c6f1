import Base
import Glibc
import Histories

/// Reads JSON lines as they come: feed it whole lines, then ``finish(warning:)``.
///
/// The reader is a byte scanner: names are compared as bytes and values are interned where they
/// lie, so a line costs no allocation.
public struct JSONLinesReader {
  private let file: String
  private var builder = HistoryBuilder()
  private var scanner = JSONScanner()
  private var functions = NameCache()
  private var fields = NameCache()
  /// The further fields of the event at hand.
  private var extras: [(field: Int32, value: ValueID)] = []
  /// For each field the count of events up to the last one that had it: finds duplicates.
  private var seen: [Int] = []
  private var lines = 0

  /// Makes a reader; `file` is used in errors.
  public init(file: String) {
    self.file = file
  }

  /// How many lines were read.
  public var lineCount: Int { lines }

  /// Reads every whole line of a buffer and returns how many bytes that were.
  ///
  /// What follows the last newline is left for the next call, or for ``read(last:)``.
  ///
  /// - Complexity: O(bytes).
  /// - Throws: ``FormatError`` for the first line that is no event or breaks a rule.
  public mutating func read(lines bytes: UnsafeRawBufferPointer) throws(FormatError) -> Int {
    guard let start = bytes.baseAddress else { return 0 }
    let base = start.assumingMemoryBound(to: UInt8.self)
    var offset = 0
    while offset < bytes.count,
      let newline = memchr(base + offset, 0x0A, bytes.count - offset)
    {
      let end = UnsafeRawPointer(newline) - start
      try read(base, from: offset, to: end)
      offset = end + 1
    }
    return offset
  }

  /// Reads what follows the last newline of a file. A line that does not parse there was torn when
  /// its writer was killed: it is dropped with a warning.
  ///
  /// - Throws: ``FormatError`` when the line parses but breaks a rule.
  public mutating func read(last bytes: UnsafeRawBufferPointer) throws(FormatError) {
    guard let start = bytes.baseAddress, bytes.count > 0 else { return }
    let base = start.assumingMemoryBound(to: UInt8.self)
    do throws(ScanError) {
      scanner.aim(at: base, from: 0, to: bytes.count)
      scanner.skipSpace()
      if scanner.peek == UInt8(ascii: "#") || scanner.peek == 0 && scanner.position == scanner.end {
        return
      }
      // Whether it is whole is asked apart, so that a torn line leaves nothing behind.
      var scratch = ValueTable()
      _ = try scanner.value(into: &scratch)
      scanner.skipSpace()
      if scanner.position < scanner.end {
        throw scanner.error("found \(scanner.found) after the event")
      }
    } catch {
      builder.warn(
        "line \(lines + 1), the last, is torn and was dropped: \(error.message) at column "
          + "\(error.offset + 1)")
      return
    }
    try read(base, from: 0, to: bytes.count)
  }

  /// Reads a whole file that is one array of events, over any number of lines.
  mutating func read(array bytes: UnsafeRawBufferPointer) throws(FormatError) {
    guard let start = bytes.baseAddress else { return }
    let base = start.assumingMemoryBound(to: UInt8.self)
    scanner.aim(at: base, from: 0, to: bytes.count)
    scanner.endName = "the end of the file"
    var place = LineCounter(bytes)
    do throws(ScanError) {
      scanner.skipSpace()
      scanner.position += 1
      scanner.skipSpace()
      while scanner.peek != UInt8(ascii: "]") {
        lines = place.line(at: scanner.position)
        guard scanner.peek == UInt8(ascii: "{") else {
          throw scanner.error("found \(scanner.found), expected an event: {\"process\":…}")
        }
        if let event = try event() { try add(event) }
        scanner.skipSpace()
        if scanner.peek == UInt8(ascii: "]") { break }
        guard scanner.peek == UInt8(ascii: ",") else {
          throw scanner.error("found \(scanner.found) after an event, expected “,” or “]”")
        }
        scanner.position += 1
        scanner.skipSpace()
      }
      scanner.position += 1
      scanner.skipSpace()
      guard scanner.position == bytes.count else {
        throw scanner.error("found \(scanner.found) after the array, expected the end")
      }
    } catch {
      if error.offset < 0 { throw FormatError(file: file, line: lines, error.message) }
      let (line, column) = place.place(of: error.offset)
      throw FormatError(file: file, line: line, column: column, error.message)
    }
  }

  /// The history of all that was read.
  public consuming func finish() -> History {
    if builder.eventCount == 0 { builder.warn("the file holds no events") }
    return builder.build()
  }

  @inline(__always)
  private mutating func read(
    _ base: UnsafePointer<UInt8>, from start: Int, to end: Int
  ) throws(FormatError) {
    lines += 1
    scanner.aim(at: base, from: start, to: end)
    do throws(ScanError) {
      guard let event = try line() else { return }
      try add(event)
    } catch {
      let column = error.offset < 0 ? 1 : error.offset - start + 1
      throw FormatError(file: file, line: lines, column: column, error.message)
    }
  }

  /// Adds an event; a broken rule becomes an error with the offset -1, the line as a whole.
  @inline(__always)
  private mutating func add(_ event: Event) throws(ScanError) {
    for extra in extras { builder.keep(extra.field, extra.value) }
    do throws(HistoryError) {
      try builder.add(event)
    } catch {
      throw ScanError(offset: -1, message: error.message)
    }
  }

  /// The event of a line, or nil for a blank line, a comment or the header.
  private mutating func line() throws(ScanError) -> Event? {
    scanner.skipSpace()
    if scanner.peek != UInt8(ascii: "{") {
      if scanner.position == scanner.end || scanner.peek == UInt8(ascii: "#") { return nil }
      throw scanner.error("found \(scanner.found), expected an event: {\"process\":…}")
    }
    let event = try event()
    scanner.skipSpace()
    guard scanner.position == scanner.end else {
      throw scanner.error("found \(scanner.found) after the event, expected the end of the line")
    }
    return event
  }
}

// MARK: - Events

extension JSONLinesReader {
  /// Reads an object; nil when it was the header.
  private mutating func event() throws(ScanError) -> Event? {
    let start = scanner.position
    var draft = EventDraft()
    extras.removeAll(keepingCapacity: true)
    scanner.position += 1
    scanner.skipSpace()
    if scanner.peek != UInt8(ascii: "}") {
      while true {
        guard scanner.peek == UInt8(ascii: "\"") else {
          throw scanner.error("found \(scanner.found), expected a name in quotes")
        }
        let place = scanner.position
        let name = try scanner.text()
        if let member = known(name) {
          guard draft.members & member.rawValue == 0 else {
            throw scanner.error("found “\(scanner.string(name))” twice in one event", at: place)
          }
          draft.members |= member.rawValue
          try scanner.colon()
          try read(member, into: &draft)
        } else if draft.members == 0, extras.isEmpty, scanner.string(name) == "plumbline" {
          try header(from: start)
          return nil
        } else {
          try extra(name, at: place)
        }
        scanner.skipSpace()
        if scanner.peek == UInt8(ascii: "}") { break }
        try scanner.comma()
      }
    }
    scanner.position += 1
    do throws(EventDraft.Lack) {
      return try draft.event(line: lines, in: &builder)
    } catch {
      throw scanner.error(error.message, at: start)
    }
  }

  @inline(__always)
  private func known(_ name: JSONScanner.Text) -> EventDraft.Member? {
    guard case .raw(let start, let count) = name else {
      return EventDraft.Member(name: scanner.decoded)
    }
    let first = scanner.base[start]
    switch count {
    case 1: return first == UInt8(ascii: "f") ? .function : nil
    case 3: return matches("key", start) ? .key : nil
    case 4:
      guard first == UInt8(ascii: "t") else { return nil }
      return matches("type", start) ? .type : matches("time", start) ? .time : nil
    case 5: return matches("value", start) ? .value : nil
    case 7: return matches("process", start) ? .process : nil
    default: return nil
    }
  }

  @inline(__always)
  private func matches(_ word: StaticString, _ start: Int) -> Bool {
    memcmp(scanner.base + start, word.utf8Start, word.utf8CodeUnitCount) == 0
  }

  @inline(__always)
  private mutating func read(_ member: EventDraft.Member, into draft: inout EventDraft)
    throws(ScanError)
  {
    switch member {
    case .process: draft.process = try process()
    case .type: draft.kind = try kind()
    case .function: draft.function = try function()
    case .key: draft.key = try scanner.value(into: &builder.values)
    case .value: draft.value = try scanner.value(into: &builder.values)
    case .time: draft.time = try time()
    }
  }

  private mutating func process() throws(ScanError) -> Event.Process {
    if let number = scanner.shortInteger() { return .client(number) }
    let start = scanner.position
    let id = try scanner.value(into: &builder.values)
    if let process = EventDraft.process(id, in: builder.values) { return process }
    throw scanner.error(
      "found \(builder.values.describe(id)) as “process”, expected an integer or “nemesis”",
      at: start)
  }

  private mutating func time() throws(ScanError) -> Int64 {
    if let number = scanner.shortInteger() { return number == -1 ? Event.noTime : number }
    let start = scanner.position
    let id = try scanner.value(into: &builder.values)
    if id == ValueTable.null { return Event.noTime }
    guard let number = builder.values.integer(id) else {
      throw scanner.error(
        "found \(builder.values.describe(id)) as “time”, expected nanoseconds as an integer",
        at: start)
    }
    return number
  }

  private mutating func kind() throws(ScanError) -> Event.Kind {
    let start = scanner.position
    if scanner.peek == UInt8(ascii: "\"") {
      let word = try scanner.text()
      let kind = scanner.withBytes(of: word) { Event.Kind(word: $0) }
      if let kind { return kind }
      scanner.position = start
    }
    let id = try scanner.value(into: &builder.values)
    throw scanner.error(
      "found \(builder.values.describe(id)) as “type”, expected “invoke”, “ok”, “fail” or “info”",
      at: start)
  }

  private mutating func function() throws(ScanError) -> FunctionID {
    let start = scanner.position
    guard scanner.peek == UInt8(ascii: "\"") else {
      let id = try scanner.value(into: &builder.values)
      throw scanner.error(
        "found \(builder.values.describe(id)) as “f”, expected a function's name in quotes",
        at: start)
    }
    let name = try scanner.text()
    if let known = scanner.withBytes(of: name, { functions.id(of: $0) }) { return known }
    let id = builder.function(scanner.string(name))
    scanner.withBytes(of: name) { functions.insert($0, id) }
    return id
  }

  private mutating func extra(_ name: JSONScanner.Text, at place: Int) throws(ScanError) {
    let field: Int32
    if let known = scanner.withBytes(of: name, { fields.id(of: $0) }) {
      field = known
    } else {
      field = builder.field(scanner.string(name))
      scanner.withBytes(of: name) { fields.insert($0, field) }
      while seen.count <= Int(field) { seen.append(0) }
    }
    guard seen[Int(field)] <= builder.eventCount else {
      throw scanner.error("found “\(scanner.string(name))” twice in one event", at: place)
    }
    seen[Int(field)] = builder.eventCount + 1
    try scanner.colon()
    extras.append((field, try scanner.value(into: &builder.values)))
  }

  /// Reads the first line, `{"plumbline":1,…}`, which is no event.
  private mutating func header(from start: Int) throws(ScanError) {
    guard builder.eventCount == 0, builder.header == nil else {
      throw scanner.error("found a header here, expected it on the first line only", at: start)
    }
    // One walk finds the end of the object, so that the header may stand in an array of events.
    var scratch = ValueTable()
    scanner.position = start
    _ = try scanner.value(into: &scratch)
    let raw = UnsafeBufferPointer(start: scanner.base + start, count: scanner.position - start)
    let header: JSON
    do throws(JSONError) {
      header = try JSONParser.parse(raw)
    } catch {
      throw scanner.error(error.message, at: start + error.column - 1)
    }
    guard header["plumbline"] == .integer(1) else {
      let version = header["plumbline"] ?? .null
      throw scanner.error(
        "found \(version) as the version of the format, expected 1", at: start)
    }
    builder.header = HistoryHeader.make(of: header.members ?? [])
  }
}
