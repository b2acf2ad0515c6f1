import Base
import Histories

/// What one client asks and what a faultless object would answer.
struct Request {
  var function: String
  var input: JSON = nil

  /// What a register with compare-and-set answers to it, and what it then holds.
  func answer(ofRegister value: inout JSON) -> JSON? {
    switch function {
    case "write":
      value = input
      return input
    case "read": return value
    default:
      guard case .array(let pair) = input, value == pair[0] else { return false }
      value = pair[1]
      return input
    }
  }
}

/// An object that answers at once, for the generator alone: neither machine nor referee.
protocol SimulatedObject {
  /// A request drawn at random.
  mutating func request(_ random: inout SplitMix64, process: Int) -> Request
  /// The answer; nil when the object cannot do it now (a lock that is taken), which fails.
  mutating func answer(_ request: Request, process: Int) -> JSON?
  /// A wrong answer, for histories that are to be refused.
  func lie(_ random: inout SplitMix64, _ request: Request) -> JSON?
}

/// How random histories look.
struct Shape {
  var operations = 5
  var clients = 3
  /// The share of operations that nobody hears of again.
  var crashes = 0.15
  /// The share of answers that are made up.
  var lies = 0.15
  /// The share of completions that never come although the operation was done.
  var lost = 0.1
}

private struct Client {
  var process: Int
  var request: Request?
  var answer: JSON?
  var isDone = false
}

/// Runs simulated clients against an object and records what they see.
func randomHistory(
  _ object: some SimulatedObject, _ shape: Shape, _ random: inout SplitMix64
) throws -> History {
  var object = object
  var builder = HistoryBuilder()
  var line = 0
  func add(
    _ kind: Event.Kind, _ client: Client, _ request: Request, _ value: JSON?
  ) throws {
    line += 1
    var event = Event(
      kind, process: .client(Int64(client.process)), function: builder.function(request.function),
      line: line)
    var value = value
    if request.function == "cas", kind != .invoke, value == false {
      builder.keep("swapped", ValueTable.false)
      value = request.input
    }
    if let value { event.value = builder.values.intern(value) }
    try builder.add(event)
  }
  var clients = (0..<shape.clients).map { Client(process: $0) }
  var started = 0
  var nextProcess = shape.clients
  while true {
    let choices = clients.indices.filter {
      clients[$0].request != nil || started < shape.operations
    }
    guard !choices.isEmpty else { break }
    let place = choices[random.draw(0..<choices.count)]
    guard let request = clients[place].request else {
      let request = object.request(&random, process: clients[place].process)
      clients[place].request = request
      clients[place].isDone = false
      started += 1
      try add(.invoke, clients[place], request, request.input)
      continue
    }
    if !clients[place].isDone {
      if random.chance(shape.crashes) {
        if random.chance(0.5) { try add(.info, clients[place], request, request.input) }
        clients[place] = Client(process: nextProcess)
        nextProcess += 1
        continue
      }
      clients[place].answer = object.answer(request, process: clients[place].process)
      clients[place].isDone = true
      if random.chance(0.5) { continue }
    }
    if random.chance(shape.lost), clients[place].answer != nil {
      try add(.info, clients[place], request, request.input)
      clients[place] = Client(process: nextProcess)
      nextProcess += 1
      continue
    }
    let truth = clients[place].answer
    if random.chance(shape.lies), let lie = object.lie(&random, request) {
      try add(.ok, clients[place], request, lie)
    } else if truth == false, request.function == "cas", random.chance(0.5) {
      try add(.fail, clients[place], request, request.input)
    } else if let truth {
      try add(.ok, clients[place], request, truth)
    } else {
      try add(.fail, clients[place], request, request.input)
    }
    clients[place].request = nil
    clients[place].answer = nil
  }
  return builder.build()
}

/// A register with compare-and-set over a few values.
struct SimulatedRegister: SimulatedObject {
  var value: JSON = nil
  var domain: Int64 = 3
  var hasCas = true

  private func draw(_ random: inout SplitMix64) -> JSON {
    let value = Int64(random.draw(0..<Int(domain)))
    return value == 0 ? nil : .integer(value)
  }

  mutating func request(_ random: inout SplitMix64, process: Int) -> Request {
    switch random.draw(0..<(hasCas ? 4 : 2)) {
    case 0: Request(function: "write", input: draw(&random))
    case 1: Request(function: "read")
    default: Request(function: "cas", input: [draw(&random), draw(&random)])
    }
  }

  mutating func answer(_ request: Request, process: Int) -> JSON? {
    request.answer(ofRegister: &value)
  }

  func lie(_ random: inout SplitMix64, _ request: Request) -> JSON? {
    switch request.function {
    case "read": draw(&random)
    case "cas": random.chance(0.5) ? false : request.input
    default: nil
    }
  }
}
