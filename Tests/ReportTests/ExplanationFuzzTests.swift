import Base
import Checker
import Findings
import Histories
import Report
import Testing

/// Violations of every model as chance makes them: there are always words, and mostly a story.
@Suite struct ExplanationFuzzTests {
  /// etcd's map has the model's own words alone, and is not generated.
  @Test(arguments: Models.all.map(\.name).filter { $0 != "etcd" })
  func everyViolationHasWords(name: String) throws {
    let model = try Models.named(name)
    var (found, other) = (0, 0)
    var kinds: [String: Int] = [:]
    for seed in 0..<150 {
      var random = SplitMix64(seed: UInt64(seed))
      let history = try Self.history(model, &random)
      var options = CheckOptions()
      options.model = name
      guard let result = try? Checker.check(history, options), result.verdict == .violation else {
        continue
      }
      found += 1
      let checked = try Sample.file(history, result, file: "f", measures: true)
      let words = Explanation(result.violations[0], in: result, of: history)
      #expect(!words.story.isEmpty && !words.rule.isEmpty, "seed \(seed)")
      #expect(words.operations.contains(words.culprit), "seed \(seed)")
      if words.kind == .other { other += 1 }
      kinds[words.kind.name, default: 0] += 1
      let text = ExplainText(palette: Palette(color: false), ascii: true).text(checked)
      #expect(text.utf8.allSatisfy { $0 < 0x80 } && text.utf8.count < 9000, "seed \(seed)")
      #expect(ExplainJSON.object(checked)["story"] == .string(words.story))
    }
    #expect(found > 50)
    #expect(other * 5 <= found, "\(kinds)")
  }

  /// What a story about registers tells is a violation by itself: it leaves nothing out that its
  /// argument needs.
  @Test(arguments: ["register", "cas-register", "multi-register"])
  func whatIsToldProvesIt(name: String) throws {
    let model = try Models.named(name)
    var options = CheckOptions()
    options.model = name
    var told = 0
    for seed in 1000..<1600 {
      var random = SplitMix64(seed: UInt64(seed))
      let history = try Self.history(model, &random)
      guard let result = try? Checker.check(history, options), result.verdict == .violation else {
        continue
      }
      let words = Explanation(result.violations[0], in: result, of: history)
      guard words.kind != .other, words.kind != .wrongMismatch else { continue }
      let part = try Self.part(words.operations, of: history)
      told += 1
      #expect(
        try Checker.check(part, options).verdict == .violation, "seed \(seed): \(words.story)")
    }
    #expect(told > 100)
  }

  /// The history of some operations alone.
  private static func part(_ operations: [Int], of history: History) throws -> History {
    var builder = HistoryBuilder()
    var events: [(rank: Int32, operation: Int, kind: Event.Kind)] = []
    for operation in operations {
      events.append((history.invoked[operation], operation, .invoke))
      guard history.completed[operation] != History.never else { continue }
      let kind: Event.Kind =
        switch history.outcome[operation] {
        case .ok: .ok
        case .fail: .fail
        case .indeterminate: .info
        }
      events.append((history.completed[operation], operation, kind))
    }
    for event in events.sorted(by: { $0.rank < $1.rank }) {
      let operation = event.operation
      var line = Event(
        event.kind, process: .client(history.processes[operation]),
        function: builder.function(history.functionName(operation)),
        time: Int64(event.rank), line: builder.eventCount + 1)
      let value = event.kind == .ok ? history.output[operation] : history.input[operation]
      line.value = builder.values.intern(history.values.json(value))
      try builder.add(line)
    }
    return builder.build()
  }

  /// A few operations of a model's functions with small values and results.
  private static func history(_ model: Model, _ random: inout SplitMix64) throws -> History {
    var builder = HistoryBuilder()
    let functions = model.functions.map(\.name)
    var open: [(process: Int64, event: Event, name: String)?] = [nil, nil, nil]
    var next: Int64 = 3
    var processes: [Int64] = [0, 1, 2]
    let count = random.draw(3..<10)
    var (started, written) = (0, 0)
    while started < count || open.contains(where: { $0 != nil }) {
      let client = random.draw(0..<3)
      let line = builder.eventCount + 1
      let time = Int64(line) * 1_000_000
      if let (process, begun, name) = open[client] {
        open[client] = nil
        var event = begun
        (event.line, event.time) = (line, time)
        let fate = random.draw(0..<10)
        event.kind = fate == 0 ? .info : fate == 1 ? .fail : .ok
        if event.kind == .ok {
          event.value = result(name, model.name, begun.value, written, &builder, &random)
        }
        try builder.add(event)
        if event.kind == .info {
          processes[client] = next
          next += 1
        }
        _ = process
      } else if started < count {
        let name = functions[random.draw(0..<functions.count)]
        var event = Event(
          .invoke, process: .client(processes[client]), function: builder.function(name),
          time: time, line: line)
        event.value = input(name, model.name, &written, &builder, &random)
        try builder.add(event)
        open[client] = (processes[client], event, name)
        started += 1
      }
    }
    return builder.build()
  }

  private static func input(
    _ name: String, _ model: String, _ written: inout Int, _ builder: inout HistoryBuilder,
    _ random: inout SplitMix64
  ) -> ValueID {
    let small = { (random: inout SplitMix64, builder: inout HistoryBuilder, limit: Int) in
      builder.values.intern(integer: Int64(random.draw(0..<max(1, limit))))
    }
    switch name {
    case "read", "get", "dequeue", "pop", "delete-min", "acquire", "release", "generate":
      return ValueTable.null
    case "cas":
      written += 1
      let old = small(&random, &builder, written)
      let new = builder.values.intern(integer: Int64(written))
      return builder.values.intern(list: [old, new])
    case "txn":
      written += 1
      return builder.values.intern([
        ["read", JSON(random.draw(0..<2)), nil],
        ["write", JSON(random.draw(0..<2)), JSON(written)],
      ])
    case "contains", "remove": return small(&random, &builder, 3)
    case "put",
      "append" where model == "text":
      written += 1
      return builder.values.intern(string: "<\(written)>")
    case "add" where model != "counter": return small(&random, &builder, 3)
    default:
      written += 1
      return builder.values.intern(integer: Int64(written))
    }
  }

  private static func result(
    _ name: String, _ model: String, _ input: ValueID, _ written: Int,
    _ builder: inout HistoryBuilder, _ random: inout SplitMix64
  ) -> ValueID {
    let number = builder.values.intern(integer: Int64(random.draw(0..<written + 2)))
    let elements = (0..<random.draw(0..<4)).map { _ in
      builder.values.intern(integer: Int64(random.draw(0..<written + 2)))
    }
    switch name {
    case "txn":
      let parts = builder.values.json(input).array?.map { $0.array ?? [] } ?? []
      return builder.values.intern([
        ["read", parts[0][1], JSON(random.draw(0..<written + 2))], .array(parts[1]),
      ])
    case "read" where ["set", "append-log"].contains(model):
      return builder.values.intern(list: elements)
    case "contains": return builder.values.intern(list: [input, random.draw(0..<2) == 0 ? 1 : 2])
    case "get": return builder.values.intern(string: "<\(random.draw(0..<written + 2))>")
    case "read", "generate": return number
    case "dequeue", "pop", "delete-min": return random.draw(0..<4) == 0 ? ValueTable.null : number
    case "acquire" where model == "fenced-lock": return number
    default: return input
    }
  }
}
