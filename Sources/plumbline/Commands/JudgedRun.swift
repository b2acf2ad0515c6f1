import Base
import Checker
import Experiments
import Findings
import Formats
import Histories
import Recorder
import Report

/// A run that is over, with what was found: its verdict is fixed before anything is rendered.
struct JudgedRun {
  let outcome: RecordingOutcome
  let findings: HistoryFindings
  /// The signal that ended the recording or the check early.
  let signal: Int32?

  /// Judges a run; without a check where nobody asked for one and nothing stopped it.
  init(
    _ outcome: RecordingOutcome, isChecked: Bool, _ investigate: Investigate
  ) throws(Failure) {
    self.outcome = outcome
    let file = outcome.folder.history
    let history = try investigate.read(FoundHistory(file, .run))
    var signal = outcome.record.interrupted
    let result =
      isChecked || outcome.record.stoppedOnViolation
      ? try investigate.check(history, file: file, signal: &signal) : nil
    findings = try investigate.judge(history, result, file: file)
    self.signal = signal
  }

  /// How the run ends. A cluster that died after it had answered leaves a verdict of what it
  /// answered; where the fault is ours or the machine's, that outranks all but a violation.
  var ending: Ending {
    let ending = findings.ending.merged(with: Ending(signal: signal))
    guard let failure = outcome.failure, failure.code != .unavailable else { return ending }
    return ending.merged(with: .failed(failure.code))
  }

  /// Refuses to go on when the run was stopped for a violation that its history does not have.
  func requireConfirmation() throws(Failure) {
    guard outcome.record.stoppedOnViolation, findings.result?.verdict == .holds else { return }
    throw Failure(
      .defect,
      "\(outcome.folder.history): the run was stopped because following it found a violation, and "
        + "the check of the whole finds none; please report this with the history")
  }

  /// What the terminal shows at the end.
  func summary(_ renderer: RunSummaryText) -> String {
    renderer.text(
      findings.run ?? RunInfo(outcome.record, in: outcome.folder), findings)
  }

  /// Writes `verdict.json` and `report.html`; the first problem is returned, see ``RunPages``.
  func write() -> Failure? {
    RunPages.write(findings, to: outcome.folder, title: outcome.record.name)
  }
}
