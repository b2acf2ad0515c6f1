import Base
import Glibc
import Histories

/// Reads JSON lines as they come: feed it whole lines, then ``finish(warning:)``.
public struct JSONLinesReader {
  private let file: String
  private var builder: HistoryBuilder
  private var events = JSONEventScanner()
  private var lines = 0

  /// Makes a reader; `file` is used in errors, the others are those of ``ReadOptions``.
  public init(
    file: String, order: EventOrder? = nil, loneCompletions: LoneCompletions = .refuse
  ) {
    self.file = file
    builder = HistoryBuilder(order: order, loneCompletions: loneCompletions)
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
      try read(base, from: offset, to: end, readable: bytes.count)
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
      var scanner = JSONScanner()
      scanner.aim(at: base, from: 0, to: bytes.count, readable: bytes.count)
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
    try read(base, from: 0, to: bytes.count, readable: bytes.count)
  }

  /// Reads a whole file that is one array of events, over any number of lines.
  mutating func read(array bytes: UnsafeRawBufferPointer) throws(FormatError) {
    guard let start = bytes.baseAddress else { return }
    let base = start.assumingMemoryBound(to: UInt8.self)
    events.scanner.aim(at: base, from: 0, to: bytes.count, readable: bytes.count)
    events.scanner.endName = "the end of the file"
    var place = LineCounter(bytes)
    do throws(ScanError) {
      events.scanner.skipSpace()
      events.scanner.position += 1
      events.scanner.skipSpace()
      while events.scanner.peek != UInt8(ascii: "]") {
        lines = place.line(at: events.scanner.position)
        guard events.scanner.peek == UInt8(ascii: "{") else {
          throw events.scanner.error(
            "found \(events.scanner.found), expected an event: {\"process\":…}")
        }
        if let event = try events.event(line: lines, in: &builder.names) { try add(event) }
        events.scanner.skipSpace()
        if events.scanner.peek == UInt8(ascii: "]") { break }
        guard events.scanner.peek == UInt8(ascii: ",") else {
          throw events.scanner.error(
            "found \(events.scanner.found) after an event, expected “,” or “]”")
        }
        events.scanner.position += 1
        events.scanner.skipSpace()
      }
      events.scanner.position += 1
      events.scanner.skipSpace()
      guard events.scanner.position == bytes.count else {
        throw events.scanner.error(
          "found \(events.scanner.found) after the array, expected the end")
      }
    } catch {
      if error.offset < 0 { throw FormatError(file: file, line: lines, error.message) }
      let (line, column) = place.place(of: error.offset)
      throw FormatError(file: file, line: line, column: column, error.message)
    }
  }

  /// Whether fewer events were read since the last ``drain()`` than operations are open, each of
  /// which that has to look at.
  public var isWorthWaiting: Bool { builder.newEventCount < builder.openCount }

  /// Hands over the events that were read since the last time; see ``HistoryBuilder/drain()``.
  public mutating func drain() -> Stretch {
    events.forgetValues()
    return builder.drain()
  }

  /// The history of all that was read.
  ///
  /// - Throws: ``FormatError`` when the events cannot be put in the order that was asked for.
  public consuming func finish() throws(FormatError) -> History {
    do throws(HistoryError) { try builder.putInOrder() } catch {
      throw FormatError(file: file, error)
    }
    if builder.eventCount == 0 { builder.warn("the file holds no events") }
    return builder.build()
  }

  @inline(__always)
  private mutating func read(
    _ base: UnsafePointer<UInt8>, from start: Int, to end: Int, readable: Int
  ) throws(FormatError) {
    lines += 1
    do throws(ScanError) {
      let event = try events.line(
        base, from: start, to: end, readable: readable, number: lines, in: &builder.names)
      if let event { try add(event) }
    } catch {
      let column = error.offset < 0 ? 1 : error.offset - start + 1
      throw FormatError(file: file, line: lines, column: column, error.message)
    }
  }

  /// Adds an event; a broken rule becomes an error with the offset -1, the line as a whole.
  @inline(__always)
  private mutating func add(_ event: Event) throws(ScanError) {
    for extra in events.extras { builder.keep(extra.field, extra.value) }
    do throws(HistoryError) {
      try builder.add(event)
    } catch {
      throw ScanError(offset: -1, message: error.message)
    }
  }

  /// Takes over the lines of a batch, as if they had been read here, errors included.
  ///
  /// A line is scanned before the rules look at it, so the batch's own error, which ended its
  /// scan, comes after the broken rules of the lines before.
  mutating func read(_ batch: JSONLinesBatch) throws(FormatError) {
    if let header = batch.header, builder.eventCount > 0 || builder.header != nil {
      throw FormatError(
        file: file, line: lines + header.line, column: header.column,
        JSONEventScanner.misplacedHeader)
    }
    do throws(HistoryError) {
      try builder.add(batch.events, linesBefore: lines)
    } catch {
      throw FormatError(file: file, error)
    }
    if let flaw = batch.flaw {
      throw FormatError(
        file: file, line: lines + flaw.line, column: flaw.column, flaw.message)
    }
    lines += batch.lineCount
  }

  /// Makes room for that many operations.
  mutating func reserve(operations: Int) { builder.reserve(operations: operations) }

  /// How many events were read.
  var eventCount: Int { builder.eventCount }

  /// What was read takes that many bytes of memory.
  var bytes: Int { builder.bytes }
  /// A little more may take that many for a moment.
  var growth: Int { builder.growth }
}
