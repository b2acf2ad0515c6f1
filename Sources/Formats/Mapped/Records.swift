import Base
import Histories

/// One thing that a log says, and the line where it begins.
struct Record {
  var line: Int
  var value: JSON
}

/// Takes a log apart into records.
enum Records {
  /// The records of a whole log, in order.
  ///
  /// - Complexity: O(bytes).
  /// - Throws: ``FormatError`` with the line and column of what is no record.
  static func read(
    _ bytes: UnsafeRawBufferPointer, as notation: FieldMap.Notation, file: String
  ) throws(FormatError) -> (records: [Record], warnings: [String]) {
    switch notation {
    case .json: try JSONRecords.read(bytes, file: file)
    case .csv: (try Delimited.read(bytes, separator: UInt8(ascii: ","), file: file), [])
    case .tsv: (try Delimited.read(bytes, separator: 0x09, file: file), [])
    case .logfmt: (try Logfmt.read(bytes, file: file), [])
    case .otlp: try Spans.read(bytes, file: file)
    }
  }

  /// How the first bytes of a log are written down.
  static func notation(of prefix: UnsafeRawBufferPointer) -> FieldMap.Notation? {
    let text = Sniffing.skipSpaceAndComments(prefix, comment: UInt8(ascii: "#"))
    guard let first = text.first else { return nil }
    if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
      let isOTLP = prefix.includes("\"resourceSpans\"")
      return isOTLP ? .otlp : .json
    }
    for line in Lines(prefix) where !line.bytes.isEmpty && line.bytes[0] != UInt8(ascii: "#") {
      if JSONRecords.start(of: line.bytes) != nil { return .json }
      let pairs = (try? Logfmt.pairs(line.bytes).count) ?? Logfmt.names(line.bytes).count
      if pairs > 2 { return .logfmt }
      if line.bytes.contains(0x09) { return .tsv }
      return line.bytes.contains(UInt8(ascii: ",")) ? .csv : nil
    }
    return nil
  }
}

/// JSON objects: one a line, one after another over several lines, or in one list; and lines of a
/// logger that end with one (zap's console: time, level, message, fields).
enum JSONRecords {
  static func read(
    _ bytes: UnsafeRawBufferPointer, file: String
  ) throws(FormatError) -> (records: [Record], warnings: [String]) {
    var records: [Record] = []
    var warnings: [String] = []
    var offset = 0
    var line = 1
    var isInList = false
    while offset < bytes.count {
      let byte = bytes[offset]
      switch byte {
      case 0x0A:
        line += 1
        offset += 1
      case 0x20, 0x09, 0x0D: offset += 1
      case UInt8(ascii: ",") where isInList, UInt8(ascii: "]") where isInList: offset += 1
      case UInt8(ascii: "[") where records.isEmpty && !isInList:
        isInList = true
        offset += 1
      case UInt8(ascii: "#"): offset = end(of: bytes, from: offset)
      case UInt8(ascii: "{"):
        guard let end = self.end(ofObject: bytes, from: offset) else {
          let rest = bytes[offset...].count { $0 == 0x0A }
          guard rest == 0, !records.isEmpty else {
            throw FormatError(
              file: file, line: line, "the object that begins here does not end; is the log cut?")
          }
          warnings.append("line \(line), the last, is torn and was dropped")
          return (records, warnings)
        }
        records.append(try parse(bytes, offset..<end, line, file))
        line += bytes[offset..<end].count { $0 == 0x0A }
        offset = end
      default:
        let end = self.end(of: bytes, from: offset)
        let text = UnsafeRawBufferPointer(rebasing: bytes[offset..<end])
        guard !isInList, let start = start(of: text) else {
          throw FormatError(
            file: file, line: line, column: 1,
            "found \(Words.byte(byte)), expected a JSON object, or a logger's line that ends with "
              + "one")
        }
        var record = try parse(bytes, offset + start..<end, line, file)
        record.value = joined(String(decoding: text.prefix(start), as: UTF8.self), record.value)
        records.append(record)
        offset = end
      }
    }
    return (records, warnings)
  }

  /// Where the object of a logger's line begins: behind a tab.
  static func start(of line: UnsafeRawBufferPointer) -> Int? {
    for place in line.indices.dropFirst()
    where line[place] == UInt8(ascii: "{") && line[place - 1] == 0x09 {
      return line.last == UInt8(ascii: "}") ? place : nil
    }
    return nil
  }

  /// A logger's columns beside its fields: time, level, message.
  private static func joined(_ head: String, _ value: JSON) -> JSON {
    let columns = head.split(separator: "\t").map(String.init)
    var members = value.members ?? []
    let names = columns.count > 3 ? ["time", "level", "logger", "msg"] : ["time", "level", "msg"]
    for (name, column) in zip(names, columns) where !members.contains(where: { $0.name == name }) {
      members.append(JSON.Member(name, .string(column)))
    }
    return .object(members)
  }

  private static func end(of bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
  }

  /// Behind the object that begins there.
  private static func end(ofObject bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    var depth = 0
    var isText = false
    var place = start
    while place < bytes.count {
      let byte = bytes[place]
      if isText {
        if byte == UInt8(ascii: "\\") { place += 1 }
        if byte == UInt8(ascii: "\"") { isText = false }
      } else if byte == UInt8(ascii: "\"") {
        isText = true
      } else if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
        depth += 1
      } else if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") {
        depth -= 1
        if depth == 0 { return place + 1 }
      }
      place += 1
    }
    return nil
  }

  private static func parse(
    _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ line: Int, _ file: String
  ) throws(FormatError) -> Record {
    do throws(JSONError) {
      return Record(line: line, value: try JSONParser.parse(bytes[range]))
    } catch {
      throw FormatError(
        file: file, line: line + error.line - 1, column: error.column, error.message)
    }
  }
}
