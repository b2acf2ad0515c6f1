import Base

/// Votes as people write them: `a=3,b=1,c=1`; a node without a number has one vote.
public enum VoteList {
  /// Reads the list.
  ///
  /// - Throws: ``QuorumError`` with the column of what does not fit.
  public static func parse(
    _ text: String, label: String
  ) throws(QuorumError) -> [(name: String, votes: Int)] {
    var names = NodeNames()
    var votes: [Int] = []
    var scanner = TokenScanner(text)
    func fail(_ message: String, at column: Int) -> QuorumError {
      QuorumError(message, in: text, column: column).labelled(label)
    }
    while true {
      let column = scanner.column
      guard case .name(let name) = scanner.token else {
        throw fail("found \(scanner.token.description), expected a node and its votes", at: column)
      }
      guard names.index(of: name) == nil else {
        throw fail("node “\(name)” is given twice", at: column)
      }
      do throws(QuorumError) { _ = try names.intern(name) } catch {
        throw fail(error.message, at: column)
      }
      scanner.advance()
      votes.append(1)
      if scanner.token == .symbol("=") {
        scanner.advance()
        guard case .name(let digits) = scanner.token, let count = Int(digits),
          digits.allSatisfy(\.isASCIIDigit), count <= ExpressionParser.maximumVotes
        else {
          throw fail(
            "found \(scanner.token.description), expected the votes of \(name), a whole number "
              + "from 0 to \(ExpressionParser.maximumVotes)", at: scanner.column)
        }
        votes[votes.count - 1] = count
        scanner.advance()
      }
      if scanner.token == .end { return Array(zip(names.names, votes)) }
      guard scanner.token == .symbol(",") else {
        throw fail(
          "found \(scanner.token.description), expected “,” or the end",
          at: scanner.column)
      }
      scanner.advance()
    }
  }

  /// Reads names only: `a,b,c`.
  ///
  /// - Throws: ``QuorumError`` with the column of what does not fit.
  public static func names(_ text: String, label: String) throws(QuorumError) -> [String] {
    if let equals = text.firstIndex(of: "=") {
      let column = text.distance(from: text.startIndex, to: equals) + 1
      throw QuorumError(
        "found “=”, expected names only (votes are for votes)", in: text, column: column
      )
      .labelled(label)
    }
    return try parse(text, label: label).map(\.name)
  }
}
