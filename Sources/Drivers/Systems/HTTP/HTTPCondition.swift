import Base

/// What a response must be like for something to be true: `json:results.0.rows_affected=1`,
/// `!json:errors & json:data.set`, `status=409 | json:code="conflict"`.
///
/// A test is a selector that must say something (neither null, false nor empty), or that must be
/// (`=`) or not be (`!=`) a value; `!` turns it. Tests are joined by `&`, and those by `|`.
///
/// A test of a body that cannot be read (no JSON, maybe cut, coded) does not hold, turned or not:
/// a page that a proxy made up has no error inside, and is no success.
struct HTTPCondition: Sendable, Equatable {
  private enum Subject: Sendable, Equatable {
    case status
    case selector(HTTPSelector)
  }

  private struct Test: Sendable, Equatable {
    var subject: Subject
    /// What it is compared with, as it was written; nil: it must say something.
    var value: String?
    var isTurned: Bool
  }

  /// Any of these, all of whose tests hold.
  private let ways: [[Test]]

  /// Reads a condition of a knob.
  ///
  /// - Throws: a usage ``Failure`` with the knob and the column.
  init(_ text: String, knob: String) throws(Failure) {
    var ways: [[Test]] = [[]]
    var column = 1
    for (part, end) in HTTPCondition.parts(text) {
      ways[ways.count - 1].append(try HTTPCondition.test(part, knob, column))
      if end == "|" { ways.append([]) }
      column += part.utf8.count + 1
    }
    self.ways = ways
  }

  /// Whether it holds of a response.
  func holds(_ content: HTTPContent) -> Bool {
    ways.contains { way in way.allSatisfy { HTTPCondition.says($0, content) ?? false } }
  }

  /// Nil where the response does not let it be told.
  private static func says(_ test: Test, _ content: HTTPContent) -> Bool? {
    guard let plain = plainly(test, content) else { return nil }
    return plain != test.isTurned
  }

  private static func plainly(_ test: Test, _ content: HTTPContent) -> Bool? {
    let found: JSON?
    var text: String?
    switch test.subject {
    case .status: found = JSON(content.response.status)
    case .selector(.header(let name)):
      text = content.response.field(name)
      found = text.flatMap { try? JSONParser.parse($0) }
    case .selector(.body):
      guard content.response.isBodyBounded else { return nil }
      text = content.text
      found = content.json
    case .selector(let selector):
      guard content.json != nil else { return nil }
      found = selector.value(content)
    }
    guard let value = test.value else {
      return found.map(HTTPContent.says) ?? text.map { !$0.isEmpty } ?? false
    }
    if let found, let wanted = try? JSONParser.parse(value), found == wanted { return true }
    // A body or a field may be plain words; `""` is the empty one.
    return text.map { $0 == value || value == "\"\"" && $0.isEmpty } ?? false
  }

  // MARK: - Reading

  /// The parts between `&` and `|` outside of quotes, with the sign that ends each.
  private static func parts(_ text: String) -> [(part: Substring, end: Character?)] {
    var parts: [(Substring, Character?)] = []
    var start = text.startIndex
    var isQuoted = false
    var isEscaped = false
    for index in text.indices {
      let character = text[index]
      if isEscaped {
        isEscaped = false
      } else if character == "\\" {
        isEscaped = isQuoted
      } else if character == "\"" {
        isQuoted.toggle()
      } else if !isQuoted, character == "&" || character == "|" {
        parts.append((text[start..<index], character))
        start = text.index(after: index)
      }
    }
    return parts + [(text[start...], nil)]
  }

  private static func test(
    _ part: Substring, _ knob: String, _ column: Int
  ) throws(Failure) -> Test {
    var rest = part.drop { $0 == " " }
    while rest.last == " " { rest.removeLast() }
    var isTurned = rest.first == "!"
    if isTurned { rest = rest.dropFirst() }
    let left = rest.prefix { $0 != "=" && $0 != "!" }
    let sign = rest[left.endIndex...]
    var value: String?
    if sign.hasPrefix("!=") {
      isTurned.toggle()
      value = String(sign.dropFirst(2).drop { $0 == " " })
    } else if sign.hasPrefix("=") {
      value = String(sign.dropFirst().drop { $0 == " " })
    } else if !sign.isEmpty {
      throw failure(part, knob, column)
    }
    let name = String(left.reversed().drop { $0 == " " }.reversed())
    guard !name.isEmpty, value != "" else { throw failure(part, knob, column) }
    guard name != "status" else {
      guard let value, Int(value) != nil else { throw failure(part, knob, column) }
      return Test(subject: .status, value: value, isTurned: isTurned)
    }
    do throws(Failure) {
      let selector = try HTTPSelector(name, knob: knob)
      return Test(subject: .selector(selector), value: value, isTurned: isTurned)
    } catch {
      throw failure(part, knob, column)
    }
  }

  private static func failure(_ part: Substring, _ knob: String, _ column: Int) -> Failure {
    Failure(
      .usage,
      "http: \(knob), column \(column): found “\(part)”, expected a test such as json:error,"
        + " !json:errors, json:rows=1, body=OK or status=409")
  }
}
