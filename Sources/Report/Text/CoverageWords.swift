import Base
import Findings
import Histories

/// What a history exercised, in words.
enum CoverageWords {
  /// Why most operations had no good end, where most had none: the most frequent errors.
  ///
  /// - Complexity: O(operations), and nothing where most went well.
  static func reasons(_ coverage: Coverage, _ history: History) -> String? {
    guard coverage.indeterminate + coverage.failed > coverage.completed,
      let errors = history.evidence("error")
    else { return nil }
    var counts: [ValueID: Int] = [:]
    for (operation, error) in errors.enumerated()
    where error > ValueTable.null && history.outcome[operation] != .ok {
      counts[error, default: 0] += 1
    }
    let words = { (id: ValueID) in
      Legible.text(
        history.values.string(id) ?? history.values.json(id).description, limit: 120)
    }
    let most = counts.map { (words($0.key), $0.value) }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    guard !most.isEmpty else { return nil }
    let shown = most.prefix(3).map { "\($0.0) (\(Legible.grouped($0.1)))" }
    return "most often: " + shown.joined(separator: "; ")
  }

  static func percent(_ share: Double) -> String {
    guard share.isFinite else { return "0 %" }
    return "\(Int((share * 100).rounded())) %"
  }
}
