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
      guard UTF8Check.firstInvalid(line.bytes) == nil else {
        throw FormatError(file: file, line: line.number, "found bytes that are not UTF-8")
      }
      let text = String(decoding: line.bytes, as: UTF8.self)
      let pairs = pairs(text)
      if pairs.isEmpty, text.first != "#", !text.trimmed.isEmpty {
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
  static func pairs(_ line: String) -> [(name: String, value: String)] {
    var pairs: [(name: String, value: String)] = []
    var rest = line[...]
    while true {
      rest = rest.drop(while: \.isWhitespace)
      let word = rest.prefix { !$0.isWhitespace && $0 != "=" && $0 != "\"" }
      guard !rest.isEmpty else { return pairs }
      rest = rest.dropFirst(max(word.count, 1))
      guard !word.isEmpty, rest.first == "=" else { continue }
      rest = rest.dropFirst()
      let value: String
      if rest.first == "\"" {
        value = quoted(&rest)
      } else {
        let plain = rest.prefix { !$0.isWhitespace }
        rest = rest.dropFirst(plain.count)
        value = String(plain)
      }
      pairs.append((String(word), value))
    }
  }

  /// Takes a quoted value off the front.
  private static func quoted(_ rest: inout Substring) -> String {
    var value = ""
    rest = rest.dropFirst()
    while let character = rest.popFirst(), character != "\"" {
      guard character == "\\", let next = rest.popFirst() else {
        value.append(character)
        continue
      }
      switch next {
      case "n": value.append("\n")
      case "t": value.append("\t")
      default: value.append(next)
      }
    }
    return value
  }
}
