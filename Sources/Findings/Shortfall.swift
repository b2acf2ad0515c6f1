import Checker
import Histories

/// What a history lacks for a pass to mean anything: answers that could have been wrong, and
/// answers that a model could look at.
struct Shortfall {
  private let result: CheckResult
  private let history: History
  private let isWhole: Bool

  init(_ result: CheckResult, _ history: History, isWhole: Bool) {
    self.result = result
    self.history = history
    self.isWhole = isWhole
  }

  /// A sentence each.
  func sentences(_ allowsVacuous: Bool) -> [String] {
    (allowsVacuous ? [] : vacuous.map { [$0] } ?? []) + unchecked
  }

  /// Why nothing could have been wrong; nil where something could.
  private var vacuous: String? {
    if isWhole, history.count == 0, history.unchecked.isEmpty {
      return "the history holds no operation, so nothing was checked"
    }
    if !isWhole, result.operations == 0, result.keys == 0 {
      return "the history holds no operation, so nothing was checked"
    }
    // What was left out is told by itself.
    if isWhole, history.count == 0 { return nil }
    guard result.vacuousKeys == result.keys else { return nil }
    if !isWhole, result.operations == 0 { return "every operation failed, so nothing was checked" }
    if isWhole {
      let completed = history.outcome.count { $0 == .ok }
      let failed = history.outcome.count { $0 == .fail }
      if completed == 0 {
        let words =
          failed == history.count
          ? "every operation failed"
          : failed == 0
            ? "the outcome of every operation is unknown" : "no operation has a known answer"
        return "\(words), so nothing was checked"
      }
    }
    return "no operation has an answer that could be wrong, so any history like it would pass"
  }

  private var unchecked: [String] {
    history.unchecked.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
      let words = "\(Legible.grouped($0.value)) × \($0.key) was not checked"
      // Where all was left out, the warnings say why.
      return isWhole && history.count == 0 ? words : words + ": the model does not have it"
    }
  }
}
