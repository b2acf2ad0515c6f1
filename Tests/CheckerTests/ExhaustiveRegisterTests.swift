import Base
import Dispatch
import Glibc
import Histories
import Synchronization
import Testing

@testable import Checker

/// Every interval structure, every pending subset and every labelling of small register histories.
///
/// Writer `i` writes `i + 1`; reads and compare-and-sets expect any of the values or the initial
/// one. Up to three operations by default, four (2.8 million histories, no two of them alike) with
/// `PLUMBLINE_LONG=1`.
@Suite struct ExhaustiveRegisterTests {
  private static var isLong: Bool { getenv("PLUMBLINE_LONG") != nil }

  @Test(arguments: isLong ? [1, 2, 3, 4] : [1, 2, 3]) func everyHistory(operations: Int) throws {
    try enumerate(operations, usesCas: operations < 3 || Self.isLong)
  }

  private enum Label {
    case write
    case read(Int64)
    case cas(Int64)
  }

  private func enumerate(_ count: Int, usesCas: Bool) throws {
    let expected = (0...Int64(count)).map { $0 }
    let labels = Labels(
      ended: [.write] + expected.map { .read($0) } + (usesCas ? expected.map { .cas($0) } : []),
      // Nobody knows what a pending read saw: one stands for all.
      pending: [.write, .read(0)] + (usesCas ? expected.map { .cas($0) } : []))
    let structures = structures(count)
    // The threads share what is left to do.
    let next = Atomic(0)
    let found = Mutex<[Result<[Int], any Error>]>([])
    DispatchQueue.concurrentPerform(iterations: 2) { _ in
      var verdicts = [0, 0]
      let result = Result {
        while true {
          let place = next.add(1, ordering: .relaxed).oldValue
          guard place < structures.count else { return verdicts }
          try Self.tryAll(structures[place], count, labels, &verdicts)
        }
      }
      found.withLock { $0.append(result) }
    }
    let verdicts = try found.withLock { try $0.map { try $0.get() } }
    #expect(verdicts.contains { $0[0] > 0 } && verdicts.contains { $0[1] > 0 })
  }

  /// What an operation may be that ended, and one that did not.
  private struct Labels {
    var ended: [Label]
    var pending: [Label]
  }

  /// Every labelling of a structure.
  private static func tryAll(
    _ order: [Step], _ count: Int, _ labels: Labels, _ verdicts: inout [Int]
  ) throws {
    let ended = Set(order.filter { !$0.isInvocation }.map(\.operation))
    let choices = (0..<count).map { ended.contains($0) ? labels.ended : labels.pending }
    var choice = [Int](repeating: 0, count: count)
    repeat {
      let history = try history(order, zip(choices, choice).map { $0[$1] })
      let settings = Settings(
        initial: ValueTable.none, observesFailedCas: false, ignoresNullReads: false, permits: 1)
      let calls = (0..<count).compactMap {
        Call($0, of: history, as: Call.functions(of: history), settings)
      }
      let truth = Model.casRegister.referee(calls, settings, history.values)
      let task = KeyTask(
        operations: Array(0..<count), calls: calls, values: history.values, settings: settings,
        budget: .init())
      let answer = try Model.casRegister.solve(task)
      var found = false
      if case .order(let steps) = answer.finding {
        found = true
        let claim = ProposedOrder(
          order: steps.map { Int32($0.operation) }, results: steps.map(\.result), calls: calls,
          settings: settings, values: history.values)
        #expect(Model.casRegister.verify(claim) == nil)
      }
      #expect(found == truth, "\(describe(history))")
      verdicts[truth ? 1 : 0] += 1
    } while advance(&choice, below: choices.map(\.count))
  }

  private static func advance(_ choice: inout [Int], below limits: [Int]) -> Bool {
    for place in choice.indices {
      choice[place] += 1
      if choice[place] < limits[place] { return true }
      choice[place] = 0
    }
    return false
  }

  private typealias Step = (isInvocation: Bool, operation: Int)

  /// Every order of invocations (in the order of the operations) and of the completions of some of
  /// them, each once.
  private func structures(_ count: Int) -> [[Step]] {
    var all: [[Step]] = []
    func grow(_ order: [Step], open: [Int], started: Int) {
      // What is open here stays so.
      if started == count { all.append(order) }
      if started < count {
        grow(order + [(true, started)], open: open + [started], started: started + 1)
      }
      for operation in open {
        grow(
          order + [(false, operation)], open: open.filter { $0 != operation }, started: started)
      }
    }
    grow([], open: [], started: 0)
    return all
  }

  private static func history(_ order: [Step], _ labels: [Label]) throws -> History {
    var builder = HistoryBuilder()
    func value(_ number: Int64) -> ValueID {
      number == 0 ? ValueTable.null : builder.values.intern(integer: number)
    }
    for (line, step) in order.enumerated() {
      let installed = value(Int64(step.operation) + 1)
      let process = Event.Process.client(Int64(step.operation))
      let kind: Event.Kind = step.isInvocation ? .invoke : .ok
      var event: Event
      switch labels[step.operation] {
      case .write:
        event = Event(kind, process: process, function: builder.function("write"), line: line + 1)
        event.value = installed
      case .read(let seen):
        event = Event(kind, process: process, function: builder.function("read"), line: line + 1)
        if !step.isInvocation { event.value = value(seen) }
      case .cas(let old):
        event = Event(kind, process: process, function: builder.function("cas"), line: line + 1)
        event.value = builder.values.intern(list: [value(old), installed])
      }
      try builder.add(event)
    }
    return builder.build()
  }
}
