import Base
import Histories

/// Could it have happened? Proves a history linearizable, or shows why it is not.
public enum Checker {
  /// Checks every key of a history.
  ///
  /// - Complexity: exponential in the operations that are open at once, in the worst case; the
  ///   budget of the options bounds it.
  /// - Throws: ``CheckError`` when the history does not fit the model (`badInput`), the options do
  ///   not fit the history (`usage`), or the verifier rejects what the search found (`defect`).
  public static func check(
    _ history: History, _ options: CheckOptions
  ) throws(CheckError) -> CheckResult {
    let clock = MonotonicClock()
    var values = history.values
    let model = try Models.choose(options.model, for: history)
    let settings = try Settings(options, header: history.header, values: &values)
    try Models.requireFunctions(of: history, in: model)
    // The history, and its calls by key: what every rung builds on.
    let held = Int64(history.bytes + history.count * KeyTask.bytesPerOperation)
    guard options.budget.reserve(bytes: held) else {
      return unread(history, model, options, seconds: Double(clock.now) * 1e-9)
    }
    defer { _ = options.budget.reserve(bytes: -held) }
    let tasks = partition(history, values: values, settings, options)
    let answers = try answer(tasks.map(\.task), model, options)
    var result = CheckResult(
      verdict: .linearizable, model: model.name, operations: 0, indeterminate: 0,
      keys: tasks.count, algorithm: algorithms(answers, model), seconds: 0)
    result.initial = options.initial
    var evidence = Evidence(history, values: values, model: model)
    for (place, answer) in answers.enumerated() {
      let (key, task) = tasks[place]
      result.operations += task.calls.count
      result.indeterminate += task.calls.reduce(0) { $0 + ($1.end == .pending ? 1 : 0) }
      result.statistics.add(answer.statistics)
      result.decidingSeconds += Double(answer.nanoseconds) * 1e-9
      switch answer.finding {
      case .order(let steps):
        let order = positions(of: steps, in: task)
        try verify(order, results: steps.map(\.result), task, model)
        if options.wantsWitness {
          result.witnesses.append(Witness(key: key, order: steps.map(\.operation)))
        }
      case .positions(let order):
        try verify(order, results: [], task, model)
        if options.wantsWitness {
          let operations = order.map { task.operations[Int($0)] }
          result.witnesses.append(Witness(key: key, order: operations))
        }
      case .stopped(var account):
        account.key = key
        result.undecided.append(account)
        result.verdict = result.verdict.merged(with: .undecided)
      case .impasse(let impasse):
        result.violations.append(
          try evidence.violation(key: key, impasse, task, isReduced: options.wantsReduction))
        result.verdict = .violation
      case .certificate(let certificate):
        result.violations.append(try evidence.violation(key: key, certificate, task))
        result.verdict = .violation
      }
    }
    result.seconds = Double(clock.now) * 1e-9
    return result
  }

  /// The result when the history alone is more than the budget.
  private static func unread(
    _ history: History, _ model: Model, _ options: CheckOptions, seconds: Double
  ) -> CheckResult {
    let completed = history.outcome.count { $0 == .ok }
    let account = Undecided(
      key: history.key.first ?? ValueTable.none, reason: options.budget.memoryReason,
      deepest: nil, explained: 0, completions: completed, mostOpen: 0)
    var result = CheckResult(
      verdict: .undecided, model: model.name,
      operations: history.outcome.count { $0 != .fail },
      indeterminate: history.outcome.count { $0 == .indeterminate },
      keys: Set(history.key).count, algorithm: Engine.depthFirst, seconds: seconds,
      undecided: [account])
    result.initial = options.initial
    return result
  }

  /// Splits a history by key, in the order of the keys' first invocations.
  ///
  /// A map is the product of its keys, so each is checked by itself (A. Horn, D. Kroening, “Faster
  /// linearizability checking via P-compositionality”, FORTE 2015).
  static func partition(
    _ history: History, values: ValueTable, _ settings: Settings, _ options: CheckOptions
  ) -> [(key: ValueID, task: KeyTask)] {
    let columns = CallColumns(history, Call.functions(of: history), settings)
    let keys = history.key
    // By the key's id plus one, so that operations without a key have a place too.
    var counts = [Int32](repeating: 0, count: values.count + 1)
    for key in keys { counts[Int(key) + 1] += 1 }
    var places = [Int32](repeating: -1, count: counts.count)
    var names: [ValueID] = []
    var operations: [[Int]] = []
    var calls: [[Call]] = []
    if let only = keys.first, counts[Int(only) + 1] == keys.count {
      names = [only]
      (operations, calls) = whole(columns, count: keys.count)
    } else {
      for (operation, key) in keys.enumerated() {
        var place = Int(places[Int(key) + 1])
        if place < 0 {
          place = names.count
          places[Int(key) + 1] = Int32(place)
          names.append(key)
          operations.append([])
          calls.append([])
          operations[place].reserveCapacity(Int(counts[Int(key) + 1]))
          calls[place].reserveCapacity(Int(counts[Int(key) + 1]))
        }
        guard let call = Call(operation, columns) else { continue }
        operations[place].append(operation)
        calls[place].append(call)
      }
    }
    let revisions = history.evidence("revision")
    return names.indices.map { place in
      var task = KeyTask(
        operations: operations[place], calls: calls[place], values: values,
        settings: settings, budget: options.budget)
      if let revisions {
        task.revisions = operations[place].map { values.integer(revisions[$0]) ?? -1 }
      }
      return (names[place], task)
    }
  }

  /// The operations and calls of a history with one key: the usual case of a long one.
  private static func whole(
    _ columns: borrowing CallColumns, count: Int
  ) -> (operations: [[Int]], calls: [[Call]]) {
    var operations: [Int] = []
    operations.reserveCapacity(count)
    let calls = [Call](unsafeUninitializedCapacity: count) { buffer, filled in
      for operation in 0..<count {
        guard let call = Call(operation, columns) else { continue }
        buffer.initializeElement(at: filled, to: call)
        filled += 1
        operations.append(operation)
      }
    }
    return ([operations], [calls])
  }

  /// What answered, in the ladder's order, joined with `+`.
  private static func algorithms(_ answers: [KeyAnswer], _ model: Model) -> String {
    var used = Set(answers.map(\.algorithm))
    var names = model.rungs.map(\.name).filter { used.remove($0) != nil }
    names += [Engine.depthFirst, Engine.frontier].filter { used.remove($0) != nil }
    return names.isEmpty ? Engine.depthFirst : names.joined(separator: "+")
  }

  /// Decides the keys side by side, the largest first.
  private static func answer(
    _ tasks: [KeyTask], _ model: Model, _ options: CheckOptions
  ) throws(CheckError) -> [KeyAnswer] {
    let sorted = tasks.indices.sorted { tasks[$0].calls.count > tasks[$1].calls.count }
    let none = [Result<KeyAnswer, CheckError>?](repeating: nil, count: tasks.count)
    let results = Lock((answers: none, done: 0))
    WorkerPool.run(tasks.count, threads: options.threads) { number in
      let place = sorted[number]
      let clock = ProcessorClock()
      var result = Result { () throws(CheckError) in try Ladder.decide(tasks[place], model) }
      if case .success(var answer) = result {
        answer.nanoseconds = clock.now
        result = .success(answer)
      }
      let done = results.withLock {
        $0.answers[place] = result
        $0.done += 1
        return $0.done
      }
      options.progress?(done, tasks.count)
    }
    var answers: [KeyAnswer] = []
    for (place, result) in results.withLock({ $0.answers }).enumerated() {
      guard let result else { throw CheckError("a key was not searched", code: .defect) }
      var answer = try result.get()
      // What did not fit beside other keys may fit alone.
      if options.threads > 1, tasks.count > 1, case .stopped(let account) = answer.finding,
        case .memory = account.reason
      {
        answer = try Ladder.decide(tasks[place], model)
      }
      answers.append(answer)
    }
    return answers
  }

  /// The positions of an order's operations in the task's calls, -1 for one that is not there.
  private static func positions(of steps: [KeyAnswer.Step], in task: KeyTask) -> [Int32] {
    // A key's operations ascend, so a table from the first to the last of them finds each.
    let first = task.operations.first ?? 0
    var positions = [Int32](repeating: -1, count: (task.operations.last ?? 0) - first + 1)
    for (position, operation) in task.operations.enumerated() {
      positions[operation - first] = Int32(position)
    }
    return steps.map { step in
      positions.indices.contains(step.operation - first) ? positions[step.operation - first] : -1
    }
  }

  /// Has the order confirmed by the verifier.
  private static func verify(
    _ order: [Int32], results: [ValueID], _ task: KeyTask, _ model: Model
  ) throws(CheckError) {
    let claim = Claim(
      order: order, results: results, calls: task.calls, settings: task.settings,
      values: task.values)
    if let rejection = model.verify(claim) {
      throw CheckError(
        "the search of model “\(model.name)” found an order that the verifier rejects: "
          + "\(rejection); please report this with the history", code: .defect)
    }
  }
}
