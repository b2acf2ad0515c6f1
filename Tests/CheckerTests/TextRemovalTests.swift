import Base
import Histories
import TestSupport
import Testing

@testable import Checker

/// What texts are taken apart into, and that taking a piece out is sound.
@Suite struct TextRemovalTests {
  private static let settings = Settings(
    initial: ValueTable.none, observesFailedCas: false, ignoresNullReads: false, permits: 1)

  private func calls(_ history: History) -> [Call] {
    (0..<history.count).compactMap {
      Call($0, of: history, as: Call.functions(of: history), Self.settings)
    }
  }

  /// Short texts in many ways ambiguous, the empty one among them, and also ones that are not.
  private static let alphabets: [[String]] = [
    ["a", "b", "ab", "ba"], ["a", "aa"], ["", "a", "b"], ["1,", "2,", "3,", "4,", "5,"],
    ["x", "y", "z", "xy", "w"],
  ]

  private func history(_ round: Int, _ random: inout SplitMix64) throws -> History {
    let shape = Shape(
      operations: 3 + round % 6, clients: 2 + round % 3, crashes: 0.1, lies: [0, 0.15][round % 2])
    return try randomHistory(
      SimulatedText(texts: Self.alphabets[round % Self.alphabets.count]), shape, &random)
  }

  @Test func groupsAndPiecesLeaveLinearizable() throws {
    var random = SplitMix64(seed: 41)
    var tried = [0, 0]
    for round in 0..<trials(3000) {
      let history = try history(round, &random)
      let calls = calls(history)
      var whole = Reduction.Proof(
        positions: Array(calls.indices), calls: calls, values: history.values)
      guard Model.text.referee(calls, Self.settings, history.values) else { continue }
      let groups = Removal.text.groups(of: calls, Self.settings, history.values)
      var rests = groups.map { group in whole.without { group.contains($0) } }
      let some = Set(groups.filter { _ in random.chance(0.4) }.flatMap { $0 })
      rests.append(whole.without { some.contains($0) })
      tried[0] += rests.count
      for piece in Removal.text.pieces(of: calls, Self.settings, &whole.values) {
        rests.append(whole.without(piece))
        tried[1] += 1
      }
      for rest in rests {
        #expect(
          Model.text.referee(rest.calls, Self.settings, rest.values),
          "\(rest.positions) of:\n\(describe(history))")
      }
    }
    #expect(tried[0] > 5000 && tried[1] > 1000, "\(tried)")
  }

  private func pieces(_ lines: String) throws -> [String] {
    let history = try History.text(lines)
    let calls = calls(history)
    var values = history.values
    return Removal.text.pieces(of: calls, Self.settings, &values).map { piece in
      let rests = piece.rests.map { "\($0.call): \(values.string($0.output) ?? "")" }
      return "\(piece.calls) \(rests.joined(separator: ", "))"
    }
  }

  /// Text and line of each operation follow; all are one after the other unless said.
  private func sequence(_ operations: [String]) -> String {
    operations.map { operation in
      let words = operation.split(separator: " ")
      let isGet = words[0] == "get"
      return "0 invoke \(words[0]) \(isGet ? "nil" : words[1])\n0 ok \(words[0]) \(words[1])"
    }.joined(separator: "\n")
  }

  @Test func piecesAreWhereAllParsesHaveThem() throws {
    #expect(
      try pieces(sequence(["put p", "append x", "append y", "get pxy", "get px"]))
        == ["[2] 3: px", "[1] 3: py, 4: p"])
    // "ab" may be one append or two.
    #expect(try pieces(sequence(["append ab", "append a", "append b", "get ab"])) == [])
    // What leads nowhere is no part of it.
    #expect(
      try pieces(sequence(["append ab", "append a", "append c", "get abc"]))
        == ["[2] 3: ab", "[0] 3: c"])
    // The put may be of the first letter or of both.
    #expect(try pieces(sequence(["put a", "put ab", "append b", "get ab"])) == [])
    // The same text twice goes twice.
    #expect(
      try pieces(sequence(["put p", "append x", "append y", "append x", "get pxyx"]))
        == ["[1, 3] 4: py", "[2] 4: pxx"])
    // What was appended after a get had completed is no part of it.
    #expect(
      try pieces(sequence(["append a", "append b", "get ab", "append ab"]))
        == ["[1] 2: a", "[0] 2: b"])
  }

  @Test func longTextsBecomeSmallProofs() throws {
    var lines: [String] = ["put p0,"]
    for number in 1..<20 { lines.append("append \(number),") }
    let seen = "p0," + (1..<20).filter { $0 != 7 }.map { "\($0)," }.joined()
    lines.append("get \(seen)")
    let history = try History.text(sequence(lines))
    let violation = try #require(try Checker.check(history, CheckOptions()).violations.first)
    #expect(violation.operations.count == 3)
    #expect(violation.operations.contains(7) && violation.operations.contains(20))
    #expect(violation.isMinimal && violation.isAbridged)
  }
}

/// A text whose pieces come from a few.
private struct SimulatedText: SimulatedObject {
  let texts: [String]
  var text = ""

  init(texts: [String]) { self.texts = texts }

  mutating func request(_ random: inout SplitMix64, process: Int) -> Request {
    let value = JSON.string(texts[random.draw(0..<texts.count)])
    switch random.draw(0..<6) {
    case 0: return Request(function: "put", input: value)
    case 1, 2, 3: return Request(function: "append", input: value)
    default: return Request(function: "get")
    }
  }

  mutating func answer(_ request: Request, process: Int) -> JSON? {
    switch request.function {
    case "append": text += request.input.string ?? ""
    case "put": text = request.input.string ?? ""
    default: return .string(text)
    }
    return request.input
  }

  func lie(_ random: inout SplitMix64, _ request: Request) -> JSON? {
    request.function == "get" ? .string(String(text.shuffled(using: &random))) : nil
  }
}
