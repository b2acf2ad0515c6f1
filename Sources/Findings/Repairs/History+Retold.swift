import Histories

/// What may be told otherwise of one operation.
struct RetoldOperation {
  var key: ValueID
  var input: ValueID
  var output: ValueID
  var outcome: Outcome
}

extension History {
  /// The same operations told again, some of them changed, without the nemesis.
  ///
  /// Lines, times, and further fields stay. A process goes on under another number after an
  /// operation whose outcome is unknown and was known before. `byLine` takes the operations in the
  /// order of their lines, and not in the one that they have; `order` sorts what was taken.
  ///
  /// - Complexity: O(operations · log operations).
  /// - Returns: nil where what comes out breaks a rule of the contract.
  func retold(
    _ operations: [Int]? = nil, order: EventOrder = .line, byLine: Bool = false,
    _ change: (Int, inout RetoldOperation, inout ValueTable) -> Void = { _, _, _ in }
  ) -> History? {
    var builder = HistoryBuilder(order: order)
    builder.values = values
    builder.header = header
    for name in functions { _ = builder.function(name) }
    var steps: [(rank: Int32, line: Int32, operation: Int, isInvocation: Bool)] = []
    for operation in operations ?? Array(0..<count) {
      steps.append((invoked[operation], line[operation], operation, true))
      if completed[operation] != History.never {
        steps.append((completed[operation], completedLine[operation], operation, false))
      }
    }
    steps.sort { byLine ? $0.line < $1.line : $0.rank < $1.rank }
    var numbers = FreshNumbers(self)
    var open: [Int: RetoldOperation] = [:]
    do throws(HistoryError) {
      for step in steps {
        let operation = step.operation
        for (name, value) in extraFields(at: step.rank) { builder.keep(name, value) }
        if step.isInvocation {
          var retold = RetoldOperation(
            key: key[operation], input: input[operation], output: output[operation],
            outcome: outcome[operation])
          change(operation, &retold, &builder.values)
          open[operation] = retold
          try builder.add(
            Event(
              .invoke, process: .client(numbers.invoking(processes[operation])),
              function: function[operation], key: retold.key, value: retold.input,
              time: invokedTime[operation], line: Int(line[operation])))
        } else {
          guard let retold = open.removeValue(forKey: operation) else { return nil }
          let kind: Event.Kind =
            switch retold.outcome {
            case .ok: .ok
            case .fail: .fail
            case .indeterminate: .info
            }
          try builder.add(
            Event(
              kind, process: .client(numbers.completing(processes[operation], kind)),
              function: function[operation], key: retold.key, value: retold.output,
              time: completedTime[operation], line: Int(completedLine[operation])))
        }
      }
      try builder.putInOrder()
    } catch {
      return nil
    }
    return builder.build()
  }
}

/// The numbers under which processes go on after an operation whose outcome is unknown.
private struct FreshNumbers {
  private var next: Int64
  private var numbers: [Int64: Int64] = [:]
  private var retired: Set<Int64> = []

  init(_ history: History) {
    next = history.processes.max() ?? 0
  }

  mutating func invoking(_ process: Int64) -> Int64 {
    if retired.remove(process) != nil, next < Int64.max {
      next += 1
      numbers[process] = next
    }
    return numbers[process] ?? process
  }

  mutating func completing(_ process: Int64, _ kind: Event.Kind) -> Int64 {
    if kind == .info { retired.insert(process) }
    return numbers[process] ?? process
  }
}
