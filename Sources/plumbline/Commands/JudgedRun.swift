import Base
import Checker
import Histories
import Recorder
import Report

/// A run that is over, with what was found: its verdict is fixed before anything is rendered.
struct JudgedRun {
  let outcome: RecordingOutcome
  let history: History
  let result: CheckResult?
  let coverage: Coverage
  /// What the run lacks to mean anything, a sentence each.
  let shortcomings: [String]
  let verdict: RunVerdict
  private let info: RunInfo

  init(plan: Plan, outcome: RecordingOutcome, history: History, result: CheckResult?) {
    self.outcome = outcome
    self.history = history
    self.result = result
    coverage = Coverage(of: history)
    shortcomings = plan.requirement.shortcomings(of: coverage)
    verdict = RunVerdict(result?.verdict ?? .linearizable, shortcomings: shortcomings)
    info = RunInfo(
      plan: plan, folder: outcome.folder.path, history: history, problems: outcome.problems)
  }

  /// Refuses to go on when the run was stopped for a violation that its history does not have.
  func requireConfirmation() throws(Failure) {
    guard outcome.stoppedOnViolation, result?.verdict == .linearizable else { return }
    throw Failure(
      .defect,
      "\(outcome.folder.history): the run was stopped because following it found a violation, and "
        + "the check of the whole finds none; please report this with the history")
  }

  /// What the terminal shows at the end.
  func summary(_ renderer: RunSummaryText) -> String {
    renderer.text(
      info, coverage: coverage, shortcomings: shortcomings, history: history, result: result)
  }

  /// Writes `verdict.json` and `report.html`; the first problem is returned, not thrown, because
  /// the verdict counts whether or not it can be drawn.
  func write() -> Failure? {
    var problem: Failure?
    let keep = { (error: Failure) in problem = problem ?? error }
    if let result {
      let object = VerdictJSON.object(
        file: outcome.folder.history, result: result, history: history)
      let members =
        (object.members ?? []) + [
          JSON.Member("run", .string(verdict.word)),
          JSON.Member("shortcomings", .array(shortcomings.map { .string($0) })),
        ]
      let text = JSON.object(members).description + "\n"
      do throws(Failure) {
        try File.replace(outcome.folder.path + "/verdict.json", with: Array(text.utf8))
      } catch { keep(error) }
    }
    let page = HTMLReport(
      title: info.name, info: info, coverage: coverage, shortcomings: shortcomings)
    do throws(Failure) {
      try File.replace(
        outcome.folder.path + "/report.html", with: page.page(history, result: result))
    } catch { keep(error) }
    return problem
  }
}
