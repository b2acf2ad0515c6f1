import Base
import Histories

/// Jepsen's `history.txt`, and the operations in a `jepsen.log`.
///
/// An operation is `process type f value` and perhaps an error, in EDN with tabs between; in a log
/// the logger's words stand before it. Other lines of a log are skipped and counted.
public struct JepsenLog: HistoryFormat {
  /// `jepsen-log`.
  public let name = "jepsen-log"
  /// What the format is.
  public let summary = "Jepsen's history.txt and the operations in a jepsen.log"
  /// `log`, `txt`.
  public let extensions = ["log", "txt"]
  /// The lines: they have no times.
  public let orders: [EventOrder] = [.line]

  /// Has no settings: all instances are alike. What can be chosen is in the ``ReadOptions`` of a
  /// reading.
  public init() {}

  /// Looks for a line with an operation.
  public func sniff(_ prefix: UnsafeRawBufferPointer) -> Confidence {
    if isLoggers(prefix) { return .likely }
    var isFirst = true
    for line in Lines(prefix) where !line.bytes.allSatisfy(Sniffing.isSpace) {
      if JepsenLog.operation(in: line.bytes) != nil { return isFirst ? .certain : .likely }
      isFirst = false
    }
    return .no
  }

  /// Whether Jepsen's logger wrote the first line; its operations may come much later.
  private func isLoggers(_ prefix: UnsafeRawBufferPointer) -> Bool {
    let line = String(
      decoding: prefix.drop(while: Sniffing.isSpace).prefix { $0 != 0x0A }, as: UTF8.self)
    return line.first?.isNumber == true && line.includes("INFO")
      && (line.includes("jepsen.core") || line.includes("[jepsen "))
  }

  /// Reads a history.
  public func read(
    _ bytes: UnsafeRawBufferPointer, file: String, options: ReadOptions
  ) throws(FormatError) -> History {
    var builder = HistoryBuilder(
      order: options.order, loneCompletions: options.loneCompletions)
    var skipped = 0
    var isTagged = false
    for line in Lines(bytes) {
      guard let words = JepsenLog.operation(in: line.bytes) else {
        if !line.bytes.allSatisfy(Sniffing.isSpace) { skipped += 1 }
        if builder.eventCount == 0, builder.header == nil {
          builder.header = TestMap.header(of: line.bytes)
        }
        continue
      }
      do throws(ScanError) {
        isTagged = try JepsenLog.add(words, of: line, to: &builder) || isTagged
      } catch {
        guard !line.isWhole, error.kind == .syntax else {
          throw FormatError(
            file: file, line: line.number, column: error.offset + 1, error.message)
        }
        builder.warn(
          "line \(line.number), the last, is torn and was dropped: \(error.message) at column "
            + "\(error.offset + 1)")
      }
    }
    do throws(HistoryError) { try builder.putInOrder() } catch {
      throw FormatError(file: file, error)
    }
    if skipped > 0 { builder.warn("lines skipped because they are no operations: \(skipped)") }
    if builder.eventCount == 0 { builder.warn("the file holds no events") }
    return try Keyed.apply(options, to: builder.build(), file: file, isTagged: isTagged)
  }

  /// Where the words of an operation are.
  private struct Words {
    var process: Event.Process
    var kind: Event.Kind
    /// The first byte of the process.
    var start: Int
    /// The first byte after the type.
    var end: Int
  }

  /// The first process that a type follows, or nil when the line holds no operation.
  private static func operation(in line: UnsafeRawBufferPointer) -> Words? {
    var before: Range<Int>?
    for word in WordRanges(line) {
      if let place = before, line[word.lowerBound] == UInt8(ascii: ":"),
        let kind = Event.Kind(
          word: UnsafeRawBufferPointer(rebasing: line[word.lowerBound + 1..<word.upperBound])),
        let process = process(UnsafeRawBufferPointer(rebasing: line[place]))
      {
        return Words(process: process, kind: kind, start: place.lowerBound, end: word.upperBound)
      }
      before = word
    }
    return nil
  }

  private static func process(_ word: UnsafeRawBufferPointer) -> Event.Process? {
    if word.elementsEqual(":nemesis".utf8) { return .nemesis }
    return Int64(String(decoding: word, as: UTF8.self)).map { .client($0) }
  }

  /// Adds an operation; whether a tag in it says that its value is a `[key value]` tuple.
  private static func add(
    _ words: Words, of line: Lines.Line, to builder: inout HistoryBuilder
  ) throws(ScanError) -> Bool {
    var scanner = EDNScanner(line.bytes, from: words.end)
    scanner.endName = "the end of the line"
    try scanner.skipSpace(into: &builder.values)
    let place = scanner.position
    let name = try scanner.value(into: &builder.values)
    guard let function = builder.values.string(name) else {
      throw scanner.error(
        "found \(builder.values.describe(name)), expected a function such as :read", at: place)
    }
    try scanner.skipSpace(into: &builder.values)
    guard scanner.position < scanner.end else {
      throw scanner.error("found \(scanner.found), expected the value of “\(function)”")
    }
    let value = try scanner.value(into: &builder.values)
    let rest = line.bytes[scanner.position...].drop(while: Sniffing.isSpace)
    if !rest.isEmpty {
      let error = String(decoding: rest, as: UTF8.self)
      builder.keep("error", builder.values.intern(string: error))
    }
    do throws(HistoryError) {
      try builder.add(
        Event(
          words.kind, process: words.process, function: builder.function(function), value: value,
          line: line.number))
    } catch {
      throw ScanError(offset: 0, message: error.message, kind: .rule)
    }
    return scanner.hasTaggedTuples
  }
}
