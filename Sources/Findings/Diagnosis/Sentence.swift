/// A sentence, or a part of one, with the facts that it states.
///
/// Only sentences go into a sentence: what is told of a history comes from ``Scene``, which makes
/// each name, line, time and value together with the fact that it is, and a claim in fixed words is
/// made with ``given(_:)``.
public struct Sentence: Sendable, Hashable, ExpressibleByStringInterpolation {
  /// The words.
  public private(set) var text: String
  /// What they state, in their order.
  public private(set) var facts: [Fact]

  /// Fixed words, which state nothing.
  public init(stringLiteral text: String) {
    self.text = text
    facts = []
  }

  /// Fixed words with sentences between them.
  public init(stringInterpolation: StringInterpolation) {
    text = stringInterpolation.text
    facts = stringInterpolation.facts
  }

  /// Words that state these facts.
  init(_ text: String, _ facts: [Fact]) {
    self.text = text
    self.facts = facts
  }

  /// The parts one after the other.
  init(_ parts: Sentence...) {
    text = parts.map(\.text).joined()
    facts = parts.flatMap(\.facts)
  }

  /// The same words, which state these facts as well.
  func given(_ facts: Fact...) -> Sentence { given(facts) }

  /// The same words, which state these facts as well.
  func given(_ facts: [Fact]) -> Sentence { Sentence(text, self.facts + facts) }

  /// With a capital; what begins with a value, or with the name of a register, keeps it.
  var capitalized: Sentence {
    let words = text.split(separator: " ", maxSplits: 2)
    guard let first = text.first, first.isLowercase, words[0] != "nil",
      words.count < 2 || words[1] != "="
    else {
      return self
    }
    return Sentence(first.uppercased() + text.dropFirst(), facts)
  }

  /// In the middle of another sentence.
  var lowercased: Sentence {
    text.hasPrefix("Client ") ? Sentence("client " + text.dropFirst(7), facts) : self
  }

  /// `a`, `a and b`, `a, b and c`.
  static func list(_ parts: [Sentence]) -> Sentence {
    guard let last = parts.last, parts.count > 1 else { return parts.first ?? "" }
    let head = parts.dropLast()
    return Sentence(
      head.map(\.text).joined(separator: ", ") + " and " + last.text, parts.flatMap(\.facts))
  }

  /// Collects the parts of an interpolated sentence.
  public struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var text = ""
    fileprivate var facts: [Fact] = []

    /// Makes room.
    public init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity + interpolationCount * 16)
    }

    /// Adds fixed words.
    public mutating func appendLiteral(_ literal: String) { text += literal }

    /// Adds a sentence with its facts.
    public mutating func appendInterpolation(_ part: Sentence) {
      text += part.text
      facts += part.facts
    }
  }
}
