import Base
import Histories

/// Comma- or tab-separated values with a header (RFC 4180): a record a row, its members text.
enum Delimited {
  static func read(
    _ bytes: UnsafeRawBufferPointer, separator: UInt8, file: String
  ) throws(FormatError) -> [Record] {
    if let place = UTF8Check.firstInvalid(bytes) {
      var counter = LineCounter(bytes)
      let (line, column) = counter.place(of: place)
      throw FormatError(
        file: file, line: line, column: column,
        "found \(Words.byte(bytes[place])), which is no UTF-8; rows are read as UTF-8 only")
    }
    var rows = Rows(bytes, separator: separator)
    var names: [String]?
    var records: [Record] = []
    while let row = rows.next() {
      if let quote = row.openQuote {
        throw FormatError(
          file: file, line: row.line, column: quote,
          "the quoted field that begins here does not end")
      }
      if row.fields.count == 1, row.fields[0].isEmpty || row.fields[0].first == "#" { continue }
      guard let header = names else {
        names = try header(row, file)
        continue
      }
      guard row.fields.count == header.count else {
        throw FormatError(
          file: file, line: row.line,
          "found \(row.fields.count) fields, expected \(header.count) as in the header "
            + "(\(header.joined(separator: ", ")))")
      }
      let members = zip(header, row.fields).map { JSON.Member($0, .string($1)) }
      records.append(Record(line: row.line, value: .object(members)))
    }
    return records
  }

  /// The names in the first row, right or wrong.
  static func names(_ bytes: UnsafeRawBufferPointer, separator: UInt8) -> [String] {
    Rows(bytes, separator: separator).first {
      $0.fields.count > 1 || !$0.fields[0].isEmpty && $0.fields[0].first != "#"
    }?.fields.map(\.trimmed) ?? []
  }

  private static func header(_ row: Row, _ file: String) throws(FormatError) -> [String] {
    let names = row.fields.map { $0.trimmed }
    for (place, name) in names.enumerated() {
      let words =
        name.isEmpty
        ? "column \(place + 1) of the header has no name"
        : names[..<place].contains(name) ? "the header names “\(name)” twice" : nil
      if let words { throw FormatError(file: file, line: row.line, words) }
    }
    return names
  }

  struct Row {
    var line: Int
    var fields: [String]
    /// The column of a quote that nothing closes.
    var openQuote: Int?
  }

  /// The rows of a text; a quoted field may hold separators, newlines and doubled quotes.
  struct Rows: Sequence, IteratorProtocol {
    private let bytes: UnsafeRawBufferPointer
    private let separator: UInt8
    private var offset = 0
    private var line = 1

    init(_ bytes: UnsafeRawBufferPointer, separator: UInt8) {
      self.bytes = bytes
      self.separator = separator
    }

    mutating func next() -> Row? {
      guard offset < bytes.count else { return nil }
      var row = Row(line: line, fields: [])
      let start = offset
      while true {
        var field: [UInt8] = []
        if offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") {
          let quote = offset - start + 1
          offset += 1
          if !quoted(&field) { row.openQuote = quote }
        }
        while offset < bytes.count, bytes[offset] != separator, bytes[offset] != 0x0A {
          field.append(bytes[offset])
          offset += 1
        }
        let isLast = offset >= bytes.count || bytes[offset] == 0x0A
        if isLast, field.last == 0x0D { field.removeLast() }
        row.fields.append(String(decoding: field, as: UTF8.self))
        if offset < bytes.count {
          if bytes[offset] == 0x0A { line += 1 }
          offset += 1
        }
        if isLast { return row }
      }
    }

    /// Reads up to the quote that ends the field; false when there is none.
    private mutating func quoted(_ field: inout [UInt8]) -> Bool {
      while offset < bytes.count {
        let byte = bytes[offset]
        offset += 1
        if byte == UInt8(ascii: "\"") {
          guard offset < bytes.count, bytes[offset] == byte else { return true }
          offset += 1
        }
        if byte == 0x0A { line += 1 }
        field.append(byte)
      }
      return false
    }
  }
}

extension String {
  /// Without spaces around it.
  var trimmed: String {
    let start = drop(while: \.isWhitespace)
    return String(start.reversed().drop(while: \.isWhitespace).reversed())
  }
}
