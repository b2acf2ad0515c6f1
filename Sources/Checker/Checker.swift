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
    let tasks = partition(history, values: values, settings, options)
    let answers = try answer(tasks.map(\.task), model, threads: options.threads)
    var result = CheckResult(
      verdict: .linearizable, model: model.name, operations: 0, indeterminate: 0,
      keys: tasks.count, algorithm: "wing-gong-lowe", seconds: 0)
    var evidence = Evidence(history, values: values, model: model)
    for (place, answer) in answers.enumerated() {
      let (key, task) = tasks[place]
      result.operations += task.calls.count
      result.indeterminate += task.calls.reduce(0) { $0 + ($1.end == .pending ? 1 : 0) }
      result.statistics.add(answer.statistics)
      switch answer.finding {
      case .order(let steps):
        try verify(steps, task, model)
        if options.wantsWitness {
          result.witnesses.append(Witness(key: key, order: steps.map(\.operation)))
        }
      case .stopped(var account):
        account.key = key
        result.undecided.append(account)
        result.verdict = result.verdict.merged(with: .undecided)
      case .impasse(let impasse):
        result.violations.append(
          evidence.violation(key: key, impasse, task, isReduced: options.wantsReduction))
        result.verdict = .violation
      }
    }
    result.seconds = Double(clock.now) * 1e-9
    return result
  }

  /// Splits a history by key, in the order of the keys' first invocations.
  ///
  /// A map is the product of its keys, so each is checked by itself (M. Herlihy, J. Wing, “locality”;
  /// A. Horn, D. Kroening, “Faster linearizability checking via P-compositionality”, FORTE 2015).
  static func partition(
    _ history: History, values: ValueTable, _ settings: Settings, _ options: CheckOptions
  ) -> [(key: ValueID, task: KeyTask)] {
    var places: [ValueID: Int] = [:]
    var tasks: [(key: ValueID, task: KeyTask)] = []
    for operation in 0..<history.count {
      let key = history.key[operation]
      let place = places[key] ?? tasks.count
      if place == tasks.count {
        places[key] = place
        tasks.append(
          (
            key,
            KeyTask(
              operations: [], calls: [], values: values, settings: settings,
              budget: options.budget)
          ))
      }
      guard let call = Call(operation, of: history, settings) else { continue }
      tasks[place].task.operations.append(operation)
      tasks[place].task.calls.append(call)
    }
    return tasks
  }

  /// Searches the keys side by side, the largest first.
  private static func answer(
    _ tasks: [KeyTask], _ model: Model, threads: Int
  ) throws(CheckError) -> [KeyAnswer] {
    let sorted = tasks.indices.sorted { tasks[$0].calls.count > tasks[$1].calls.count }
    let results = Lock([Result<KeyAnswer, CheckError>?](repeating: nil, count: tasks.count))
    WorkerPool.run(tasks.count, threads: threads) { number in
      let place = sorted[number]
      let result = Result { () throws(CheckError) in try model.solve(tasks[place]) }
      results.withLock { $0[place] = result }
    }
    var answers: [KeyAnswer] = []
    for (place, result) in results.withLock({ $0 }).enumerated() {
      guard let result else { throw CheckError("a key was not searched", code: .defect) }
      var answer = try result.get()
      // What did not fit beside other keys may fit alone.
      if threads > 1, tasks.count > 1, case .stopped(let account) = answer.finding,
        case .memory = account.reason
      {
        answer = try model.solve(tasks[place])
      }
      answers.append(answer)
    }
    return answers
  }

  /// Has the order confirmed by the verifier.
  private static func verify(
    _ steps: [KeyAnswer.Step], _ task: KeyTask, _ model: Model
  ) throws(CheckError) {
    var positions: [Int: Int] = [:]
    for (position, operation) in task.operations.enumerated() { positions[operation] = position }
    let claim = Claim(
      order: steps.map { positions[$0.operation] ?? -1 }, results: steps.map(\.result),
      calls: task.calls, settings: task.settings, values: task.values)
    if let rejection = model.verify(claim) {
      throw CheckError(
        "the search of model “\(model.name)” found an order that the verifier rejects: "
          + "\(rejection); please report this with the history", code: .defect)
    }
  }
}

extension Settings {
  /// Joins options and header; the option outranks the header.
  init(
    _ options: CheckOptions, header: JSON?, values: inout ValueTable
  ) throws(CheckError) {
    switch options.initial {
    case .unknown: initial = nil
    case .value(let value): initial = values.intern(value)
    case nil:
      if let value = header?["initial"] {
        initial = values.intern(value)
      } else {
        initial = ValueTable.none
      }
    }
    let failedCas =
      options.failedCas ?? header?["failedCas"]?.string.flatMap { .init(rawValue: $0) }
    observesFailedCas = failedCas == .observes
    let nullRead = options.nullRead ?? header?["nullRead"]?.string.flatMap { .init(rawValue: $0) }
    ignoresNullReads = nullRead == .any
    permits = options.permits ?? header?["permits"]?.integer.flatMap { Int(exactly: $0) } ?? 1
    guard permits > 0 else {
      throw CheckError("a semaphore has at least one permit, not \(permits)", code: .usage)
    }
  }
}
