import Base
import Histories
import TestSupport
import Testing

@testable import Checker

/// Texts as registers, against the referee.
@Suite struct TextZoneTests {
  private let rung = Rung(name: "text-zones") { TextZones.decide($0) }

  private static let clear = "abcdefghijkl".map { String($0) }
  /// Some are parts of others.
  private static let mixed = ["a", "b", "ab", "c", "ca", "bc", "d", "da", "e", "f", "g", "h"]

  @Test(arguments: [true, false]) func textsAgree(isClear: Bool) throws {
    var random = SplitMix64(seed: 23)
    var count = RungCount()
    let trials = trials(4000)
    for trial in 0..<trials {
      let intervals = Intervals.small(most: 11, &random)
      let points = intervals.points(&random)
      let lies = [0, 0.1, 0.3][random.draw(0..<3)]
      var pool = (isClear ? Self.clear : Self.mixed).shuffled(using: &random)
      let initial = trial % 3 == 0 ? "z" : ""
      var now = initial
      var labels = [Label](repeating: Label("get"), count: points.count)
      for operation in points.indices.sorted(by: { points[$0] < points[$1] }) {
        let happens = !intervals.isPending[operation] || random.chance(0.5)
        let kind = random.draw(0..<8)
        if kind < 5 {
          let text = pool.removeLast()
          labels[operation] = Label(kind < 2 ? "put" : "append", .string(text), .string(text))
          if happens { now = kind < 2 ? text : now + text }
          continue
        }
        var shown = now
        if random.chance(lies) {
          switch random.draw(0..<3) {
          case 0: shown = String(shown.dropLast())
          case 1: shown += pool.last ?? ""
          default: shown = String(shown.shuffled(using: &random))
          }
        }
        labels[operation].output = .string(shown)
      }
      try judge(
        rung, .text, intervals.history(labels), initial: initial.isEmpty ? nil : .string(initial),
        &count)
    }
    #expect(count.orders > trials / 3 && count.violations > trials / 20, "\(count)")
    #expect(isClear ? count.passes == 0 : count.passes < trials / 3, "\(count)")
    RungQuota.expect("text-zones", decided: count.decided, of: 2)
  }

  /// A text that is written twice, an empty one, and one that has two parses are left alone.
  @Test func passesOnWhatIsNotClear() throws {
    for lines in [
      "0 invoke append a; 0 ok append a; 0 invoke append a; 0 ok append a; 1 invoke get nil; "
        + "1 ok get aa",
      "0 invoke append a; 0 ok append a; 1 invoke append b; 1 ok append b; 2 invoke append ab; "
        + "0 invoke get nil; 0 ok get ab",
    ] {
      var count = RungCount()
      let text = lines.replacing("; ", with: "\n")
      try judge(rung, .text, History.text(text), &count)
      #expect(count.passes == 1, "\(lines)")
    }
    var builder = HistoryBuilder()
    let put = builder.function("put")
    let get = builder.function("get")
    let empty = builder.values.intern(string: "")
    for (line, (kind, function)) in [
      (.invoke, put), (.ok, put), (.invoke, get), (.ok, get),
    ].enumerated() as EnumeratedSequence<[(Event.Kind, FunctionID)]> {
      try builder.add(
        Event(kind, process: .client(0), function: function, value: empty, line: line + 1))
    }
    var count = RungCount()
    try judge(rung, .text, builder.build(), &count)
    #expect(count.passes == 1, "an empty text is written")
  }

  /// Three hundred puts and appends at a time, some unknown, and a get of what was replaced.
  @Test(arguments: [false, true]) func longHistoriesAreDecided(lies: Bool) throws {
    var lines: [String] = []
    var now = ""
    for round in 0..<300 {
      let isUnknown = round % 7 == 3
      let process = isUnknown ? 10 + round : 0
      let text = "x\(round);"
      let function = round % 5 == 0 ? "put" : "append"
      lines.append("\(process) invoke \(function) \(text)")
      let before = now
      if !isUnknown || round % 2 == 0 { now = function == "put" ? text : now + text }
      lines.append("1 invoke get nil")
      if !isUnknown { lines.append("\(process) ok \(function) \(text)") }
      lines.append("1 ok get \(round % 3 == 2 && !isUnknown ? before : now)")
      if lies, round == 290 {
        lines += ["1 invoke get nil", "1 ok get x280;"]
      }
    }
    let result = try Checker.check(History.text(lines.joined(separator: "\n")), CheckOptions())
    #expect(result.algorithm == "text-zones")
    #expect(result.verdict == (lies ? .violation : .holds))
  }
}
