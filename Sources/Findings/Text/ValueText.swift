import Base
import Histories

/// Values as people read them, cut to a length.
public enum ValueText {
  /// The value in JSON's manner with `nil` for null, legible, at most `limit` characters and `…`.
  ///
  /// - Complexity: O(limit), however large the value is.
  public static func describe(_ id: ValueID, in values: ValueTable, limit: Int) -> String {
    var text = ""
    append(id, in: values, limit: limit + 1, depth: 0, to: &text)
    return Legible.text(text, limit: limit)
  }

  /// Appends until the limit is passed; the caller cuts.
  private static func append(
    _ id: ValueID, in values: ValueTable, limit: Int, depth: Int, to text: inout String
  ) {
    guard id > ValueTable.null else {
      text += "nil"
      return
    }
    switch values.kind(of: id) {
    case .null, .bool, .integer: text += values.describe(id)
    case .decimal: text += String(decoding: values.utf8(id).prefix(limit), as: UTF8.self)
    case .keyword: text += ":" + String(decoding: values.utf8(id).prefix(4 * limit), as: UTF8.self)
    case .string:
      let bytes = values.utf8(id)
      let head = String(decoding: bytes.prefix(4 * limit), as: UTF8.self)
      let literal = JSON.string(head).description
      text += bytes.count > 4 * limit ? String(literal.dropLast()) : literal
    case .list, .set: appendParts(id, ("[", "]"), values, limit, depth, to: &text)
    case .map: appendParts(id, ("{", "}"), values, limit, depth, to: &text)
    }
  }

  private static func appendParts(
    _ id: ValueID, _ brackets: (String, String), _ values: ValueTable, _ limit: Int, _ depth: Int,
    to text: inout String
  ) {
    guard depth < 64 else {
      text += "…"
      return
    }
    let isMap = values.kind(of: id) == .map
    text += brackets.0
    for (index, part) in values.parts(of: id).enumerated() {
      if index > 0 { text += isMap && index % 2 == 1 ? ": " : ", " }
      guard text.unicodeScalars.count <= limit else { return }
      append(part, in: values, limit: limit, depth: depth + 1, to: &text)
    }
    text += brackets.1
  }
}
