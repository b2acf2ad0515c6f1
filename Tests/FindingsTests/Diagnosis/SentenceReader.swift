import Base
import Findings
import Histories

/// Reads a sentence as people do: what it says of clients, lines, nodes and numbers, and what it
/// claims of everybody and of order, must be among its facts.
struct SentenceReader {
  private let sentence: Sentence
  private let history: History

  init(_ sentence: Sentence, _ history: History) {
    self.sentence = sentence
    self.history = history
  }

  /// What the text says without a fact.
  var unfounded: [String] {
    if sentence.facts.isEmpty { return ["no fact at all"] }
    let text = sentence.text
    var missing: [String] = []
    let clients = Set(
      sentence.facts.compactMap { fact -> String? in
        if case .client(_, let client) = fact { return "\(client)" }
        return nil
      })
    for match in text.matches(of: Pattern.client) where !clients.contains(String(match.1)) {
      missing.append("client \(match.1)")
    }
    let lines = Set(
      sentence.facts.flatMap { fact -> [String] in
        if case .lines(_, let first, let last) = fact { return ["\(first)", "\(last)"] }
        return []
      })
    for match in text.matches(of: Pattern.lines) {
      for number in match.1.matches(of: Pattern.number) where !lines.contains(String(number.0)) {
        missing.append("line \(number.0)")
      }
    }
    let nodes = Set(
      sentence.facts.compactMap { fact -> String? in
        if case .node(_, let node) = fact { return history.values.string(node) }
        return nil
      })
    for match in text.matches(of: Pattern.node) where !nodes.contains(String(match.1)) {
      missing.append("node \(match.1)")
    }
    let numbers = Set(
      sentence.facts.flatMap(words).flatMap { word in
        word.matches(of: Pattern.number).map { String($0.0) }
      })
    for match in text.matches(of: Pattern.number) where !numbers.contains(String(match.0)) {
      missing.append("number \(match.0)")
    }
    return missing + claims(text)
  }

  /// Words that claim something of everybody, or of order, and no fact that says so.
  private func claims(_ text: String) -> [String] {
    var missing: [String] = []
    if text.contains(Pattern.universal), !sentence.facts.contains(where: \.isOfAll) {
      missing.append("a claim of everybody")
    }
    if text.contains(Pattern.order), !sentence.facts.contains(where: \.isOfOrder) {
      missing.append("a claim of order")
    }
    let told: [(Regex<Substring>, (Fact) -> Bool)] = [
      (Pattern.acknowledged, { $0.isOutcome(.ok) }), (Pattern.failed, { $0.isOutcome(.fail) }),
      (Pattern.timedOut, { $0.isOutcome(.indeterminate) }),
      (Pattern.unanswered, { $0.isOutcome(.indeterminate) }),
    ]
    for (word, holds) in told where text.contains(word) && !sentence.facts.contains(where: holds) {
      missing.append("an outcome")
    }
    return missing
  }

  /// What numbers a fact stands for, as they may be written.
  private func words(_ fact: Fact) -> [String] {
    switch fact {
    case .client(_, let client): ["\(client)"]
    case .lines(_, let first, let last): ["\(first)", "\(last)"]
    case .time(_, _, let time): [Scene.instant(time)]
    case .gap(_, _, let gap): [Units.describe(nanoseconds: gap)]
    case .names(let value), .node(_, let value), .error(_, let value),
      .asked(_, _, let value):
      [history.values.describe(value)]
    case .showsTimes(_, _, let times): ["\(times)"]
    case .showsAt(_, let place, _): ["\(place + 1)"]
    case .counts(_, let brought, let taken): ["\(brought)", "\(taken)"]
    case .onlyBringers(let those, _, _): ["\(those.count)"]
    case .acknowledgedWrites(let count, _), .acknowledgedAdditions(let count, _),
      .permits(let count):
      ["\(count)"]
    case .noOrder(let operations): ["\(operations.count)"]
    case .sumIsAtLeast(let sum, let op), .sumIsAtMost(let sum, let op):
      ["\(sum)", "\(sum - (history.values.integer(history.output[op]) ?? 0))"]
    case .stillHolds:
      ["\(Set(sentence.facts.filter(\.isHolding)).count + 1)"]
    case .precedes: ["\(Set(sentence.facts.filter(\.isPrecedence)).count)", "0"]
    case .stuck(let op, let state, let reason):
      [state, reason ?? ""] + history.functions
        + [history.values.describe(history.input[op]), history.values.describe(history.output[op])]
    case .fault(_, let value, let begin, let end):
      [history.values.describe(value)]
        + history.nemesis.filter { [begin, end].contains($0.rank) }.map { Scene.instant($0.time) }
        + ["\(history.nemesis.count)"]
    default: []
    }
  }
}

extension Fact {
  /// Whether it is about all operations, not about those that it names.
  fileprivate var isOfAll: Bool {
    switch self {
    case .nobodyBrings, .onlyBringers, .bringersFailed, .nobodyShows, .nobodyShowsAfter,
      .noneBetween, .nobodyRemoves, .counts, .nothingSubtracted, .neverReleased, .heldNothing,
      .beginsWithNoPut, .noPutAround, .nothingPut, .noPiecesMake, .noPieceIn, .foundNothing,
      .alwaysInside, .unanswered, .noFault, .noFaultYet, .noOrder, .stuck:
      true
    default: false
    }
  }

  fileprivate var isOfOrder: Bool {
    switch self {
    case .precedes, .gap, .noneBetween, .alwaysInside, .nobodyShowsAfter, .stillHolds,
      .heldNothing, .bringersFailed, .onlyBringers, .contradictsItself, .beginsWithNoPut,
      .noPutAround, .faultMeets, .faultCovers, .noFault, .lastFault, .noFaultSince, .initially,
      .acknowledgedWrites, .acknowledgedAdditions, .stuck, .showsAt, .field:
      true
    default: false
    }
  }

  fileprivate var isHolding: Bool {
    if case .stillHolds = self { return true }
    return false
  }

  fileprivate var isPrecedence: Bool {
    if case .precedes = self { return true }
    return false
  }

  fileprivate func isOutcome(_ wanted: Outcome) -> Bool {
    switch self {
    case .outcome(_, let outcome): outcome == wanted
    case .acknowledgedAdditions, .acknowledgedWrites: wanted == .ok
    default: false
    }
  }
}

/// Compiled once: a hundred thousand sentences are read.
private enum Pattern {
  // Safe to share: a pattern is never changed.
  nonisolated(unsafe) static let client = /[Cc]lient (-?\d+)/
  nonisolated(unsafe) static let lines =
    /\blines? (\d+(?:–\d+)?(?:, \d+(?:–\d+)?(?![\d.]))*(?: and \d+(?:–\d+)?)?)/
  nonisolated(unsafe) static let node = /\bnode (n\d+)/
  nonisolated(unsafe) static let number = /\d+/
  nonisolated(unsafe) static let universal =
    /\b(?:nobody|Nobody|never|ever|nothing|Nothing|Neither|alone|once only)\b/
  nonisolated(unsafe) static let order =
    /\b(?:before|after|afterwards|later|since then|again by then|between)\b/
  nonisolated(unsafe) static let acknowledged = /\backnowledged\b/
  nonisolated(unsafe) static let failed = /reported as failed/
  nonisolated(unsafe) static let timedOut = /timed out/
  nonisolated(unsafe) static let unanswered = /never got an answer/
}
