import Base
import Glibc
import Histories
import Testing

@testable import Checker

/// Every interval structure, every pending subset and every labelling of small register histories.
///
/// Writer `i` writes `i + 1`; reads and compare-and-sets expect any of the values or the initial
/// one. Up to three operations by default, four (24 million histories) with `PLUMBLINE_LONG=1`.
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
    var labels: [Label] = [.write] + expected.map { .read($0) }
    if usesCas { labels += expected.map { .cas($0) } }
    var verdicts = [0, 0]
    for order in structures(count) {
      for pending in 0..<(1 << count) {
        var choice = [Int](repeating: 0, count: count)
        repeat {
          let history = try self.history(order, pending, choice.map { labels[$0] })
          let settings = Settings(
            initial: ValueTable.none, observesFailedCas: false, ignoresNullReads: false,
            permits: 1)
          let calls = (0..<count).compactMap {
            Call($0, of: history, as: Call.functions(of: history), settings)
          }
          let truth = Model.casRegister.referee(calls, settings, history.values)
          let task = KeyTask(
            operations: Array(0..<count), calls: calls, values: history.values,
            settings: settings, budget: .init())
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
        } while advance(&choice, below: labels.count)
      }
    }
    #expect(verdicts[0] > 0 && verdicts[1] > 0)
  }

  private func advance(_ choice: inout [Int], below limit: Int) -> Bool {
    for place in choice.indices {
      choice[place] += 1
      if choice[place] < limit { return true }
      choice[place] = 0
    }
    return false
  }

  /// Every order of invocations (in the order of the operations) and completions.
  private func structures(_ count: Int) -> [[(isInvocation: Bool, operation: Int)]] {
    var all: [[(isInvocation: Bool, operation: Int)]] = []
    func grow(_ order: [(isInvocation: Bool, operation: Int)], open: [Int], started: Int) {
      if started == count, open.isEmpty { all.append(order) }
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

  private func history(
    _ order: [(isInvocation: Bool, operation: Int)], _ pending: Int, _ labels: [Label]
  ) throws -> History {
    var builder = HistoryBuilder()
    func value(_ number: Int64) -> ValueID {
      number == 0 ? ValueTable.null : builder.values.intern(integer: number)
    }
    for (line, step) in order.enumerated() {
      if !step.isInvocation, pending >> step.operation & 1 == 1 { continue }
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
