import Base

/// What a service's answer looks like when there is no such key: learned from the read of a key
/// that nobody ever wrote, before clients begin.
///
/// Why: a 404 is also what a proxy without a backend, a router without the route and a node that
/// has not loaded its data say, and taking that for “no such key” invents an observation. Answers
/// are alike when status, content type and body are, where names of the key, numbers, and words
/// with digits (times, numbers of requests) do not count.
struct HTTPMiss: Equatable {
  /// The look as one value, for ``Site/learned``.
  let json: JSON

  /// What an answer about a key looks like.
  init(_ content: HTTPContent, key: String) {
    let look = content.json.map { HTTPMiss.look($0, key) }
    json = [
      "status": JSON(content.response.status), "type": .string(content.type),
      "body": look ?? .string(HTTPMiss.look(String(content.text.prefix(4096)), key)),
    ]
  }

  private static func look(_ value: JSON, _ key: String) -> JSON {
    switch value {
    case .integer, .number: 0
    case .string(let text): .string(look(text, key))
    case .array(let elements): .array(elements.map { look($0, key) })
    case .object(let members):
      .object(
        members.map { JSON.Member(look($0.name, key), look($0.value, key)) }
          .sorted { $0.name < $1.name })
    case .null, .bool: value
    }
  }

  private static func look(_ text: String, _ key: String) -> String {
    var look = ""
    var word = ""
    var hasDigit = false
    for character in HTTPMiss.nameless(text, key) {
      if character.isASCII, character.isLetter || character.isNumber || "-_.:+".contains(character)
      {
        word.append(character)
        hasDigit = hasDigit || character.isNumber
      } else {
        look += (hasDigit ? "#" : word) + String(character)
        word = ""
        hasDigit = false
      }
    }
    return look + (hasDigit ? "#" : word)
  }

  /// The text without the key, where that is a word by itself: a key may be a letter of any word.
  private static func nameless(_ text: String, _ key: String) -> String {
    guard !key.isEmpty else { return text }
    let isPart = { (character: Character?) in character.map { $0.isLetter || $0.isNumber } ?? false
    }
    var nameless = ""
    var rest = text[...]
    while let found = rest.firstRange(of: key) {
      let before =
        found.lowerBound == rest.startIndex ? nameless.last : rest[..<found.lowerBound].last
      let isWord = !isPart(before) && !isPart(rest[found.upperBound...].first)
      nameless += rest[..<found.lowerBound] + (isWord ? "{}" : key)
      rest = rest[found.upperBound...]
    }
    return nameless + rest
  }
}
