import Base
import Findings
import Formats
import Report

/// `verdict.json` and `report.html`, which every run's folder has.
enum RunPages {
  /// Writes both; the first problem is returned, not thrown, because the verdict counts whether or
  /// not it can be drawn.
  static func write(_ findings: HistoryFindings, to folder: RunFolder, title: String) -> Failure? {
    var problem: Failure?
    let keep = { (error: Failure) in problem = problem ?? error }
    let object = VerdictJSON.object(Investigated(file: findings.file, .judged(findings)))
    do throws(Failure) {
      try File.replace(folder[.verdict], with: Array((object.description + "\n").utf8))
    } catch { keep(error) }
    do throws(Failure) {
      try File.replace(folder[.report], with: HTMLReport(title: title).page(findings))
    } catch { keep(error) }
    return problem
  }
}
