import Base
import Checker
import Consistency
import Formats
import Histories
import Quorums

/// From a file to what it means: read, note the faults, check, tell, measure, look at the quorums.
///
/// The one way for every command: what `check` says of a history is what `explain`, `report`,
/// `test` and `record` say of it. Where a history is followed while it is written, ``judge(_:_:)``
/// decides what the stream found.
public struct Investigate: Sendable {
  /// How files are read.
  public var reading: ReadOptions
  /// The options of a check, with a budget that begins when it is called.
  public var options: @Sendable () -> CheckOptions
  /// Whether a pass of which nothing could be wrong counts.
  public var allowsVacuous: Bool
  /// Whether a key that broke a model is measured: staleness, further violations.
  public var measures = false
  /// Whether a violation is checked again under small changes of the recording.
  public var seeksRepairs = true
  /// Runs a check with a way to end it: told the file, the budget to cancel, and the work; gives
  /// the signal that ended it, if one did.
  public var attend: @Sendable (_ file: String, _ budget: Budget, _ work: () -> Void) -> Int32?

  /// Prepares to investigate; without `attend` nothing ends a check but its budget.
  public init(
    reading: ReadOptions = ReadOptions(),
    options: @escaping @Sendable () -> CheckOptions = { CheckOptions() },
    allowsVacuous: Bool = false,
    attend: @escaping @Sendable (String, Budget, () -> Void) -> Int32? = { _, _, work in
      work()
      return nil
    }
  ) {
    self.reading = reading
    self.options = options
    self.allowsVacuous = allowsVacuous
    self.attend = attend
  }

  /// Of so many operations what they exercised is counted at once.
  private static let fewOperations = 50_000

  // MARK: - The walk

  /// Reads and judges a file; one that cannot be is a finding as well. `signal` is set when one
  /// ended the check early.
  public func file(
    _ found: FoundHistory, wantsWitness: Bool = false, signal: inout Int32?
  ) -> Investigated {
    do throws(Failure) {
      let history = try read(found)
      var findings = try judge(
        history, file: found.path, wantsWitness: wantsWitness, signal: &signal)
      if let results = found.results {
        do throws(Failure) { findings.recorded = try RecordedVerdict.read(results) } catch {
          findings.history.warnings.append(error.message)
        }
      }
      return Investigated(file: found.path, .judged(findings))
    } catch {
      return Investigated(file: found.path, .failed(error))
    }
  }

  /// Reads a history, and the faults of its run where it names none itself.
  public func read(_ found: FoundHistory) throws(Failure) -> History {
    var history = try HistoryReader.read(found, options: reading)
    FaultsFile.note(beside: found.path, in: &history)
    return history
  }

  /// Checks a history that was read, and judges it.
  ///
  /// - Throws: ``Failure`` that names the file, and the line where one is at fault.
  public func judge(
    _ history: History, file: String, wantsWitness: Bool = false, signal: inout Int32?
  ) throws(Failure) -> HistoryFindings {
    // One key leaves all cores but one idle.
    let isLarge = history.count > Self.fewOperations && options().threads > 1
    let counting = isLarge ? Beside { Coverage(of: history) } : nil
    let result = try check(history, file: file, wantsWitness: wantsWitness, signal: &signal)
    return try judge(history, result, file: file, coverage: counting?.value())
  }

  /// Checks a history; an interruption gives `undecided`.
  public func check(
    _ history: History, file: String, wantsWitness: Bool = false, signal: inout Int32?
  ) throws(Failure) -> CheckResult {
    var options = options()
    options.wantsWitness = wantsWitness
    var found: Result<CheckResult, CheckError>?
    let ended = attend(file, options.budget) {
      found = Result { () throws(CheckError) in try Checker.check(history, options) }
    }
    signal = ended ?? signal
    switch found {
    case .success(let result): return result
    case .failure(let error):
      let place = error.line.map { "\(file):\($0)" } ?? file
      throw Failure(error.code, "\(place): \(error.message)")
    case nil: throw Failure(.defect, "\(file): nothing checked it")
    }
  }

  /// Decides what a result means, with everything that is known of the history and its run;
  /// `isWhole` says whether the history is all that was checked, and not what a stream remembers
  /// of it; `coverage` is that of all that was checked, where it is known. Throws what reading a
  /// run's record throws.
  public func judge(
    _ history: History, _ result: CheckResult?, file: String, isWhole: Bool = true,
    coverage: Coverage? = nil
  ) throws(Failure) -> HistoryFindings {
    let folder = RunFolder(ofHistory: file)
    let record = try folder.flatMap { (folder) throws(Failure) in try RunRecord(in: folder) }
    let coverage = coverage ?? Coverage(of: history)
    var lacks = record?.shortcomings(of: coverage) ?? []
    if let result {
      lacks = Shortfall(result, history, isWhole: isWhole).sentences(allowsVacuous) + lacks
    }
    var findings = HistoryFindings(file: file, history: history, coverage: coverage)
    findings.result = result
    findings.record = record
    if let folder, let record { findings.run = RunInfo(record, in: folder) }
    findings.ending = Ending(result?.verdict ?? .holds, lacks: lacks)
    findings.lacks = lacks
    // Whatever else it lacks: where nobody ever answered there was no cluster to judge.
    let isOver = record?.durationNanoseconds != nil && record?.interrupted == nil
    if let record, isOver, !record.isReached, findings.ending != .violation {
      findings.ending = .failed(.unavailable)
    }
    if HistoryCheck.hasEvidence(history) {
      let report = HistoryCheck.run(history, file: file)
      if report.holds != nil { findings.quorums = report }
      findings.cause = result?.violations.first.flatMap {
        Cause.sentence($0.operations, of: history)
      }
    }
    guard let result else { return findings }
    findings.explanations = result.violations.prefix(HistoryFindings.mostExplained).map {
      Explanation($0, in: result, of: history)
    }
    if !result.violations.isEmpty { findings.readMessages() }
    if seeksRepairs, isWhole {
      findings.repairs = Repairs.found(history, result, options(), reading)
    }
    if measures { findings.extent = extent(of: result.violations.first, findings) }
    return findings
  }

  /// How far off the key of a violation is.
  public func extent(of violation: Violation?, _ findings: HistoryFindings) -> Extent? {
    guard let violation, let result = findings.result,
      let place = result.violations.firstIndex(where: { $0.scope == violation.scope })
    else { return nil }
    let words =
      findings.explanation(place) ?? Explanation(violation, in: result, of: findings.history)
    return Extent(
      words, key: violation.key, model: result.model, of: findings.history,
      rules: RegisterRules(options(), findings.history))
  }
}

extension Optional {
  /// `flatMap` for a function with a typed error.
  fileprivate func flatMap<T, E: Error>(
    _ transform: (Wrapped) throws(E) -> T?
  ) throws(E) -> T? {
    guard let self else { return nil }
    return try transform(self)
  }
}
