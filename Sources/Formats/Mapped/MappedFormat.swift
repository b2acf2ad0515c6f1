import Base
import Histories

/// A log that a map explains; without one, what its names and words leave no doubt about.
///
/// One type for all the notations: each row of ``all`` is a name for `--format`.
public struct MappedFormat: HistoryFormat {
  /// The name of the notation or shape; `map` where a map explains all.
  public let name: String
  /// What the format is, in one line.
  public let summary: String
  /// The usual endings of a file's name.
  public let extensions: [String]
  let notation: FieldMap.Notation?
  let shape: FieldMap.Shape?
  private let map: FieldMap?

  /// What a byte of a log takes while it is read, at most: all records are there at once.
  public var memoryPerByte: Int { 28 }

  /// The notations by their names.
  static let all = [
    MappedFormat(
      "intervals", "an operation a record, with its start and end, in any of these notations",
      [], nil, .intervals),
    MappedFormat("csv", "comma-separated values with a header", ["csv"], .csv),
    MappedFormat("tsv", "tab-separated values with a header", ["tsv"], .tsv),
    MappedFormat("logfmt", "lines of name=value (logfmt, slog's text)", ["log"], .logfmt),
    MappedFormat("otlp", "OpenTelemetry's spans as JSON", ["json"], .otlp, .intervals),
    MappedFormat(
      "records", "JSON objects with other names (slog, zap, Porcupine's operations and events)",
      ["json", "jsonl", "log"], .json),
  ]

  private init(
    _ name: String, _ summary: String, _ extensions: [String], _ notation: FieldMap.Notation?,
    _ shape: FieldMap.Shape? = nil
  ) {
    self.name = name
    self.summary = summary
    self.extensions = extensions
    self.notation = notation
    self.shape = shape
    map = nil
  }

  /// What is read by a map alone has this name.
  static let nameOfMap = "map"

  /// The format of what a map explains.
  init(_ map: FieldMap) {
    name = MappedFormat.nameOfMap
    summary = "what a map explains"
    extensions = []
    notation = map.notation
    shape = map.shape
    self.map = map
  }

  /// Intervals have their times' order only.
  public var orders: [EventOrder] {
    (map?.shape ?? shape) == .intervals ? [.time] : [.line, .time]
  }

  /// Names of fields leave room for doubt, spans do not.
  public var surest: Confidence { notation == .otlp ? .certain : .likely }

  /// A header with names of fields, or spans; JSON with other names is asked for by name.
  public func sniff(_ prefix: UnsafeRawBufferPointer) -> Confidence {
    guard shape != .intervals || notation == .otlp, notation != .json else { return .no }
    guard let notation, Records.notation(of: prefix) == notation else { return .no }
    if notation == .otlp { return .certain }
    let lines = UnsafeRawBufferPointer(
      rebasing: prefix.prefix((prefix.lastIndex(of: 0x0A) ?? prefix.count - 1) + 1))
    guard let guess = try? MapGuess(lines, file: "", notation: notation) else {
      // What is damaged is told by its reader, with the place.
      return MappedFormat.names(lines, notation) ? .likely : .no
    }
    let found = guess.map.fields
    return found[.f] != nil && (found[.process] != nil || found[.start] != nil) ? .likely : .no
  }

  /// Whether the names alone are those of a log.
  private static func names(
    _ lines: UnsafeRawBufferPointer, _ notation: FieldMap.Notation
  ) -> Bool {
    let names: [String]
    if let separator = notation.separator {
      names = Delimited.names(lines, separator: separator)
    } else {
      let first = Lines(lines).first { !$0.bytes.isEmpty && $0.bytes[0] != UInt8(ascii: "#") }
      names = first.map { Logfmt.names($0.bytes) } ?? []
    }
    func has(_ field: FieldMap.Field) -> Bool {
      names.contains { LogPaths.rank($0, field) != nil }
    }
    return has(.f) && (has(.process) || has(.start))
  }

  /// Reads a log.
  public func read(
    _ bytes: UnsafeRawBufferPointer, file: String, options: ReadOptions
  ) throws(FormatError) -> History {
    if var map = map ?? options.map {
      if map.notation == nil { map.notation = notation }
      if let shape, self.map == nil, map.shape != shape, notation == nil { map.shape = shape }
      return try MappedReader.read(bytes, map, file: file, options: options)
    }
    let guess = try MapGuess(bytes, file: file, notation: notation, shape: shape)
    guard guess.doubts.isEmpty else {
      throw FormatError(
        file: file, line: 1,
        "what its fields mean is not certain: \(guess.doubts.joined(separator: "; ")); plumbline "
          + "import --guess prints a map to complete and to give with --map")
    }
    var history = try MappedReader.read(bytes, guess.map, file: file, options: options)
    if guess.map.values == .number { history.warnings.append(MapGuess.numbersAsText) }
    return history
  }
}
