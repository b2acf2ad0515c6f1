import Base
import Checker
import Histories

/// Makes small random histories of a model, with everything that words must be right about: failed
/// and pending operations, repeated values, initial values, nodes, faults, final reads.
struct DiagnosisHistory {
  /// The models whose histories it makes. Not etcd's map: its violations are told in the model's
  /// own words, which no story replaces, and its requests are not made by chance here.
  static let models = Models.all.map(\.name).filter { $0 != "etcd" }

  private let model: String
  private let functions: [String]
  private var random: SplitMix64
  private var builder = HistoryBuilder()
  private var written = 0
  private var time: Int64 = 0
  private let hasRepeats: Bool
  private let hasNodes: Bool
  private var faults: [String] = []
  /// Whether answers are mostly such as a careless object might give, not drawn from the air.
  private let isSober: Bool
  private var begun: [ValueID] = []
  private var holders: Set<Int> = []

  init(model: String, functions: [String], seed: Int) {
    self.model = model
    self.functions = functions
    random = SplitMix64(seed: UInt64(seed))
    hasRepeats = random.draw(0..<3) == 0
    hasNodes = random.draw(0..<2) == 0
    isSober = random.draw(0..<4) > 0
    if random.draw(0..<4) == 0 { builder.header = header() }
  }

  private func header() -> JSON {
    let initial: JSON =
      switch model {
      case "register", "cas-register", "counter": 1
      case "multi-register": ["x": 1]
      case "queue", "bag", "stack", "priority-queue", "set", "append-log": [1]
      default: nil
      }
    return ["plumbline": 1, "model": .string(model), "initial": initial, "permits": 2]
  }

  mutating func make() throws -> History {
    let clients = 4
    var open = [(event: Event, name: String)?](repeating: nil, count: clients)
    var processes = (0..<clients).map(Int64.init)
    var next = Int64(clients)
    let count = random.draw(3..<11)
    var started = 0
    while started < count || open.contains(where: { $0 != nil }) {
      let client = random.draw(0..<clients)
      if random.draw(0..<12) == 0 { try fault() }
      if let (begun, name) = open[client] {
        open[client] = nil
        let kind = try complete(begun, name)
        if name == "acquire", kind == .ok { holders.insert(client) }
        if name == "release" || kind == .info || kind == nil { holders.remove(client) }
        if kind != .ok, kind != .fail {
          processes[client] = next
          next += 1
        }
      } else if started < count {
        var name = functions[random.draw(0..<functions.count)]
        if isSober, functions.contains("acquire") {
          let mayHold = holders.contains(client) != (random.draw(0..<8) == 0)
          name = mayHold ? "release" : "acquire"
        }
        var event = Event(
          .invoke, process: .client(processes[client]), function: builder.function(name),
          time: tick(), line: builder.eventCount + 1)
        event.value = input(name)
        if name == "read", random.draw(0..<6) == 0 { builder.keep("final", ValueTable.true) }
        try builder.add(event)
        open[client] = (event, name)
        started += 1
      }
    }
    return builder.build()
  }

  private mutating func tick() -> Int64 {
    time += Int64(random.draw(1..<4)) * 1_000_000
    return time
  }

  private mutating func fault() throws {
    let isEnd = !faults.isEmpty && random.draw(0..<2) == 0
    let name = isEnd ? faults.removeLast() : ["kill", "partition"][random.draw(0..<2)]
    if !isEnd, faults.contains(name) { return }
    if !isEnd { faults.append(name) }
    var event = Event(
      .info, process: .nemesis, function: builder.function((isEnd ? "stop-" : "start-") + name),
      time: tick(), line: builder.eventCount + 1)
    event.value = builder.values.intern(string: "n1")
    try builder.add(event)
  }

  /// Completes an operation, or never does.
  private mutating func complete(_ begun: Event, _ name: String) throws -> Event.Kind? {
    let fate = random.draw(0..<(isSober ? 24 : 12))
    if fate == 0 { return nil }
    var event = begun
    event.line = builder.eventCount + 1
    event.time = tick()
    event.kind = fate == 1 ? .info : fate < 4 ? .fail : .ok
    if event.kind == .ok { event.value = result(name, begun.value) }
    if event.kind == .info, random.draw(0..<2) == 0 {
      builder.keep("error", builder.values.intern(string: "timeout"))
    }
    if event.kind == .ok, hasNodes {
      builder.keep("node", builder.values.intern(string: "n\(random.draw(1..<4))"))
      if random.draw(0..<3) == 0 {
        builder.keep("server", builder.values.intern(string: "n\(random.draw(1..<4))"))
      }
    }
    if event.kind == .ok, name == "cas", random.draw(0..<5) == 0 {
      builder.keep("swapped", ValueTable.false)
    }
    try builder.add(event)
    return event.kind
  }

  /// A value that is written for the first time, or one of a few.
  private mutating func fresh() -> ValueID {
    written += 1
    let value = builder.values.intern(
      integer: Int64(hasRepeats ? random.draw(1..<4) : written))
    begun.append(value)
    return value
  }

  private mutating func small() -> ValueID {
    if isSober, !begun.isEmpty, random.draw(0..<8) > 0 {
      return begun[max(0, begun.count - 1 - random.draw(0..<4))]
    }
    let value = random.draw(0..<written + 2)
    return value == 0
      ? ValueTable.null : builder.values.intern(integer: Int64(value))
  }

  private mutating func small(_ range: Range<Int>) -> ValueID {
    builder.values.intern(integer: Int64(random.draw(range)))
  }

  private mutating func part(_ word: String, _ key: String, _ value: ValueID) -> ValueID {
    let list = [
      builder.values.intern(string: word), builder.values.intern(string: key), value,
    ]
    return builder.values.intern(list: list)
  }

  private mutating func input(_ name: String) -> ValueID {
    switch name {
    case "read", "get", "dequeue", "pop", "delete-min", "acquire", "release", "generate":
      return ValueTable.null
    case "cas":
      let old = small()
      let new = fresh()
      return builder.values.intern(list: [old, new])
    case "txn":
      let parts = (0..<random.draw(1..<4)).map { _ in
        let key = ["x", "y"][random.draw(0..<2)]
        return random.draw(0..<2) == 0
          ? part("r", key, ValueTable.null) : part("w", key, fresh())
      }
      return builder.values.intern(list: parts)
    case "contains", "remove": return small(1..<4)
    case "add" where model == "counter": return small(-1..<4)
    case "add":
      let value = small(1..<4)
      if !begun.contains(value) { begun.append(value) }
      return value
    case "put" where model == "text", "append" where model == "text":
      written += 1
      return builder.values.intern(string: "<\(hasRepeats ? random.draw(1..<3) : written)>")
    default: return fresh()
    }
  }

  private mutating func result(_ name: String, _ input: ValueID) -> ValueID {
    var elements = (0..<random.draw(0..<4)).map { _ in
      builder.values.intern(integer: Int64(random.draw(1..<written + 3)))
    }
    if isSober, !begun.isEmpty {
      elements = begun.filter { _ in random.draw(0..<4) > 0 }
      if elements.count > 1, random.draw(0..<6) == 0 { elements.swapAt(0, elements.count - 1) }
    }
    switch name {
    case "txn":
      let parts = Array(builder.values.parts(of: input))
      let answered = parts.map { part -> ValueID in
        let words = Array(builder.values.parts(of: part))
        guard builder.values.string(words[0]) == "r" else { return part }
        return builder.values.intern(list: [words[0], words[1], small()])
      }
      return builder.values.intern(list: answered)
    case "read" where ["set", "append-log"].contains(model):
      return builder.values.intern(list: elements)
    case "read" where model == "counter":
      return builder.values.intern(integer: Int64(random.draw(-1..<6)))
    case "read": return small()
    case "contains":
      return builder.values.intern(
        list: [input, random.draw(0..<2) == 0 ? ValueTable.true : ValueTable.false])
    case "get":
      var pieces = (0..<random.draw(0..<3)).map { _ in "<\(random.draw(1..<written + 2))>" }
      if isSober {
        pieces = (0..<written + 1).filter { _ in random.draw(0..<4) > 0 }.map { "<\($0)>" }
      }
      return builder.values.intern(string: pieces.joined())
    case "generate": return builder.values.intern(integer: Int64(random.draw(1..<8)))
    case "dequeue", "pop", "delete-min": return small()
    case "acquire" where model == "fenced-lock":
      return builder.values.intern(integer: Int64(random.draw(1..<8)))
    default: return input
    }
  }
}
