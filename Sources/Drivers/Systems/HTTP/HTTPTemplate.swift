import Base

/// A request with places for the key and values: `PUT /kv/{key} body={"value":{value}}`.
///
/// It is a method, a target, and, each after a space, `type=` with the content type
/// (`application/json` without) and `body=` with all the rest. A place is a name in braces, and how
/// it is written may follow a colon. Other braces are themselves, so JSON needs no escapes.
struct HTTPTemplate: Sendable, Equatable {
  /// What stands in a place.
  enum Place: String, Sendable, CaseIterable {
    case key, value, from, to
  }

  /// How it is written.
  enum Form: String, Sendable, CaseIterable {
    /// The key, or the JSON text of the value.
    case plain
    /// As a part of a URL; always so in a target.
    case url
    /// As a JSON string that holds the text.
    case string
    /// In Base64.
    case base64
  }

  private enum Part: Sendable, Equatable {
    case text(String)
    case place(Place, Form)
  }

  let method: String
  let type: String
  private let target: [Part]
  private let body: [Part]

  /// The methods that a template may have.
  static let methods = ["GET", "PUT", "POST", "DELETE", "PATCH", "HEAD"]

  /// Reads a template of a knob with the places that its question has.
  ///
  /// - Throws: a usage ``Failure`` with the knob and the column.
  init(_ text: String, knob: String, places: [Place]) throws(Failure) {
    let method = text.prefix { $0 != " " }
    guard HTTPTemplate.methods.contains(String(method)) else {
      throw HTTPTemplate.failure(
        knob, 1,
        "found “\(method)”, expected a method: \(HTTPTemplate.methods.joined(separator: ", "))")
    }
    var rest = text[method.endIndex...].drop { $0 == " " }
    let target = rest.prefix { $0 != " " }
    guard target.hasPrefix("/") else {
      throw HTTPTemplate.failure(
        knob, HTTPTemplate.column(of: target.startIndex, in: text),
        "found “\(target)”, expected a path that begins with “/”")
    }
    self.method = String(method)
    self.target = try HTTPTemplate.parts(target, of: text, knob, places, isTarget: true)
    rest = rest[target.endIndex...].drop { $0 == " " }
    var type = "application/json"
    if rest.hasPrefix("type=") {
      let word = rest.dropFirst(5).prefix { $0 != " " }
      type = String(word)
      guard !word.isEmpty, word.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
        throw HTTPTemplate.failure(
          knob, HTTPTemplate.column(of: rest.startIndex, in: text),
          "found “\(rest)”, expected a content type such as type=text/plain")
      }
      rest = rest[word.endIndex...].drop { $0 == " " }
    }
    self.type = type
    if rest.hasPrefix("body=") {
      body = try HTTPTemplate.parts(
        rest.dropFirst(5), of: text, knob, places, isTarget: false)
    } else if rest.isEmpty {
      body = []
    } else {
      throw HTTPTemplate.failure(
        knob, HTTPTemplate.column(of: rest.startIndex, in: text),
        "found “\(rest)”, expected “type=…”, “body=…” or the end")
    }
  }

  /// Whether that place occurs in it.
  func has(_ place: Place) -> Bool {
    (target + body).contains { part in
      if case .place(place, _) = part { true } else { false }
    }
  }

  /// The target with the places filled in.
  func target(_ fill: (Place) -> String) -> String {
    HTTPTemplate.render(target, fill)
  }

  /// The body with the places filled in.
  func body(_ fill: (Place) -> String) -> [UInt8] {
    Array(HTTPTemplate.render(body, fill).utf8)
  }

  private static func render(_ parts: [Part], _ fill: (Place) -> String) -> String {
    var text = ""
    for part in parts {
      switch part {
      case .text(let words): text += words
      case .place(let place, .plain): text += fill(place)
      case .place(let place, .url): text += PercentEncoding.encode(fill(place))
      case .place(let place, .string): text += JSON.string(fill(place)).description
      case .place(let place, .base64):
        var letters: [UInt8] = []
        Base64.write(Array(fill(place).utf8), to: &letters)
        text += String(decoding: letters, as: UTF8.self)
      }
    }
    return text
  }

  // MARK: - Reading

  private static func failure(_ knob: String, _ column: Int, _ words: String) -> Failure {
    Failure(.usage, "http: \(knob), column \(column): \(words)")
  }

  private static func column(of index: String.Index, in text: String) -> Int {
    text.utf8.distance(from: text.startIndex, to: index) + 1
  }

  private static func parts(
    _ text: Substring, of whole: String, _ knob: String, _ places: [Place], isTarget: Bool
  ) throws(Failure) -> [Part] {
    var parts: [Part] = []
    var words = ""
    var rest = text
    while let character = rest.first {
      guard character == "{", let end = HTTPTemplate.end(of: rest) else {
        guard character >= " ", character != "\u{7F}", !isTarget || character.isASCII else {
          throw failure(
            knob, column(of: rest.startIndex, in: whole),
            "found a character that a request cannot have here")
        }
        words.append(character)
        rest.removeFirst()
        continue
      }
      let inside = rest[rest.index(after: rest.startIndex)..<end]
      let column = column(of: rest.startIndex, in: whole)
      if !words.isEmpty { parts.append(.text(words)) }
      words = ""
      parts.append(try place(inside, knob, column, places, isTarget: isTarget))
      rest = rest[rest.index(after: end)...]
    }
    if !words.isEmpty { parts.append(.text(words)) }
    return parts
  }

  /// Where the brace closes that opens a place: letters, a colon, letters and digits between them.
  private static func end(of text: Substring) -> String.Index? {
    let inside = text.dropFirst().prefix {
      $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ":")
    }
    guard inside.first?.isLetter == true, inside.endIndex < text.endIndex,
      text[inside.endIndex] == "}"
    else { return nil }
    return inside.endIndex
  }

  private static func place(
    _ inside: Substring, _ knob: String, _ column: Int, _ places: [Place], isTarget: Bool
  ) throws(Failure) -> Part {
    let words = inside.split(separator: ":", omittingEmptySubsequences: false)
    guard let place = Place(rawValue: String(words[0])), places.contains(place) else {
      let known = places.map { "{\($0.rawValue)}" }.joined(separator: ", ")
      throw failure(
        knob, column, "found {\(inside)}, expected \(known.isEmpty ? "no place" : known)")
    }
    guard words.count > 1 else { return .place(place, isTarget ? .url : .plain) }
    guard words.count == 2, let form = Form(rawValue: String(words[1])), form != .plain,
      !isTarget || form == .url
    else {
      throw failure(
        knob, column,
        isTarget
          ? "found {\(inside)}, a path has {\(words[0])} only, escaped as a URL needs it"
          : "found {\(inside)}, expected {\(words[0])}, {\(words[0]):string},"
            + " {\(words[0]):base64} or {\(words[0]):url}")
    }
    return .place(place, form)
  }
}
