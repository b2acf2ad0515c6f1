import Base
import Formats
import Histories
import Testing

@Suite("Random histories")
struct RandomHistoryTests {
  @Test("what is written is read again in every column, in both notations")
  func roundTrips() throws {
    for seed in 0..<300 as Range<UInt64> {
      var random = RandomHistory(seed: seed)
      let history = try random.make()
      let json = JSONLinesWriter.bytes(of: history)
      // Its times are random: the lines have the order.
      let order = ReadOptions(order: .line)
      let fromJSON = try HistoryReader.read(json, file: "h", options: order)
      #expect(columns(fromJSON) == columns(history), "seed \(seed)")
      let fromEDN = try HistoryReader.read(EDNWriter.bytes(of: history), file: "h", options: order)
      #expect(columns(fromEDN) == columns(history), "seed \(seed)")
      #expect(JSONLinesWriter.bytes(of: fromEDN) == json, "seed \(seed)")
    }
  }
}

/// Makes histories of all shapes: keys of any kind, nested values, extra fields, every outcome.
private struct RandomHistory {
  private var random: SplitMix64
  private var builder = HistoryBuilder(order: .line)

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  private mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int(random.next() % UInt64(elements.count))]
  }

  private mutating func value(_ depth: Int) -> ValueID {
    switch random.next() % (depth > 2 ? 5 : 8) {
    case 0: return pick([ValueTable.null, ValueTable.true, ValueTable.false])
    case 1: return builder.values.intern(integer: Int64(random.next() % 4) - 2)
    case 2: return builder.values.intern(integer: Int64(bitPattern: random.next()))
    case 3:
      let literal = pick(["0.5", "-1e99", "123456789012345678901234567890", "1e-7"])
      return builder.values.intern(number: literal) ?? ValueTable.null
    case 4:
      return builder.values.intern(
        string: pick(["", "x", "a\"b\\c", "\n\r\t\u{1}\u{7F}", "é😀", " :k", "nil"]))
    case 5:
      let text = pick(["k", "a/b", "é", "x?"])
      return Array(text.utf8).withUnsafeBytes { builder.values.intern(.keyword, bytes: $0) }
    case 6:
      var parts: [ValueID] = []
      for _ in 0..<random.next() % 4 { parts.append(value(depth + 1)) }
      return builder.values.intern(list: parts)
    default:
      var entries: [(key: ValueID, value: ValueID)] = []
      for name in ["a", "b c", "10", "9"].prefix(Int(random.next() % 5)) {
        entries.append((builder.values.intern(string: name), value(depth + 1)))
      }
      return builder.values.intern(map: entries)
    }
  }

  private mutating func time() -> Int64 {
    random.next() % 4 == 0 ? Event.noTime : Int64(random.next() >> 1)
  }

  private mutating func extras() {
    for name in ["node", "b c", "é", "plumbline"] where random.next() % 8 == 0 {
      builder.keep(name, value(0))
    }
  }

  mutating func make() throws -> History {
    if random.next() % 2 == 0 { builder.header = ["plumbline": 1, "model": "set", "x": [1, nil]] }
    var open: [(process: Int64, function: FunctionID, key: ValueID)] = []
    var next: Int64 = -2
    for line in 1...Int(random.next() % 30 + 1) {
      extras()
      switch random.next() % 5 {
      case 0:
        try builder.add(
          Event(
            pick([.invoke, .info]), process: .nemesis, function: builder.function("start kill"),
            value: pick([ValueTable.none, value(0)]), time: time(), line: line))
      case 1, 2:
        next += 1
        let function = builder.function(pick(["read", "write", "a \"b", "é", ":x"]))
        let key = pick([ValueTable.none, value(1)])
        open.append((next, function, key))
        try builder.add(
          Event(
            .invoke, process: .client(next), function: function, key: key, value: value(0),
            time: time(), line: line))
      default:
        guard !open.isEmpty else {
          try builder.add(
            Event(.info, process: .nemesis, function: builder.function("heal"), line: line))
          continue
        }
        let ended = open.remove(at: Int(random.next() % UInt64(open.count)))
        try builder.add(
          Event(
            pick([.ok, .fail, .info]), process: .client(ended.process), function: ended.function,
            key: ended.key, value: pick([ValueTable.none, value(0)]), time: time(), line: line))
      }
    }
    return builder.build()
  }
}
