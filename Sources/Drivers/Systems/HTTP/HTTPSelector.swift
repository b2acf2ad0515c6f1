import Base

/// Where something stands in a response: `body`, `json:node.value`, `string:value`,
/// `base64:0.Value`, `header:ETag`.
enum HTTPSelector: Sendable, Equatable {
  /// The body is the JSON text.
  case body
  /// The member or element of that path is the value itself.
  case json([String])
  /// A string of that path holds the JSON text.
  case string([String])
  /// A string of that path holds the JSON text in Base64.
  case base64([String])
  /// A field of the head holds the JSON text.
  case header(String)

  /// Reads a selector of a knob.
  ///
  /// - Throws: a usage ``Failure`` with the knob and the column.
  init(_ text: String, knob: String) throws(Failure) {
    if text == "body" {
      self = .body
      return
    }
    let kind = text.prefix { $0 != ":" }
    let rest = text[kind.endIndex...].dropFirst()
    let column = kind.utf8.count + 2
    if kind == "header" {
      guard !rest.isEmpty,
        rest.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") })
      else {
        throw Failure(.usage, "http: \(knob), column \(column): expected the name of a field")
      }
      self = .header(String(rest))
      return
    }
    let path = rest.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard ["json", "string", "base64"].contains(kind) else {
      throw Failure(
        .usage,
        "http: \(knob), column 1: found “\(text)”, expected body, json:PATH, string:PATH,"
          + " base64:PATH or header:NAME")
    }
    guard path.allSatisfy({ !$0.isEmpty }) else {
      throw Failure(
        .usage,
        "http: \(knob), column \(column): expected a path such as node.value or 0.Value")
    }
    self = kind == "json" ? .json(path) : kind == "string" ? .string(path) : .base64(path)
  }

  /// Whether it looks at the head alone.
  var isInHead: Bool {
    if case .header = self { true } else { false }
  }

  /// What stands there, or nil when there is nothing, or nothing that can be read.
  func value(_ content: HTTPContent) -> JSON? {
    switch self {
    case .body: content.json
    case .header(let name): content.response.field(name).flatMap { try? JSONParser.parse($0) }
    case .json(let path): HTTPSelector.found(path, content)
    case .string(let path):
      HTTPSelector.found(path, content).flatMap { value in
        value == .null ? .null : value.string.flatMap { try? JSONParser.parse($0) }
      }
    case .base64(let path):
      HTTPSelector.found(path, content).flatMap { value in
        value == .null
          ? .null : value.string.flatMap(Base64.bytes).flatMap { try? JSONParser.parse($0) }
      }
    }
  }

  private static func found(_ path: [String], _ content: HTTPContent) -> JSON? {
    guard var value = content.json else { return nil }
    for name in path {
      if let elements = value.array {
        guard let index = Int(name), elements.indices.contains(index) else { return nil }
        value = elements[index]
      } else {
        guard let member = value[name] else { return nil }
        value = member
      }
    }
    return value
  }
}
