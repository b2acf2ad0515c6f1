import Base
import Checker
import Formats
import Histories

/// Checks the bytes of a history as they come: whole lines are read, a torn end waits for its rest.
struct HistoryFollower {
  let file: String
  private let memoryLimit: Int?
  private let budget: Budget
  private var gate: TupleGate
  /// Functions that turned out to be transactions under other names.
  private var transactions: Set<String> = []
  private var reader: JSONLinesReader
  private(set) var checker: StreamChecker
  /// What was exercised so far.
  private var coverage = CoverageCount()
  /// What the history says of itself that nobody checks.
  private var unchecked: [String: Int] = [:]
  /// What follows the last newline.
  private var rest: [UInt8] = []
  private var isBegun = false
  /// Whether something was read that is not checked yet.
  private var isWaiting = false
  /// What readers and the history said that a person should know.
  private(set) var warnings: [String] = []
  private(set) var alarm: StreamAlarm?

  init(file: String, _ reading: ReadOptions, _ options: CheckOptions) {
    self.file = file
    memoryLimit = reading.memoryLimit
    budget = options.budget
    gate = TupleGate(file: file, reading)
    reader = JSONLinesReader(file: file, order: reading.order)
    checker = StreamChecker(options)
  }

  /// Takes the next bytes of the file; after an alarm it takes no more.
  ///
  /// While many operations are open it may wait where more of the file is near, so that what is
  /// open is not looked at again for each piece of the file.
  ///
  /// - Throws: ``Failure`` for what `plumbline check` would refuse too, with the same words.
  mutating func take(_ bytes: [UInt8], isMoreNear: Bool = false) throws(Failure) {
    guard alarm == nil else { return }
    rest += bytes
    // Reading a line takes its bytes several times over.
    if rest.count > 1 << 20, budget.isNearlyFull(for: 4 * rest.count) {
      checker.forget(because: budget.memoryReason)
    }
    if let limit = memoryLimit, rest.count > max(limit / 12, 1 << 20) {
      throw Failure(
        .undecided,
        "\(file): undecided: a line and its check take more memory than the limit (--memory-limit "
          + "allows more)")
    }
    if !isBegun, rest.count >= 3 || rest.contains(0x0A) { try begin() }
    guard isBegun else { return }
    var done = 0
    var problem: FormatError?
    rest.withUnsafeBytes { all in
      do throws(FormatError) { done = try reader.read(lines: all) } catch { problem = error }
    }
    rest.removeFirst(done)
    // What comes before a bad line may hold a violation, which would be the first thing to say.
    isWaiting = problem == nil && isMoreNear && reader.isWorthWaiting
    if isWaiting { return }
    try check()
    if alarm == nil, let problem { throw problem.failure }
  }

  /// Checks what was put off: nothing more is near.
  mutating func catchUp() throws(Failure) { if isWaiting { try take([]) } }

  /// Forgets what was read but for what was counted and the alarm: the whole is read again.
  mutating func forget() {
    checker.forget()
    reader = JSONLinesReader(file: file)
    rest = []
  }

  /// Takes it that nothing more comes: a torn last line is dropped, what is open stays open.
  mutating func end() throws(Failure) {
    guard alarm == nil else { return }
    if !isBegun { try begin() }
    var problem: FormatError?
    rest.withUnsafeBytes { all in
      do throws(FormatError) { try reader.read(last: all) } catch { problem = error }
    }
    rest = []
    if let problem { throw problem.failure }
    try check(isEnd: true)
    guard alarm == nil else { return }
    do throws(CheckError) { alarm = try checker.finish() } catch { throw failure(of: error) }
  }

  /// What was found when nothing more comes and nothing raised the alarm.
  ///
  /// The history holds no operations: they are forgotten. What they exercised was counted.
  func result(seconds: Double) -> (CheckResult, History, Coverage) {
    var builder = HistoryBuilder()
    for (kind, count) in unchecked { builder.leaveUnchecked(kind, count: count) }
    var history = builder.build()
    history.warnings = warnings
    var result = checker.result
    result.seconds = seconds
    return (result, history, coverage.coverage())
  }

  /// The violation as far as it is remembered, with what all that went by exercised.
  func violation(
    of alarm: StreamAlarm, seconds: Double
  ) throws(Failure) -> (CheckResult, History, Coverage) {
    do throws(HistoryError) {
      var history = try alarm.history()
      history.warnings = warnings
      var result = checker.result
      result.verdict = .violation
      result.violations = [alarm.violation(in: history)]
      result.seconds = seconds
      return (result, history, coverage.coverage())
    } catch {
      throw Failure(.defect, "\(file): what is remembered is no history: \(error)")
    }
  }

  private mutating func begin() throws(Failure) {
    isBegun = true
    if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest.removeFirst(3) }
    if rest.starts(with: [0x1F, 0x8B]) {
      throw Failure(
        .badInput, "\(file): is compressed; --follow reads JSON lines as they are written")
    }
    let first = rest.first { ![0x20, 0x09, 0x0D, 0x0A].contains($0) }
    if let first, first != UInt8(ascii: "{"), first != UInt8(ascii: "#") {
      throw Failure(
        .badInput,
        "\(file):1:1: found “\(Character(Unicode.Scalar(first)))” at the start, expected an event "
          + "{…} a line; --follow reads JSON lines as they are written, and check without --follow "
          + "reads other formats")
    }
  }

  /// Checks what was read since the last time; at the end also what waited for a sign.
  private mutating func check(isEnd: Bool = false) throws(Failure) {
    var stretch = reader.drain()
    stretch.history.nameTransactions(decided: &transactions)
    warnings += stretch.history.warnings
    var ready = try gate.pass(stretch)
    if isEnd { ready += try gate.end() }
    do throws(CheckError) {
      for stretch in ready where alarm == nil {
        coverage.take(stretch)
        unchecked.merge(stretch.history.unchecked) { max($0, $1) }
        alarm = try checker.take(stretch)
      }
    } catch {
      throw failure(of: error)
    }
  }

  private func failure(of error: CheckError) -> Failure {
    let place = error.line.map { "\(file):\($0)" } ?? file
    return Failure(error.code, "\(place): \(error.message)")
  }
}
