import Base
import Histories
import Testing

@testable import Checker

/// What one operation of a small register history does; 0 is null, the initial value.
enum Deed: Hashable {
  case write(Int)
  case read(Int)
  case cas(Int, Int)
  case mismatch(Int)
}

/// One operation: distinct ranks, no completion when it is pending.
struct Case {
  var deed: Deed
  var invoked: Int
  var returned: Int?
  /// What the completion names as the revision.
  var revision: Int64 = -1
}

/// Makes keys of register operations without a history around them.
struct RegisterCases {
  private var values = ValueTable()
  private let template: Call
  private let settings: Settings

  /// Prepares to make keys, in a history with that many values of others.
  init(
    initial: ValueID? = ValueTable.none, ignoresNullReads: Bool = false, others: Int = 0
  ) throws {
    for number in 0..<others { _ = values.intern(integer: Int64(1_000_000 + number)) }
    var builder = HistoryBuilder()
    let read = builder.function("read")
    try builder.add(Event(.invoke, process: .client(0), function: read, line: 1))
    try builder.add(Event(.ok, process: .client(0), function: read, line: 2))
    let history = builder.build()
    settings = Settings(
      initial: initial, observesFailedCas: false, ignoresNullReads: ignoresNullReads, permits: 1)
    template = try #require(
      Call(0, of: history, as: Call.functions(of: history), settings))
  }

  /// The value of a number.
  mutating func value(_ number: Int) -> ValueID {
    number == 0 ? ValueTable.null : values.intern(integer: Int64(number))
  }

  /// The key of some operations, which are put in the order of their invocations.
  mutating func task(_ cases: [Case]) -> KeyTask {
    let sorted = cases.sorted { $0.invoked < $1.invoked }
    let calls = sorted.map { call($0) }
    var task = KeyTask(
      operations: Array(calls.indices), calls: calls, values: values, settings: settings,
      budget: Budget())
    task.revisions = sorted.map { $0.returned == nil ? -1 : $0.revision }
    return task
  }

  private mutating func call(_ one: Case) -> Call {
    var call = template
    call.invoked = Int32(one.invoked)
    call.returned = one.returned.map { Int32($0) } ?? History.never
    call.end = one.returned == nil ? .pending : .ok
    call.output = ValueTable.none
    switch one.deed {
    case .write(let number):
      call.function = .write
      call.input = value(number)
    case .read(let number):
      call.function = .read
      call.input = ValueTable.null
      if one.returned != nil { call.output = value(number) }
    case .cas(let old, let new):
      call.function = .cas
      call.input = values.intern(list: [value(old), value(new)])
    case .mismatch(let old):
      call.function = .cas
      call.input = values.intern(list: [value(old), value(99)])
      if one.returned != nil { call.end = .mismatch }
    }
    return call
  }
}

/// How a rung answered.
enum Answered: Hashable {
  case linearizable, violation, passed
}

/// Asks a rung about a key and holds its answer against the referee: an order is replayed, a
/// certificate is refereed by itself.
@discardableResult
func judge(_ rung: Rung, _ task: KeyTask, truth: Bool? = nil) throws -> Answered {
  let model = Model.casRegister
  let truth = truth ?? model.referee(task.calls, task.settings, task.values)
  switch try rung.decide(task) {
  case .pass, .stopped: return .passed
  case .order, .impasse: Issue.record("registers give positions and certificates")
  case .positions(let order):
    let claim = ProposedOrder(
      order: order, results: [], calls: task.calls, settings: task.settings, values: task.values)
    #expect(truth, "\(rung.name) accepts:\n\(words(task))")
    #expect(model.verify(claim) == nil, "\(rung.name) orders \(order):\n\(words(task))")
    return .linearizable
  case .violation(let certificate):
    #expect(!truth, "\(rung.name) refuses (\(certificate.anomaly)):\n\(words(task))")
    #expect(certificate.calls == certificate.calls.sorted())
    #expect(!certificate.anomaly.name.isEmpty)
    let proof = certificate.calls.map { position in
      certificate.asWrites.contains(position)
        ? task.calls[position].asWrite(task.values) : task.calls[position]
    }
    #expect(
      !model.referee(proof, task.settings, task.values),
      "\(rung.name) shows \(certificate):\n\(words(task))")
    return .violation
  }
  return .passed
}

/// How many of the answers were not passed on.
func decided(_ answers: [Answered: Int]) -> Int {
  answers[.linearizable, default: 0] + answers[.violation, default: 0]
}

/// A key as a person reads it.
func words(_ task: KeyTask) -> String {
  task.calls.map { call in
    let end = call.returned == History.never ? "" : "\(call.returned)"
    return "\(call.function) \(task.values.describe(call.input)) "
      + "→ \(task.values.describe(call.output)) \(call.end) [\(call.invoked), \(end)]"
  }.joined(separator: "\n")
}

/// Every order of invocations (in the order of the operations) and completions, as intervals.
func everyStructure(_ count: Int) -> [[(invoked: Int, returned: Int)]] {
  var all: [[(invoked: Int, returned: Int)]] = []
  func grow(_ done: [(invoked: Int, returned: Int)], open: [Int], time: Int) {
    if done.count == count, open.isEmpty { all.append(done) }
    if done.count < count {
      grow(done + [(time, -1)], open: open + [done.count], time: time + 1)
    }
    for operation in open {
      var next = done
      next[operation].returned = time
      grow(next, open: open.filter { $0 != operation }, time: time + 1)
    }
  }
  grow([], open: [], time: 0)
  return all
}
