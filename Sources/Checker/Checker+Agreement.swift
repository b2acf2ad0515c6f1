import Base
import Histories

/// Whether the models that a history may be of agree.
extension Guess {
  /// Refuses a violation where another model finds none, or does not come to an end: it may find
  /// none.
  ///
  /// - Complexity: that of a check for each of the others.
  func requireAgreement(_ history: History, _ options: CheckOptions) throws(CheckError) {
    let doubtful = others.compactMap { row -> String? in
      var asked = options
      asked.model = row.model.name
      asked.wantsReduction = false
      asked.wantsWitness = false
      asked.progress = nil
      var name = "--model \(row.model.name)"
      if row.model.name == Model.semaphore.name, options.permits == nil,
        history.header?["permits"] == nil
      {
        // Nobody said how many there are: as many as could ever be out.
        asked.permits = max(2, history.count)
        name += " --permits NUMBER"
      }
      // What does not fit the other model at all is none of its histories.
      guard let result = try? Checker.check(history, asked, [row]) else { return nil }
      return result.verdict == .violation ? nil : name
    }
    if doubtful.isEmpty { return }
    throw CheckError(
      line: history.line.first.map { Int($0) },
      "the functions \(words) are those of several models, which do not agree: it would be a "
        + "violation of the model “\(chosen.name)”, and others find nothing wrong; say "
        + "--model \(chosen.name) or \(doubtful.joined(separator: " or "))")
  }
}
