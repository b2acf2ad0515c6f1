import Base
import Histories

/// Lines of `name=value` pairs, as logfmt and slog's text handler write them; what is no pair is
/// passed over.
enum Logfmt {
  static func read(
    _ bytes: UnsafeRawBufferPointer, file: String
  ) throws(FormatError) -> [Record] {
    var records: [Record] = []
    for line in Lines(bytes) {
      if let place = UTF8Check.firstInvalid(line.bytes) {
        throw FormatError(
          file: file, line: line.number, column: place + 1, "found bytes that are not UTF-8")
      }
      // A comment may hold anything.
      if line.bytes.first == UInt8(ascii: "#") { continue }
      let pairs: [(name: String, value: String)]
      do throws(LogfmtText.Flaw) { pairs = try self.pairs(line.bytes) } catch {
        throw FormatError(file: file, line: line.number, column: error.place + 1, error.message)
      }
      if pairs.isEmpty, line.bytes.contains(where: { !Sniffing.isSpace($0) }) {
        let text = String(decoding: line.bytes, as: UTF8.self)
        throw FormatError(
          file: file, line: line.number,
          "found “\(text.prefix(40))”, expected pairs such as name=value")
      }
      var members: [JSON.Member] = []
      for (name, value) in pairs {
        if members.contains(where: { $0.name == name }) {
          throw FormatError(file: file, line: line.number, "“\(name)” is given twice")
        }
        members.append(JSON.Member(name, .string(value)))
      }
      if !members.isEmpty { records.append(Record(line: line.number, value: .object(members))) }
    }
    return records
  }

  /// The pairs of a line.
  static func pairs(
    _ line: UnsafeRawBufferPointer
  ) throws(LogfmtText.Flaw) -> [(name: String, value: String)] {
    var pairs: [(name: String, value: String)] = []
    var place = 0
    func end(_ start: Int, _ isEnd: (UInt8) -> Bool) -> Int {
      line[start...].firstIndex(where: isEnd) ?? line.count
    }
    func text(_ range: Range<Int>) -> String { String(decoding: line[range], as: UTF8.self) }
    while true {
      place = end(place) { !Sniffing.isSpace($0) }
      guard place < line.count else { return pairs }
      let name = place..<end(place) { Sniffing.isSpace($0) || $0 == 0x3D || $0 == 0x22 }
      place = max(name.upperBound, place + 1)
      guard !name.isEmpty, name.upperBound < line.count, line[name.upperBound] == 0x3D else {
        continue
      }
      place = name.upperBound + 1
      if place < line.count, line[place] == UInt8(ascii: "\"") {
        let quoted = try LogfmtText(line, from: place)
        place = quoted.end
        guard place == line.count || Sniffing.isSpace(line[place]) else {
          throw LogfmtText.Flaw(place: place, message: "a quoted text ends here, and yet goes on")
        }
        pairs.append((text(name), String(decoding: quoted.bytes, as: UTF8.self)))
      } else {
        let value = place..<end(place, Sniffing.isSpace)
        place = value.upperBound
        // What is quoted so goes on behind the space.
        if let first = value.first, line[first] == 0x27,
          line[value].count(where: { $0 == 0x27 }) == 1
        {
          throw LogfmtText.Flaw(
            place: first,
            message: "found a single quote, expected text with spaces in double quotes")
        }
        pairs.append((text(name), text(value)))
      }
    }
  }

  /// The names in a line, as far as it can be read.
  static func names(_ line: UnsafeRawBufferPointer) -> [String] {
    let words = String(decoding: line, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    return words.compactMap { word in
      word.firstIndex(of: "=").map { String(word[..<$0]) }.flatMap { $0.isEmpty ? nil : $0 }
    }
  }
}
