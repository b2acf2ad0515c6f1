import Base
import Glibc
import Histories

/// One JSON object a line: plumbline's own format, and Jepsen's events as JSON.
///
/// A file that is one array of such objects is read as well.
public struct JSONLines: HistoryFormat {
  /// `jsonl`.
  public let name = "jsonl"
  /// What the format is.
  public let summary = "one JSON event a line, or one array of them (plumbline's own)"
  /// `jsonl`, `ndjson`, `json`.
  public let extensions = ["jsonl", "ndjson", "json"]

  /// Has no settings: all instances are alike. What can be chosen is in the ``ReadOptions`` of a
  /// reading.
  public init() {}

  /// Looks for `{"`, or for `[` and `{"`.
  public func sniff(_ prefix: UnsafeRawBufferPointer) -> Confidence {
    let text = Sniffing.skipSpaceAndComments(prefix, comment: UInt8(ascii: "#"))[...]
    guard let first = text.first else { return .possible }
    var rest = text.dropFirst().drop(while: Sniffing.isSpace)
    if first == UInt8(ascii: "{") {
      // An operation of etcd's logs, unless someone says otherwise.
      if rest.starts(with: "\"ClientId\"".utf8) { return .likely }
      // OpenTelemetry's spans.
      if rest.starts(with: "\"resourceSpans\"".utf8) { return .likely }
      return rest.first == UInt8(ascii: "\"") ? .certain : rest.isEmpty ? .possible : .no
    }
    guard first == UInt8(ascii: "[") else { return .no }
    guard rest.first == UInt8(ascii: "{") else {
      return rest.isEmpty || rest.first == UInt8(ascii: "]") ? .possible : .no
    }
    rest = rest.dropFirst().drop(while: Sniffing.isSpace)
    return rest.first == UInt8(ascii: "\"") ? .likely : .no
  }

  /// Whether the first bytes hold a header of ours or an event, rather than records of others.
  static func isOurs(_ prefix: UnsafeRawBufferPointer) -> Bool {
    let beginning = UnsafeRawBufferPointer(rebasing: prefix.prefix(Formats.prefixLength))
    return beginning.includes("\"plumbline\"")
      || beginning.includes("\"process\"") && beginning.includes("\"type\"")
  }

  /// Bytes below which a second thread is not worth its start.
  private static let parallelSize = 1 << 19

  /// Reads lines on every core as they come; an array is read at once.
  public func read(
    _ source: consuming ByteSource, prefix: [UInt8], file: String,
    options: ReadOptions
  ) throws(Failure) -> History? {
    guard let first = prefix.first(where: { !Sniffing.isSpace($0) }), first != UInt8(ascii: "[")
    else { return nil }
    do throws(ParallelJSONLines.Ending) {
      return try parallel(source, file: file, options: options)
    } catch {
      throw error.failure
    }
  }

  private func parallel(
    _ source: consuming ByteSource, file: String, options: ReadOptions
  ) throws(ParallelJSONLines.Ending) -> History {
    let cores = max(1, min(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 16))
    let history = try ParallelJSONLines.read(
      source, file: file, threads: options.threads ?? cores, options: options)
    do throws(FormatError) {
      return try Keyed.apply(options, to: history, file: file)
    } catch {
      throw .format(error)
    }
  }

  /// Reads a history.
  public func read(
    _ bytes: UnsafeRawBufferPointer, file: String, options: ReadOptions
  ) throws(FormatError) -> History {
    var reader = JSONLinesReader(
      file: file, order: options.order, loneCompletions: options.loneCompletions)
    let first = bytes.first { !Sniffing.isSpace($0) }
    if first == UInt8(ascii: "[") {
      try reader.read(array: bytes)
    } else if bytes.count >= JSONLines.parallelSize, options.threads != 1 {
      // What is in memory already was counted there.
      var options = options
      options.memoryLimit = nil
      do throws(ParallelJSONLines.Ending) {
        return try parallel(ByteSource(bytes), file: file, options: options)
      } catch {
        switch error {
        case .format(let error): throw error
        case .failure(let failure): throw FormatError(file: file, line: 1, failure.message)
        }
      }
    } else {
      let done = try reader.read(lines: bytes)
      try reader.read(last: UnsafeRawBufferPointer(rebasing: bytes[done...]))
    }
    return try Keyed.apply(options, to: reader.finish(), file: file)
  }

  /// The history as ``JSONLinesWriter`` writes it.
  public func bytes(of history: History) -> [UInt8]? { JSONLinesWriter.bytes(of: history) }
}

/// What the formats' detections share.
enum Sniffing {
  static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
  }

  /// The bytes after blank lines and lines that begin with the comment's byte.
  static func skipSpaceAndComments(
    _ bytes: UnsafeRawBufferPointer, comment: UInt8
  ) -> Slice<UnsafeRawBufferPointer> {
    var rest = bytes.drop(while: isSpace)
    while rest.first == comment {
      rest = rest.drop { $0 != 0x0A }.drop(while: isSpace)
    }
    return rest
  }
}
