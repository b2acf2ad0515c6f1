import Base
import Histories
import TestSupport
import Testing

@testable import Checker

/// Random subsets of the reductions, in both engines, against the referee.
///
/// The generators are those that found every deliberate mistake in the reductions: histories drawn
/// at random, histories of a simulated register with a few wrong results, and ones in which many
/// operations never complete.
@Suite struct ReductionTests {
  @Test(arguments: [Engine.depthFirst, Engine.frontier], [false, true])
  func everySubsetAgrees(engine: String, isStrict: Bool) throws {
    var random = SplitMix64(seed: isStrict ? 17 : 23)
    var verdicts = [0, 0]
    for _ in 0..<trials(3000) {
      var draft = RegisterDraft(isStrict: isStrict)
      switch random.draw(0..<4) {
      case 0: draft.drawAnything(&random)
      case 1: draft.drawSimulated(&random)
      default: draft.drawCrashes(&random)
      }
      let history = try draft.history()
      let settings = Settings(
        initial: random.chance(0.2) ? nil : ValueTable.none, observesFailedCas: isStrict,
        ignoresNullReads: false, permits: 1)
      let reductions =
        random.chance(0.5)
        ? Reductions.all : Reductions(rawValue: UInt16(random.draw(0..<(1 << 9))))
      let truth = try decide(history, settings, reductions, engine).isLinearizable
      verdicts[truth ? 1 : 0] += 1
    }
    #expect(verdicts[0] > 800 && verdicts[1] > 800)
    RungQuota.expect(engine, decided: verdicts[0] + verdicts[1], of: 2)
  }

  /// The beam finds orders of small histories too; where it finds none the frontier is asked.
  @Test func ordersOfTheBeamAreOrders() throws {
    var random = SplitMix64(seed: 31)
    var orders = 0
    for _ in 0..<trials(12000) {
      var draft = RegisterDraft(isStrict: random.chance(0.3))
      if random.chance(0.5) { draft.drawSimulated(&random) } else { draft.drawCrashes(&random) }
      let settings = Settings(
        initial: random.chance(0.2) ? nil : ValueTable.none, observesFailedCas: draft.isStrict,
        ignoresNullReads: false, permits: 1)
      let answer = try decide(draft.history(), settings, .all, Engine.beam)
      if answer.algorithm == Engine.beam { orders += 1 }
    }
    RungQuota.expect(Engine.beam, decided: orders)
  }

  /// Decides a history with one engine, compares it with the referee and has the order verified.
  private func decide(
    _ history: History, _ settings: Settings, _ reductions: Reductions, _ engine: String
  ) throws -> (isLinearizable: Bool, algorithm: String) {
    let model = Model.casRegister
    let functions = Call.functions(of: history)
    var operations: [Int] = []
    var calls: [Call] = []
    for operation in 0..<history.count {
      guard let call = Call(operation, of: history, as: functions, settings) else { continue }
      operations.append(operation)
      calls.append(call)
    }
    let truth = model.referee(calls, settings, history.values)
    var task = KeyTask(
      operations: operations, calls: calls, values: history.values, settings: settings,
      budget: Budget())
    task.reductions = reductions
    task.engine = engine
    task.stuckLimit = 1
    let answer = try model.solve(task)
    let context = "\(engine) \(reductions.rawValue):\n\(describe(history))"
    switch answer.finding {
    case .order(let steps):
      #expect(truth, "found an order, \(context)")
      var places: [Int: Int32] = [:]
      for (place, operation) in operations.enumerated() { places[operation] = Int32(place) }
      let claim = ProposedOrder(
        order: steps.map { places[$0.operation] ?? -1 }, results: steps.map(\.result),
        calls: calls, settings: settings, values: history.values)
      #expect(model.verify(claim) == nil, "\(context)")
    case .impasse(let impasse):
      #expect(!truth, "found none, \(context)")
      #expect(!impasse.dilemmas.isEmpty, "\(context)")
      let culprit = places(operations, impasse.culprit)
      #expect(!isExplained(through: culprit, calls, settings, history.values), "\(context)")
      let before = calls.indices.filter { calls[$0].returned < calls[culprit].returned }
      if let last = before.max(by: { calls[$0].returned < calls[$1].returned }) {
        #expect(isExplained(through: last, calls, settings, history.values), "\(context)")
      }
    default: Issue.record("no verdict, \(context)")
    }
    return (truth, answer.algorithm)
  }

  private func places(_ operations: [Int], _ operation: Int) -> Int {
    operations.firstIndex(of: operation) ?? 0
  }

  /// Whether the events up to a completion are linearizable, with the results that open operations
  /// got later but no duty to take effect.
  private func isExplained(
    through last: Int, _ calls: [Call], _ settings: Settings, _ values: ValueTable
  ) -> Bool {
    let end = calls[last].returned
    let open = calls.indices.filter {
      calls[$0].invoked < end && calls[$0].returned > end && calls[$0].end != .pending
    }
    // Any subset of the open operations may have taken effect.
    for subset in 0..<(1 << open.count) {
      let left = Set(open.enumerated().filter { subset >> $0.offset & 1 == 0 }.map(\.element))
      let kept = calls.indices.filter { calls[$0].invoked < end && !left.contains($0) }
      if Model.casRegister.referee(kept.map { calls[$0] }, settings, values) { return true }
    }
    return false
  }
}

/// A history of a register with compare-and-set as a few plain entries.
struct RegisterDraft {
  enum Action {
    case write(Int)
    case read(Int)
    case cas(Int, Int)
    /// A compare-and-set that saw another value.
    case mismatch(Int)
  }

  struct Entry {
    var action: Action
    var invoked: Int
    /// Nil for one that never completes.
    var returned: Int?
  }

  var isStrict: Bool
  var entries: [Entry] = []

  init(isStrict: Bool) { self.isStrict = isStrict }

  /// Intervals with distinct ends, some of which never end.
  private func intervals(
    _ count: Int, pending: Double, mostOpen: Int, invocations: Double, _ random: inout SplitMix64
  ) -> [(invoked: Int, returned: Int?)] {
    var intervals: [(invoked: Int, returned: Int?)] = []
    var open: [Int] = []
    var time = 0
    while intervals.count < count || !open.isEmpty {
      let mayInvoke = intervals.count < count && open.count < mostOpen
      if mayInvoke, open.isEmpty || random.chance(invocations) {
        open.append(intervals.count)
        intervals.append((time, nil))
      } else {
        let one = open.remove(at: random.draw(0..<open.count))
        if random.chance(pending) { continue }
        intervals[one].returned = time
      }
      time += 1
    }
    return intervals
  }

  /// Any actions in any intervals.
  mutating func drawAnything(_ random: inout SplitMix64) {
    let domain = [1, 2, 2, 3, 4][random.draw(0..<5)] + 1
    let intervals = intervals(
      random.draw(1..<9), pending: [0, 0.2, 0.45][random.draw(0..<3)],
      mostOpen: [2, 3, 4, 99][random.draw(0..<4)],
      invocations: [0.35, 0.5, 0.65][random.draw(0..<3)], &random)
    for (invoked, returned) in intervals {
      let a = random.draw(0..<domain)
      let b = random.draw(0..<domain)
      let action: Action =
        switch random.draw(0..<20) {
        case 0..<7: .write(a)
        case 7..<13: .read(a)
        case 13..<18: .cas(a, b)
        default: isStrict && returned != nil ? .mismatch(a) : .cas(a, b)
        }
      entries.append(Entry(action: action, invoked: invoked, returned: returned))
    }
  }

  /// Actions of a register that takes each at some point of its interval, then a few wrong results.
  mutating func drawSimulated(_ random: inout SplitMix64) {
    let domain = [1, 2, 2, 3, 4][random.draw(0..<5)] + 1
    let count = random.draw(1..<9)
    let intervals = intervals(
      count, pending: [0, 0.2, 0.45][random.draw(0..<3)],
      mostOpen: [2, 3, 4, 99][random.draw(0..<4)],
      invocations: [0.35, 0.5, 0.65][random.draw(0..<3)], &random)
    let order = intervals.indices.map { index in
      let end = min(intervals[index].returned ?? Int.max, 2 * count + 2)
      return (
        Double(intervals[index].invoked)
          + Double(end - intervals[index].invoked) * Double(random.draw(0..<1000)) / 1000, index
      )
    }.sorted { $0.0 < $1.0 }
    var actions = [Action](repeating: .read(0), count: intervals.count)
    var state = 0
    for (_, index) in order {
      let isPending = intervals[index].returned == nil
      let took = !isPending || random.chance(0.6)
      let a = random.draw(0..<domain)
      let b = random.draw(0..<domain)
      switch random.draw(0..<20) {
      case 0..<7:
        actions[index] = .write(a)
        if took { state = a }
      case 7..<13: actions[index] = .read(state)
      default:
        if a == state || isPending {
          actions[index] = .cas(a, b)
          if took, a == state { state = b }
        } else {
          actions[index] = isStrict ? .mismatch(a) : .read(state)
        }
      }
    }
    let share = [0, 0, 0.1, 0.25][random.draw(0..<4)]
    for (index, interval) in intervals.enumerated() {
      if random.chance(share) {
        let value = random.draw(0..<domain)
        switch actions[index] {
        case .read: actions[index] = .read(value)
        case .cas(_, let new): actions[index] = .cas(value, new)
        case .mismatch: actions[index] = .mismatch(value)
        case .write: break
        }
      }
      entries.append(
        Entry(action: actions[index], invoked: interval.invoked, returned: interval.returned))
    }
  }

  /// Many writes and compare-and-sets that never complete over few values, few that observe.
  mutating func drawCrashes(_ random: inout SplitMix64) {
    let domain = [1, 2, 2][random.draw(0..<3)] + 1
    let intervals = intervals(
      random.draw(6..<12), pending: 0, mostOpen: random.draw(1..<4), invocations: 0.5, &random)
    var crashes = 0
    for (invoked, returned) in intervals {
      let a = random.draw(0..<domain)
      let b = random.draw(0..<domain)
      if crashes < 6, random.chance(0.5) {
        crashes += 1
        let action: Action = random.chance(0.5) ? .write(a) : .cas(a, b)
        entries.append(Entry(action: action, invoked: invoked, returned: nil))
        continue
      }
      let action: Action =
        switch random.draw(0..<20) {
        case 0..<12: .read(a)
        case 12..<15: .cas(a, b)
        case 15..<18: .write(a)
        default: isStrict ? .mismatch(a) : .write(a)
        }
      entries.append(Entry(action: action, invoked: invoked, returned: returned))
    }
  }

  /// The history; the value 0 is null, the initial value.
  func history() throws -> History {
    var builder = HistoryBuilder()
    var events: [(time: Int, entry: Int, isInvocation: Bool)] = []
    for (index, entry) in entries.enumerated() {
      events.append((entry.invoked, index, true))
      if let returned = entry.returned { events.append((returned, index, false)) }
    }
    events.sort { $0.time < $1.time }
    for (line, step) in events.enumerated() {
      func value(_ number: Int) -> ValueID {
        number == 0 ? ValueTable.null : builder.values.intern(integer: Int64(number))
      }
      var name = "write"
      var input = ValueTable.null
      var kind: Event.Kind = step.isInvocation ? .invoke : .ok
      switch entries[step.entry].action {
      case .write(let new): input = value(new)
      case .read(let seen):
        name = "read"
        if !step.isInvocation { input = value(seen) }
      case .cas(let old, let new):
        name = "cas"
        input = builder.values.intern(list: [value(old), value(new)])
      case .mismatch(let old):
        name = "cas"
        input = builder.values.intern(list: [value(old), value(99)])
        if !step.isInvocation { kind = .fail }
      }
      try builder.add(
        Event(
          kind, process: .client(Int64(step.entry)), function: builder.function(name),
          value: input, line: line + 1))
    }
    return builder.build()
  }
}
