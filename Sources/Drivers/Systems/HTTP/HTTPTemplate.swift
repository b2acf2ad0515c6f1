import Base

/// A request with places for the key and values: `PUT /kv/{key} body={"value":{value}}`.
///
/// It is a method, a target, and, each after a space, `type=` with the content type
/// (`application/json` without) and `body=` with all the rest. A place is a name in braces, and how
/// it is written may follow a colon. Other braces are themselves, so JSON needs no escapes.
///
/// Keys and values are written alike: in a path as a part of a URL; in a JSON body as JSON, and
/// inside of its strings as a part of a string; in a form as a part of a URL; elsewhere as they are
/// (a value is its JSON text). What claims to be JSON is refused if it would not be.
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

  /// How a body is written, by its content type.
  private enum Language {
    case json, form, other

    init(_ type: String) {
      let type = type.lowercased()
      self = type.contains("json") ? .json : type.contains("form-urlencoded") ? .form : .other
    }
  }

  private enum Part: Sendable, Equatable {
    case text(String)
    case place(Place, Form)
    /// A place in a JSON body, outside of its strings or inside of one.
    case json(Place, inString: Bool)
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
      let parts = try HTTPTemplate.parts(
        rest.dropFirst(5), of: text, knob, places, isTarget: false)
      body = HTTPTemplate.written(parts, in: Language(type))
    } else if rest.isEmpty {
      body = []
    } else {
      throw HTTPTemplate.failure(
        knob, HTTPTemplate.column(of: rest.startIndex, in: text),
        "found “\(rest)”, expected “type=…”, “body=…” or the end")
    }
    try requireJSON(knob)
  }

  /// Refuses a body that says it is JSON and would be none, with the request that it would send.
  private func requireJSON(_ knob: String) throws(Failure) {
    guard !body.isEmpty, Language(type) == .json else { return }
    let isStream = type.lowercased().contains("ndjson")
    for value in HTTPTemplate.samples {
      let sample = HTTPTemplate.render(body) { HTTPTemplate.sample($0, value) }
      let texts = isStream ? sample.split(separator: "\n").map(String.init) : [sample]
      guard texts.allSatisfy({ (try? JSONParser.parse($0)) != nil }) else {
        throw Failure(
          .usage,
          "http: \(knob) would send \(request(value)), which is no JSON; say type=text/plain (or"
            + " another) where none is meant")
      }
    }
  }

  private static let samples: [JSON] = [17, [1, 2], "a"]

  private static func sample(_ place: Place, _ value: JSON) -> String {
    place == .key ? "k0" : value.description
  }

  /// The request that it would send for the key `k0` and a value, in words.
  func request(_ value: JSON = 17) -> String {
    let fill = { HTTPTemplate.sample($0, value) }
    let text = HTTPTemplate.render(body, fill)
    let start = "“\(method) \(target(fill))”"
    return text.isEmpty ? start : "\(start) with the body “\(text)” (\(type))"
  }

  /// Whether that place occurs in it.
  func has(_ place: Place) -> Bool {
    (target + body).contains { part in
      switch part {
      case .text: false
      case .place(let known, _), .json(let known, _): known == place
      }
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
      case .json(let place, let inString):
        let words = fill(place)
        let quoted = JSON.string(words).description
        text += inString ? String(quoted.dropFirst().dropLast()) : place == .key ? quoted : words
      }
    }
    return text
  }

  /// Has the places of a body written as its language wants it, where the template says no more.
  private static func written(_ parts: [Part], in language: Language) -> [Part] {
    var isInString = false
    return parts.map { part in
      switch (part, language) {
      case (.text(let words), .json):
        var isEscaped = false
        for character in words {
          if isEscaped {
            isEscaped = false
          } else if character == "\\" {
            isEscaped = isInString
          } else if character == "\"" {
            isInString.toggle()
          }
        }
        return part
      case (.place(let place, .plain), .json): return .json(place, inString: isInString)
      case (.place(let place, .plain), .form): return .place(place, .url)
      default: return part
      }
    }
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
        let isSeparator = !isTarget && (character == "\n" || character == "\t")
        guard character >= " " || isSeparator, character != "\u{7F}",
          !isTarget || character.isASCII
        else {
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
