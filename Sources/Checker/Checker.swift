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
    try check(history, options, Models.rows)
  }

  /// Checks every key of a history against a model of the rows.
  static func check(
    _ history: History, _ options: CheckOptions, _ rows: [Models.Row]
  ) throws(CheckError) -> CheckResult {
    let row = try Models.choose(options, for: history, among: rows)
    guard
      let guess = Guess(
        row.model, for: Models.usedFunctions(of: history).map(\.name), history.header, options,
        among: rows)
    else { return try check(history, options, row) }
    let result: CheckResult
    do throws(CheckError) { result = try check(history, options, row) } catch {
      throw guess.hinted(error, history, options)
    }
    if result.verdict == .violation { try guess.requireAgreement(history, options) }
    return result
  }

  /// Checks every key of a history against the model of a row.
  private static func check(
    _ history: History, _ options: CheckOptions, _ row: Models.Row
  ) throws(CheckError) -> CheckResult {
    let clock = MonotonicClock()
    var values = history.values
    let model = row.model
    let settings = try Settings(
      options, header: history.header, values: &values, model: model.nullRead)
    try Models.requireFunctions(of: history, in: model)
    try Models.requirePlainSwaps(of: history)
    // The history, and which operations each key has.
    let held = Int64(history.bytes + KeyPartition.bytes(history))
    guard options.budget.reserve(bytes: held) else {
      return unread(history, model, options, seconds: Double(clock.now) * 1e-9)
    }
    defer { _ = options.budget.reserve(bytes: -held) }
    let keys = partition(history, values: values, settings, options)
    let found = try findings(keys, row, options)
    // What is told is whoever asked's, and no longer the check's.
    var kept = found.held
    defer { _ = options.budget.reserve(bytes: -kept) }
    var result = CheckResult(
      claim: claim(model, keys.keys), verdict: found.isUndecided ? .undecided : .holds,
      operations: found.operations, indeterminate: found.indeterminate, keys: keys.count,
      algorithm: found.algorithm, seconds: 0, undecided: found.undecided,
      witnesses: found.witnesses, statistics: found.statistics)
    result.vacuousKeys = found.vacuous
    result.initial = options.initial
    result.omittedUndecided = found.omitted
    result.omittedViolations = found.omittedViolations
    result.decidingSeconds = Double(found.nanoseconds) * 1e-9
    result.assumptions = Assumptions(settings, values)
    result.nullRead = options.nullRead
    result.permits = options.permits
    var evidence = ViolationProofs(history, values: values, model: model)
    for (place, answer) in found.violations {
      result.verdict = .violation
      // The first is always shown.
      let bytes = Int64(keys.bytes(place) + 4096)
      if options.budget.reserve(bytes: bytes) {
        kept += bytes
      } else if !result.violations.isEmpty {
        result.omittedViolations += 1
        continue
      }
      let (key, task) = keys[place]
      switch answer.finding {
      case .impasse(let impasse):
        result.violations.append(
          try evidence.violation(key: key, impasse, task, isReduced: options.wantsReduction))
      case .certificate(let certificate):
        result.violations.append(try evidence.violation(key: key, certificate, task))
      case .order, .positions, .stopped: break
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
      claim: claim(model, history.key), verdict: .undecided,
      operations: history.outcome.count { $0 != .fail },
      indeterminate: history.outcome.count { $0 == .indeterminate },
      keys: Set(history.key).count, algorithm: Engine.depthFirst, seconds: seconds,
      undecided: [account])
    result.initial = options.initial
    result.nullRead = options.nullRead
    result.permits = options.permits
    return result
  }

  /// What is asked of a history with these keys.
  static func claim(_ model: Model, _ keys: [ValueID]) -> Claim {
    Claim(model: model.name, reach: keys.contains { $0 != ValueTable.none } ? .key : .whole)
  }

  /// Splits a history by key.
  static func partition(
    _ history: History, values: ValueTable, _ settings: Settings, _ options: CheckOptions
  ) -> KeyPartition {
    KeyPartition(history, values: values, settings, options)
  }

  /// Decides the keys side by side, the largest first, and has every order confirmed.
  private static func findings(
    _ keys: KeyPartition, _ row: Models.Row, _ options: CheckOptions
  ) throws(CheckError) -> KeyFindings {
    let batches = keys.batches(threads: options.threads)
    let (model, rungs) = (row.model, row.rungs)
    let findings = Lock((all: KeyFindings(row, options.budget), done: 0))
    /// Decides a key whose task is there, or for which there is no room.
    @Sendable func decide(_ place: Int, _ task: KeyTask?, isAlone: Bool) {
      let tally = task.map { keys.tally(of: $0) } ?? keys.tally(place)
      do throws(CheckError) {
        let answer =
          try task.map { (task) throws(CheckError) in try timed(task, model, rungs) }
          ?? unread(tally.completions, options.budget.memoryReason)
        // What does not fit beside other keys may fit alone.
        if !isAlone, case .stopped(let account) = answer.finding, case .memory = account.reason {
          return findings.withLock { $0.all.crowdOut(place) }
        }
        let order = try task.map { (task) throws(CheckError) in
          try confirmed(answer, task, model, isKept: options.wantsWitness)
        }
        findings.withLock {
          $0.all.add(answer, keys.keys[place], tally, at: place, order: order ?? nil)
        }
      } catch {
        findings.withLock { $0.all.add(error, at: place) }
      }
    }
    /// Reads keys and decides them, each by itself where they do not fit together.
    @Sendable func decide(_ batch: [Int32], isAlone: Bool) {
      // Several are read through a copy of all of them.
      let copies: Int64 = batch.count == 1 ? 1 : 2
      let bytes = copies * batch.reduce(0) { $0 + Int64(keys.bytes(Int($1))) }
      let hasRoom = options.budget.reserve(bytes: bytes)
      defer { if hasRoom { _ = options.budget.reserve(bytes: -bytes) } }
      guard hasRoom || batch.count == 1 else {
        for place in batch { decide([place], isAlone: isAlone) }
        return
      }
      let tasks = hasRoom ? keys.tasks(batch) : []
      for (number, place) in batch.enumerated() {
        decide(
          Int(place), hasRoom ? tasks[number] : nil, isAlone: isAlone && batch.count == 1)
        let done = findings.withLock {
          $0.done += 1
          return $0.done
        }
        options.progress?(min(done, keys.count), keys.count)
      }
    }
    let isAlone = options.threads == 1 || keys.count == 1
    WorkerPool.run(batches.count, threads: options.threads) { number in
      decide(batches[number], isAlone: isAlone)
    }
    for place in findings.withLock({ $0.all.crowdedOut }).sorted() {
      decide([place], isAlone: true)
    }
    let all = findings.withLock { $0.all }
    try all.requireNone()
    return all
  }

  private static func timed(
    _ task: KeyTask, _ model: Model, _ rungs: [Rung]
  ) throws(CheckError) -> KeyAnswer {
    let clock = ProcessorClock()
    var answer = try Ladder.decide(task, model, rungs)
    answer.nanoseconds = clock.now
    return answer
  }

  /// The answer to a key that there is no room for.
  private static func unread(_ completions: Int, _ reason: Budget.Reason) -> KeyAnswer {
    KeyAnswer(
      finding: .stopped(
        Undecided(
          key: ValueTable.none, reason: reason, deepest: nil, explained: 0,
          completions: completions, mostOpen: 0)))
  }

  /// Has an order confirmed by the verifier; the operations in it where it is to be kept.
  private static func confirmed(
    _ answer: KeyAnswer, _ task: KeyTask, _ model: Model, isKept: Bool
  ) throws(CheckError) -> [Int]? {
    switch answer.finding {
    case .order(let steps):
      try verify(positions(of: steps, in: task), results: steps.map(\.result), task, model)
      return isKept ? steps.map(\.operation) : nil
    case .positions(let order):
      try verify(order, results: [], task, model)
      return isKept ? order.map { task.operations[Int($0)] } : nil
    case .impasse, .certificate, .stopped: return nil
    }
  }

  /// The positions of an order's operations in the task's calls, -1 for one that is not there.
  private static func positions(of steps: [KeyAnswer.Step], in task: KeyTask) -> [Int32] {
    // A key's operations ascend, so a table from the first to the last of them finds each, unless
    // those of other keys are most of what lies between.
    let first = task.operations.first ?? 0
    let reach = (task.operations.last ?? 0) - first + 1
    guard reach <= 4 * task.operations.count else {
      return steps.map { Int32(position(of: $0.operation, in: task.operations) ?? -1) }
    }
    var positions = [Int32](repeating: -1, count: reach)
    for (position, operation) in task.operations.enumerated() {
      positions[operation - first] = Int32(position)
    }
    return steps.map { step in
      positions.indices.contains(step.operation - first) ? positions[step.operation - first] : -1
    }
  }

  private static func position(of operation: Int, in operations: [Int]) -> Int? {
    var (low, high) = (0, operations.count)
    while low < high {
      let middle = (low + high) / 2
      if operations[middle] < operation { low = middle + 1 } else { high = middle }
    }
    return low < operations.count && operations[low] == operation ? low : nil
  }

  /// Has the order confirmed by the verifier.
  private static func verify(
    _ order: [Int32], results: [ValueID], _ task: KeyTask, _ model: Model
  ) throws(CheckError) {
    let claim = ProposedOrder(
      order: order, results: results, calls: task.calls, settings: task.settings,
      values: task.values)
    if let rejection = model.verify(claim) {
      throw CheckError(
        "the search of model “\(model.name)” found an order that the verifier rejects: "
          + "\(rejection); please report this with the history", code: .defect)
    }
  }
}
