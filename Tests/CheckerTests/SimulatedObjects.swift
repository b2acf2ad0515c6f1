import Base

private func number(_ random: inout SplitMix64, below limit: Int) -> JSON {
  .integer(Int64(random.draw(1..<limit + 1)))
}

/// A queue, bag or stack over a few elements, by the end at which elements are taken out.
struct SimulatedContainer: SimulatedObject {
  enum End { case front, back, any, least }
  var end: End
  var put: String
  var take: String
  var elements: [JSON] = []
  /// Few elements repeat; many are unique in most histories.
  var domain = 3
  private var next = 0

  init(_ end: End, put: String, take: String, domain: Int) {
    self.end = end
    self.put = put
    self.take = take
    self.domain = domain
  }

  mutating func request(_ random: inout SplitMix64, process: Int) -> Request {
    guard random.chance(0.5) else { return Request(function: take) }
    next += 1
    return Request(
      function: put,
      input: domain > 9 ? .integer(Int64(next * 37 % 101)) : number(&random, below: domain))
  }

  mutating func answer(_ request: Request, process: Int) -> JSON? {
    if request.function == put {
      elements.append(request.input)
      return request.input
    }
    guard !elements.isEmpty else { return .null }
    switch end {
    case .front: return elements.removeFirst()
    case .back: return elements.removeLast()
    case .any: return elements.remove(at: elements.count / 2)
    case .least:
      let numbers = elements.map { $0.integer ?? 0 }
      return elements.remove(at: numbers.indices.min { numbers[$0] < numbers[$1] } ?? 0)
    }
  }

  func lie(_ random: inout SplitMix64, _ request: Request) -> JSON? {
    if request.function == put { return nil }
    if random.chance(0.3) { return .null }
    return domain > 9
      ? .integer(Int64(random.draw(1..<max(2, next + 1)) * 37 % 101))
      : number(&random, below: domain)
  }
}

/// A set over a few elements.
struct SimulatedSet: SimulatedObject {
  var elements: [JSON] = []

  mutating func request(_ random: inout SplitMix64, process: Int) -> Request {
    switch random.draw(0..<4) {
    case 0: Request(function: "add", input: number(&random, below: 3))
    case 1: Request(function: "remove", input: number(&random, below: 3))
    case 2: Request(function: "contains", input: number(&random, below: 3))
    default: Request(function: "read")
    }
  }

  mutating func answer(_ request: Request, process: Int) -> JSON? {
    let value = request.input
    switch request.function {
    case "add":
      if !elements.contains(value) { elements.insert(value, at: 0) }
      return value
    case "remove":
      elements.removeAll { $0 == value }
      return value
    case "contains": return .array([value, .bool(elements.contains(value))])
    default: return .array(elements)
    }
  }

  func lie(_ random: inout SplitMix64, _ request: Request) -> JSON? {
    switch request.function {
    case "contains": return .array([request.input, .bool(random.chance(0.5))])
    case "read": return .array((0..<random.draw(0..<3)).map { _ in number(&random, below: 3) })
    default: return nil
    }
  }
}

/// A counter.
struct SimulatedCounter: SimulatedObject {
  var value: Int64 = 0

  mutating func request(_ random: inout SplitMix64, process: Int) -> Request {
    random.chance(0.6)
      ? Request(function: "add", input: .integer(Int64(random.draw(0..<5) - 2)))
      : Request(function: "read")
  }

  mutating func answer(_ request: Request, process: Int) -> JSON? {
    value += request.input.integer ?? 0
    return request.function == "add" ? request.input : .integer(value)
  }

  func lie(_ random: inout SplitMix64, _ request: Request) -> JSON? {
    request.function == "add" ? nil : .integer(value + Int64(random.draw(0..<5) - 2))
  }
}

/// Locks of every kind: `permits` holds, the same process again when `isReentrant`.
struct SimulatedLock: SimulatedObject {
  var permits = 1
  var isReentrant = false
  var isFenced = false
  var holders: [Int] = []
  var token: Int64 = 10

  mutating func request(_ random: inout SplitMix64, process: Int) -> Request {
    Request(function: random.chance(0.5) ? "acquire" : "release")
  }

  mutating func answer(_ request: Request, process: Int) -> JSON? {
    if request.function == "release" {
      guard let place = holders.firstIndex(of: process) else { return nil }
      holders.remove(at: place)
      return .null
    }
    guard holders.count < permits || isReentrant && holders.contains(process) else { return nil }
    holders.append(process)
    token += 2
    return isFenced ? .integer(token) : .null
  }

  func lie(_ random: inout SplitMix64, _ request: Request) -> JSON? {
    guard request.function == "acquire" else { return .null }
    return isFenced ? .integer(token + Int64(random.draw(0..<8) - 4)) : .null
  }
}

/// A list of what was appended, or its text.
struct SimulatedLog: SimulatedObject {
  var isText = false
  var elements: [JSON] = []
  private var text = ""

  init(isText: Bool) { self.isText = isText }

  mutating func request(_ random: inout SplitMix64, process: Int) -> Request {
    let element = number(&random, below: 3)
    let value = isText ? .string(["a", "ab", "b"][random.draw(0..<3)]) : element
    switch random.draw(0..<5) {
    case 0 where isText: return Request(function: "put", input: value)
    case 0, 1, 2: return Request(function: "append", input: value)
    default: return Request(function: isText ? "get" : "read")
    }
  }

  mutating func answer(_ request: Request, process: Int) -> JSON? {
    switch request.function {
    case "append":
      elements.append(request.input)
      text += request.input.string ?? ""
      return request.input
    case "put":
      text = request.input.string ?? ""
      return request.input
    case "get": return .string(text)
    default: return .array(elements)
    }
  }

  func lie(_ random: inout SplitMix64, _ request: Request) -> JSON? {
    switch request.function {
    case "get": return .string(String(text.shuffled(using: &random)))
    case "read": return .array(elements.shuffled(using: &random))
    default: return nil
    }
  }
}

/// A generator of ids.
struct SimulatedIDs: SimulatedObject {
  var last: Int64 = 0

  mutating func request(_ random: inout SplitMix64, process: Int) -> Request {
    Request(function: "generate")
  }

  mutating func answer(_ request: Request, process: Int) -> JSON? {
    last += 1
    return .integer(last)
  }

  func lie(_ random: inout SplitMix64, _ request: Request) -> JSON? {
    .integer(Int64(random.draw(1..<Int(last) + 3)))
  }
}

/// Three registers that transactions of one to three parts read and write.
struct SimulatedRegisters: SimulatedObject {
  var held: [String: JSON] = [:]

  mutating func request(_ random: inout SplitMix64, process: Int) -> Request {
    let parts: [JSON] = (0..<random.draw(1..<4)).map { _ in
      let key = JSON.string(["x", "y", "z"][random.draw(0..<3)])
      return random.chance(0.5)
        ? .array([.string("read"), key, .null])
        : .array([.string("write"), key, number(&random, below: 2)])
    }
    return Request(function: "txn", input: .array(parts))
  }

  mutating func answer(_ request: Request, process: Int) -> JSON? {
    guard case .array(let parts) = request.input else { return nil }
    return .array(
      parts.map { part in
        guard case .array(let words) = part, let key = words[1].string else { return part }
        if words[0] == .string("write") {
          held[key] = words[2]
          return part
        }
        return .array([words[0], words[1], held[key] ?? .null])
      })
  }

  func lie(_ random: inout SplitMix64, _ request: Request) -> JSON? {
    guard case .array(let parts) = request.input else { return nil }
    return .array(
      parts.map { part in
        guard case .array(let words) = part, words[0] == .string("read") else { return part }
        return .array([words[0], words[1], random.chance(0.3) ? .null : number(&random, below: 2)])
      })
  }
}
