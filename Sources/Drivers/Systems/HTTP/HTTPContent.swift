import Base

/// A whole response, its body read once, as selectors and conditions look at it.
struct HTTPContent {
  let response: HTTPResponse
  /// The body as JSON; nil where it is none, where it is coded, or where a cut could not be told.
  let json: JSON?

  init(_ response: HTTPResponse) {
    self.response = response
    let first = response.body.first { !HTTPContent.spaces.contains($0) }
    let mayBeCut = !response.isBodyBounded && !HTTPContent.closed.contains(first ?? 0)
    json =
      first == nil || mayBeCut || HTTPContent.coding(response) != nil
      ? nil : try? JSONParser.parse(response.body)
  }

  private static let spaces = Set(" \t\r\n".utf8)
  /// Beginnings of JSON texts that tell their own end.
  private static let closed = Set("{[\"".utf8)

  /// The coding of the body where it is not itself (`gzip`), or nil.
  private static func coding(_ response: HTTPResponse) -> String? {
    guard !response.body.isEmpty, let coding = response.field("Content-Encoding"),
      !coding.isEmpty, coding.lowercased() != "identity"
    else { return nil }
    return coding
  }

  /// The body without the white space around it.
  var text: String {
    var bytes = response.body[...]
    while let byte = bytes.first, HTTPContent.spaces.contains(byte) { bytes.removeFirst() }
    while let byte = bytes.last, HTTPContent.spaces.contains(byte) { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The content type without its parameters.
  var type: String {
    let field = response.field("Content-Type") ?? ""
    return field.lowercased().split(separator: ";").first.map {
      String($0.filter { $0 != " " })
    } ?? ""
  }

  /// What in the body speaks against a success that the status tells, where nobody has said how a
  /// success looks: services answer 200 with an error inside. Nil where nothing does.
  ///
  /// `judgesFlags` is false where the user has said which flag counts.
  ///
  /// - Complexity: O(body).
  func complaint(judgesFlags: Bool = true) -> String? {
    guard !response.body.isEmpty else { return nil }
    if let coding = HTTPContent.coding(response) { return "its body is coded (\(coding))" }
    if let json { return HTTPContent.complaint(in: json, "", judgesFlags, depth: 0) }
    let start = text.prefix(15).lowercased()
    if start.hasPrefix("<!doctype html") || start.hasPrefix("<html") {
      return "its body is an HTML page"
    }
    return start.hasPrefix("{") || start.hasPrefix("[") ? "its body is cut, or no JSON" : nil
  }

  private static let errors: Set<String> = [
    "error", "errors", "err", "exception", "exceptions", "failure", "failures", "failed", "fault",
    "errorcode", "error_code", "errno", "errormessage", "error_message",
  ]
  private static let flags: Set<String> = ["success", "succeeded", "successful", "ok"]
  private static let failing: Set<String> = ["error", "fail", "failed", "failure"]

  private static func complaint(
    in json: JSON, _ path: String, _ judgesFlags: Bool, depth: Int
  ) -> String? {
    guard depth < 16 else { return nil }
    let inner = { (name: String) in path.isEmpty ? name : "\(path).\(name)" }
    if let elements = json.array {
      for (index, element) in elements.enumerated() {
        if let found = complaint(in: element, inner("\(index)"), judgesFlags, depth: depth + 1) {
          return found
        }
      }
    }
    for member in json.members ?? [] {
      let name = member.name.lowercased()
      let value = member.value
      let isWrong =
        errors.contains(name) && says(value)
        || judgesFlags && flags.contains(name) && (value == false || value == 0)
        || name == "status" && fails(value)
      guard !isWrong else { return "“\(inner(member.name))” is \(brief(value))" }
      if let found = complaint(in: value, inner(member.name), judgesFlags, depth: depth + 1) {
        return found
      }
    }
    return nil
  }

  /// Whether a value says something: neither null nor false, nor zero, nor empty.
  static func says(_ value: JSON) -> Bool {
    switch value {
    case .null, .bool(false), .integer(0), .string(""), .array([]), .object([]): false
    default: true
    }
  }

  private static func fails(_ status: JSON) -> Bool {
    if let number = status.integer { return (400...599).contains(number) }
    return status.string.map { failing.contains($0.lowercased()) } ?? false
  }

  /// A value as a reason quotes it.
  static func brief(_ value: JSON) -> String {
    let text = value.description
    return text.count > 80 ? text.prefix(80) + "…" : text
  }
}
