import Glibc
import Histories

/// The events of a stretch of JSON lines, read without a look at what comes before it.
struct JSONLinesBatch {
  /// A place in the stretch, from 1, and what is wrong there.
  struct Flaw {
    var line: Int
    var column: Int
    var message: String
  }

  private(set) var events = EventBatch()
  /// Whole lines that were read.
  private(set) var lineCount = 0
  /// Where the stretch has a header, which only the beginning of a file may have.
  private(set) var header: (line: Int, column: Int)?
  /// Why the scan ended before the end of the stretch.
  private(set) var flaw: Flaw?
  private var scanner = JSONEventScanner()

  /// Reads whole lines; what was read before is forgotten.
  ///
  /// - Complexity: O(bytes).
  mutating func read(lines bytes: UnsafeRawBufferPointer) {
    events.removeAll()
    scanner.reset()
    lineCount = 0
    header = nil
    flaw = nil
    guard let start = bytes.baseAddress else { return }
    let base = start.assumingMemoryBound(to: UInt8.self)
    var offset = 0
    while offset < bytes.count,
      let newline = memchr(base + offset, 0x0A, bytes.count - offset)
    {
      let end = UnsafeRawPointer(newline) - start
      read(base, from: offset, to: end, readable: bytes.count)
      if flaw != nil { return }
      offset = end + 1
    }
  }

  @inline(__always)
  private mutating func read(
    _ base: UnsafePointer<UInt8>, from start: Int, to end: Int, readable: Int
  ) {
    lineCount += 1
    do throws(ScanError) {
      let event = try scanner.line(
        base, from: start, to: end, readable: readable, number: lineCount, in: &events.names)
      if let event {
        for extra in scanner.extras { events.keep(extra.field, extra.value) }
        events.append(event)
      } else if let place = scanner.headerStart, header == nil {
        header = (lineCount, place - start + 1)
      }
    } catch {
      if let place = scanner.headerStart, header == nil, place >= start {
        header = (lineCount, place - start + 1)
      }
      flaw = Flaw(line: lineCount, column: error.offset - start + 1, message: error.message)
    }
  }
}
