import Base
import Histories
import Testing

@testable import Checker

/// What a rung said, counted.
struct RungCount: CustomStringConvertible {
  var orders = 0
  var violations = 0
  var passes = 0
  /// By rule, the largest certificate.
  var certificates: [String: Int] = [:]
  var decided: Int { orders + violations }

  var description: String {
    "\(orders) orders, \(violations) violations, \(passes) passes, "
      + certificates.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
      .joined(separator: ", ")
  }
}

/// Asks one rung about a history and holds its answer against the referee: an order is replayed, a
/// certificate is refereed by itself, and a violation must be one.
func judge(
  _ rung: String, _ model: Model, _ history: History, initial: JSON? = nil, permits: Int = 1,
  _ count: inout RungCount
) throws {
  let rung = try #require(model.rungs.first { $0.name == rung })
  try judge(rung, model, history, initial: initial, permits: permits, &count)
}

/// As above, for a rung that need not be one of the model's.
func judge(
  _ rung: Rung, _ model: Model, _ history: History, initial: JSON? = nil, permits: Int = 1,
  _ count: inout RungCount
) throws {
  var options = CheckOptions()
  options.permits = permits
  if let initial { options.initial = .value(initial) }
  var values = history.values
  let settings = try Settings(options, header: nil, values: &values)
  for (_, task) in Checker.partition(history, values: values, settings, options) {
    func replay(_ places: [Int32], _ results: [ValueID]) {
      let claim = ProposedOrder(
        order: places, results: results, calls: task.calls, settings: settings, values: values)
      if let rejection = model.verify(claim) {
        let truth = model.referee(task.calls, settings, values)
        Issue.record("\(rung.name): \(rejection) (referee: \(truth))\n\(describe(history))")
      }
    }
    switch try rung.decide(task) {
    case .pass, .stopped: count.passes += 1
    case .impasse:
      count.violations += 1
      #expect(!model.referee(task.calls, settings, values), "\(describe(history))")
    case .order(let steps):
      count.orders += 1
      let places = steps.map { step in
        Int32(task.operations.firstIndex(of: step.operation) ?? -1)
      }
      replay(places, steps.map(\.result))
    case .positions(let places):
      count.orders += 1
      replay(places, [])
    case .violation(let certificate):
      count.violations += 1
      let size = count.certificates[certificate.anomaly.name, default: 0]
      count.certificates[certificate.anomaly.name] = max(size, certificate.calls.count)
      #expect(
        !model.referee(task.calls, settings, values),
        "\(rung.name) is wrong to refuse (\(certificate.anomaly.name)):\n\(describe(history))")
      let alone = certificate.calls.map { task.calls[$0] }
      #expect(
        !model.referee(alone, settings, values),
        """
        \(rung.name) \(certificate.anomaly.name) \(certificate.calls) proves nothing:
        \(describe(history))
        """)
      // What nobody knows of, and the certificate does not name, must not be able to help; a
      // pending release belongs to an acquisition that may not be named.
      let helped = task.calls.indices.filter {
        certificate.calls.contains($0)
          || task.calls[$0].end == .pending && task.calls[$0].function != .release
      }
      #expect(
        !model.referee(helped.map { task.calls[$0] }, settings, values),
        "\(rung.name) \(certificate.anomaly.name) leaves out who helps:\n\(describe(history))")
    }
  }
}

/// An operation to be put into an interval: its function, what it was invoked with, its answer.
struct Label {
  var function: String
  var input: JSON
  var output: JSON

  init(_ function: String, _ input: JSON = nil, _ output: JSON = nil) {
    self.function = function
    self.input = input
    self.output = output
  }
}

/// Operations in intervals, each by a process of its own.
struct Intervals {
  /// Events in order: invocations in the order of the operations, and completions.
  var events: [(isInvocation: Bool, operation: Int)] = []
  /// Whether each operation is never heard of again.
  var isPending: [Bool]

  /// Intervals drawn at random, at most `open` of them open at once.
  init(
    _ count: Int, pending: Double, open limit: Int, invoking: Double, _ random: inout SplitMix64
  ) {
    isPending = [Bool](repeating: false, count: count)
    var open: [Int] = []
    var started = 0
    while started < count || !open.isEmpty {
      if started < count, open.count < limit, open.isEmpty || random.chance(invoking) {
        events.append((true, started))
        open.append(started)
        started += 1
      } else {
        let operation = open.remove(at: random.draw(0..<open.count))
        if random.chance(pending) {
          isPending[operation] = true
        } else {
          events.append((false, operation))
        }
      }
    }
  }

  /// All interval structures of that many completed operations.
  static func all(_ count: Int) -> [Intervals] {
    var all: [Intervals] = []
    func grow(_ events: [(isInvocation: Bool, operation: Int)], open: [Int], started: Int) {
      if started == count, open.isEmpty { all.append(Intervals(events, count)) }
      if started < count {
        grow(events + [(true, started)], open: open + [started], started: started + 1)
      }
      for operation in open {
        grow(
          events + [(false, operation)], open: open.filter { $0 != operation }, started: started)
      }
    }
    grow([], open: [], started: 0)
    return all
  }

  private init(_ events: [(isInvocation: Bool, operation: Int)], _ count: Int) {
    self.events = events
    isPending = [Bool](repeating: false, count: count)
  }

  /// Without the completions of some operations, by their bits.
  func pending(_ bits: Int) -> Intervals {
    var copy = self
    copy.isPending = isPending.indices.map { bits >> $0 & 1 == 1 }
    copy.events.removeAll { !$0.isInvocation && bits >> $0.operation & 1 == 1 }
    return copy
  }

  /// A moment inside each interval, at which it may have taken effect; in no particular unit.
  func points(_ random: inout SplitMix64) -> [Int] {
    var first = [Int](repeating: 0, count: isPending.count)
    var last = [Int](repeating: events.count, count: isPending.count)
    for (place, event) in events.enumerated() {
      if event.isInvocation {
        first[event.operation] = place
      } else {
        last[event.operation] = place
      }
    }
    return first.indices.map { random.draw(first[$0] * 1000..<max(first[$0] + 1, last[$0]) * 1000) }
  }

  /// The history with these operations.
  func history(_ labels: [Label], processes: [Int]? = nil) throws -> History {
    var builder = HistoryBuilder()
    for (line, event) in events.enumerated() {
      let label = labels[event.operation]
      let process = Int64(processes?[event.operation] ?? event.operation)
      var entry = Event(
        event.isInvocation ? .invoke : .ok, process: .client(process),
        function: builder.function(label.function), line: line + 1)
      entry.value = builder.values.intern(event.isInvocation ? label.input : label.output)
      try builder.add(entry)
    }
    return builder.build()
  }
}

/// Every small history with these labels: all structures, all pending subsets, all labellings.
func everyHistory(
  _ count: Int, labels: (Int) -> [Label], visit: (History) throws -> Void
) throws {
  let choices = (0..<count).map(labels)
  for structure in Intervals.all(count) {
    for bits in 0..<(1 << count) {
      let intervals = structure.pending(bits)
      var choice = [Int](repeating: 0, count: count)
      var isDone = false
      while !isDone {
        // The answer of a pending operation does not matter: one label of each request will do.
        let isRepeated = (0..<count).contains { operation in
          guard bits >> operation & 1 == 1 else { return false }
          let label = choices[operation][choice[operation]]
          return choices[operation][..<choice[operation]].contains {
            $0.function == label.function && $0.input == label.input
          }
        }
        if !isRepeated {
          try visit(intervals.history((0..<count).map { choices[$0][choice[$0]] }))
        }
        var place = 0
        while place < count {
          choice[place] += 1
          if choice[place] < choices[place].count { break }
          choice[place] = 0
          place += 1
        }
        isDone = place == count
      }
    }
  }
}
