/// The tokens of an expression, each with its column.
struct TokenScanner {
  enum Token: Equatable {
    case name(String)
    case symbol(Character)
    case end

    var description: String {
      switch self {
      case .name(let text): "“\(text)”"
      case .symbol(let character): "“\(character)”"
      case .end: "the end"
      }
    }
  }

  /// The token that comes next.
  private(set) var token = Token.end
  /// The column of its first character, from 1.
  private(set) var column = 1

  private let characters: [Character]
  private var position = 0

  init(_ text: String) {
    characters = Array(text)
    advance()
  }

  /// Goes to the token after ``token``.
  mutating func advance() {
    while position < characters.count, characters[position].isWhitespace { position += 1 }
    column = position + 1
    guard position < characters.count else {
      token = .end
      return
    }
    let start = position
    while position < characters.count, Self.isNameCharacter(characters[position]) { position += 1 }
    if position > start {
      token = .name(String(characters[start..<position]))
    } else {
      token = .symbol(characters[position])
      position += 1
    }
  }

  /// What names of nodes are made of.
  static func isNameCharacter(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || "_-.:".contains(character)
  }
}
