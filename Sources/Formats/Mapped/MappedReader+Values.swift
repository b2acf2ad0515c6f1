import Base
import Histories

/// How values and keys are read.
extension MappedReader {
  /// A value as the map wants it read.
  mutating func typed(
    _ json: JSON, _ reading: FieldMap.Reading, _ record: Record
  ) throws(FormatError) -> ValueID {
    switch reading {
    case .text: return builder.values.intern(string: MapReader.plain(json))
    case .auto:
      guard isText, let text = json.string else { return builder.values.intern(json) }
      return try plain(text, record)
    case .number:
      guard let text = json.string else { return builder.values.intern(json) }
      return builder.values.intern(number: text) ?? builder.values.intern(string: text)
    case .json:
      guard let text = json.string else { return builder.values.intern(json) }
      do throws(JSONError) { return builder.values.intern(try JSONParser.parse(text)) } catch {
        throw FormatError(
          file: file, line: record.line,
          "“\(text.prefix(40))” is no JSON (\(error.message)); the map's “values” and “keys” "
            + "(--map) may say text")
      }
    }
  }

  /// Text of a notation that has nothing else. Texts that differ must not become one value.
  private mutating func plain(_ text: String, _ record: Record) throws(FormatError) -> ValueID {
    if MappedReader.isCanonical(text), let number = builder.values.intern(number: text) {
      return number
    }
    switch text {
    case "null": return ValueTable.null
    case "true": return ValueTable.true
    case "false": return ValueTable.false
    default: break
    }
    guard text.first == "[" || text.first == "{", let json = try? JSONParser.parse(text) else {
      return builder.values.intern(string: text)
    }
    let id = builder.values.intern(json)
    guard let other = texts[id] else {
      texts[id] = (text, record.line)
      return id
    }
    guard other.text == text else {
      throw FormatError(
        file: file, line: record.line,
        "“\(text.prefix(40))” and “\(other.text.prefix(40))” on line \(other.line) are one value "
          + "as JSON and two as text; the map's “values” and “keys” (--map) say json or text")
    }
    return id
  }

  /// Whether a text is a whole number in the one form that computers write.
  static func isCanonical(_ text: String) -> Bool {
    let digits = text.utf8.drop { $0 == UInt8(ascii: "-") }
    let signs = text.utf8.count - digits.count
    guard let first = digits.first, signs < 2, digits.allSatisfy(Words.isDigit) else {
      return false
    }
    return first != UInt8(ascii: "0") || digits.count == 1 && signs == 0
  }
}
