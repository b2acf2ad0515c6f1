import Base
import Checker
import Findings

/// What the search cost, for programs.
struct StatisticsSection: Section {
  func json(_ findings: HistoryFindings) -> [JSON.Member] {
    guard let statistics = findings.result?.statistics else { return [] }
    return [
      JSON.Member(
        "statistics",
        [
          "steps": JSON(statistics.steps),
          "configurations": JSON(statistics.configurations),
          "peakBytes": .integer(statistics.peakBytes),
        ])
    ]
  }
}
