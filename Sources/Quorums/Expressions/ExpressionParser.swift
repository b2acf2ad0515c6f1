/// Reads an expression: `a*b + c*d`, `majority(a, b, c)`, `choose(2, a, b*c, d)`,
/// `votes(3, a=2, b, c)`, nested as you like.
///
/// `*` and `and` bind closer than `+` and `or`. A name is letters, digits, `_`, `-`, `.` and `:`.
/// ```
/// either = both { ("+" | "or") both }
/// both   = part { ("*" | "and") part }
/// part   = NAME | "(" either ")" | "majority" "(" list ")"
///        | "choose" "(" NUMBER "," list ")" | "votes" "(" NUMBER "," share { "," share } ")"
/// share  = either [ "=" NUMBER ]
/// ```
public struct ExpressionParser {
  /// How deep parts may nest.
  public static let maximumDepth = 64
  /// The most votes that one share may cast.
  public static let maximumVotes = 1_000_000_000_000
  /// How many times nodes may occur in one expression.
  public static let maximumOccurrences = 10_000

  private let text: String
  private var scanner: TokenScanner
  private var names: NodeNames
  private var depth = 0
  private var occurrences = 0

  private init(_ text: String, _ names: NodeNames) {
    self.text = text
    self.names = names
    scanner = TokenScanner(text)
  }

  /// Reads one expression; names that have not come up before are added to `names`.
  ///
  /// - Complexity: O(length of the text).
  /// - Throws: ``QuorumError`` with the column of the first token that does not fit.
  public static func parse(
    _ text: String, names: inout NodeNames
  ) throws(QuorumError) -> QuorumExpression {
    var parser = ExpressionParser(text, names)
    if parser.scanner.token == .end {
      throw QuorumError("the expression is empty, expected a node such as a or majority(a, b, c)")
    }
    let expression = try parser.either()
    guard parser.scanner.token == .end else {
      throw parser.unexpected("expected “+”, “*” or the end")
    }
    names = parser.names
    return expression
  }

  private func error(_ message: String, at column: Int) -> QuorumError {
    QuorumError(message, in: text, column: column)
  }

  private func unexpected(_ expected: String) -> QuorumError {
    error("found \(scanner.token.description), \(expected)", at: scanner.column)
  }

  private mutating func either() throws(QuorumError) -> QuorumExpression {
    depth += 1
    guard depth <= Self.maximumDepth else {
      throw error("nested deeper than \(Self.maximumDepth) levels", at: scanner.column)
    }
    var parts = [try both()]
    while scanner.token == .symbol("+") || scanner.token == .name("or") {
      scanner.advance()
      parts.append(try both())
    }
    depth -= 1
    return parts.count == 1 ? parts[0] : .any(parts)
  }

  private mutating func both() throws(QuorumError) -> QuorumExpression {
    var parts = [try part()]
    while scanner.token == .symbol("*") || scanner.token == .name("and") {
      scanner.advance()
      parts.append(try part())
    }
    return parts.count == 1 ? parts[0] : .all(parts)
  }

  private mutating func part() throws(QuorumError) -> QuorumExpression {
    let column = scanner.column
    switch scanner.token {
    case .symbol("("):
      scanner.advance()
      let inner = try either()
      try close(column)
      return inner
    case .name(let word) where word != "and" && word != "or":
      scanner.advance()
      if scanner.token == .symbol("(") { return try function(word, at: column) }
      return try node(word, at: column)
    default:
      throw unexpected("expected a node, “(”, majority(…), choose(…) or votes(…)")
    }
  }

  private mutating func node(_ name: String, at column: Int) throws(QuorumError)
    -> QuorumExpression
  {
    occurrences += 1
    guard occurrences <= Self.maximumOccurrences else {
      throw error("more than \(Self.maximumOccurrences) nodes in one expression", at: column)
    }
    do throws(QuorumError) {
      return .node(try names.intern(name))
    } catch {
      throw self.error(error.message, at: column)
    }
  }

  private mutating func close(_ opened: Int) throws(QuorumError) {
    guard scanner.token == .symbol(")") else {
      throw unexpected("expected “)” for the “(” of column \(opened)")
    }
    scanner.advance()
  }

  private mutating func function(
    _ name: String, at column: Int
  ) throws(QuorumError) -> QuorumExpression {
    guard ["majority", "choose", "votes"].contains(name) else {
      throw error("“\(name)” is no function, expected majority, choose or votes", at: column)
    }
    let opened = scanner.column
    scanner.advance()
    guard scanner.token != .symbol(")") else {
      throw unexpected("expected what \(name) is to count")
    }
    var needed = 0
    let neededColumn = scanner.column
    if name != "majority" {
      needed = try number("\(name) begins with how many it needs")
      guard scanner.token == .symbol(",") else { throw unexpected("expected “,” and the nodes") }
      scanner.advance()
    }
    let shares = try shares(weighted: name == "votes")
    try close(opened)
    let total = shares.reduce(0) { $0 + $1.votes }
    if name == "majority" { return .majority(shares.map(\.part)) }
    guard (1...max(1, total)).contains(needed), total > 0 else {
      let what = name == "votes" ? "votes that there are" : "things to choose from"
      throw error("found \(needed), expected 1 to \(total), the \(what)", at: neededColumn)
    }
    return name == "choose" ? .choose(needed, shares.map(\.part)) : .votes(needed, of: shares)
  }

  private mutating func shares(
    weighted: Bool
  ) throws(QuorumError) -> [QuorumExpression.Share] {
    var shares: [QuorumExpression.Share] = []
    while true {
      let part = try either()
      var votes = 1
      if weighted, scanner.token == .symbol("=") {
        scanner.advance()
        votes = try number("expected the votes, a whole number")
      }
      shares.append(.init(votes, part))
      guard scanner.token == .symbol(",") else { return shares }
      scanner.advance()
    }
  }

  private mutating func number(_ expected: String) throws(QuorumError) -> Int {
    guard case .name(let digits) = scanner.token, digits.allSatisfy(\.isASCIIDigit) else {
      throw unexpected(expected)
    }
    guard let value = Int(digits), value <= Self.maximumVotes else {
      throw error(
        "found “\(digits)”, expected a whole number of at most \(Self.maximumVotes)",
        at: scanner.column)
    }
    scanner.advance()
    return value
  }
}

extension Character {
  /// Whether this is one of 0 to 9.
  var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
