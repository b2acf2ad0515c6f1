import Base
import Checker
import Histories

/// Operations that were recorded as failed although nobody knows: the error that is noted with them
/// says that an answer was missing, not that there was a refusal.
struct UnknownOutcomes: RecordingRepair {
  func changes(of recording: SuspectRecording) -> [RecordingChange] {
    let history = recording.history
    let failed = recording.operations.filter {
      history.outcome[$0] == .fail && !Self.reads.contains(history.functionName($0))
    }
    guard !failed.isEmpty else { return [] }
    let columns = ["error", "exception", "reason", "cause"].compactMap { history.evidence($0) }
    let unknown = failed.compactMap { operation in
      Self.error(of: operation, history, columns).map { (operation: operation, error: $0) }
    }
    guard !unknown.isEmpty else { return [] }
    // Those whose values the proofs saw are a smaller change than all.
    let seen = Set(recording.proofs.flatMap { history.parts(of: history.output[$0]) })
    let telling = unknown.filter {
      !seen.isDisjoint(with: history.parts(of: history.input[$0.operation]))
    }
    let choices =
      telling.isEmpty || telling.count == unknown.count ? [unknown] : [telling, unknown]
    return choices.map { change(to: $0, history) }
  }

  private func change(
    to unknown: [(operation: Int, error: String)], _ history: History
  ) -> RecordingChange {
    var sentence: String
    let first = unknown[0].operation
    if unknown.count == 1 {
      sentence =
        "the “\(history.functionName(first))” of line \(history.line[first]) was recorded "
        + "as failed on line \(history.completedLine[first]) although nobody knows whether it took "
        + "effect: its error is “\(unknown[0].error)”, so it should be “info”"
    } else {
      let errors = unknown.map(\.error).reduce(into: [String]()) { errors, error in
        if !errors.contains(error), errors.count < 3 { errors.append(error) }
      }
      sentence =
        "\(unknown.count) operations were recorded as failed although nobody knows whether "
        + "they took effect: the errors are like "
        + errors.map { "“\($0)”" }.joined(separator: ", ") + ", so they should be “info”; the "
        + "first is on line \(history.completedLine[first])"
    }
    sentence += " (the recorder or the file has to change)"
    let changed = Set(unknown.map { history.completedLine[$0.operation] })
    let lines = unknown.prefix(5).map { Int(history.completedLine[$0.operation]) }.sorted()
    return RecordingChange(
      repair: Repair(kind: "unknown-outcome", sentence: sentence, lines: lines),
      // What may have happened besides breaks no order.
      reachesAllKeys: false
    ) { other, _ in
      // Operations of a part have numbers of their own, but keep their lines.
      other.retold { operation, retold, _ in
        if retold.outcome == .fail, changed.contains(other.completedLine[operation]) {
          retold.outcome = .indeterminate
        }
      }
    }
  }

  /// Functions that change nothing, so that it is no matter whether they took effect.
  private static let reads: Set<String> = ["read", "get", "contains", "generate"]

  /// The error of an operation, from the columns of further fields or its answer, where it is one
  /// that leaves the outcome open.
  private static func error(
    of operation: Int, _ history: History, _ columns: [[ValueID]]
  ) -> String? {
    var candidates = columns.map { $0[operation] }.filter { $0 > ValueTable.null }
    // Jepsen's clients often have the reason in the place of the value.
    let output = history.output[operation]
    if output > ValueTable.true, output != history.input[operation],
      [.string, .keyword].contains(history.values.kind(of: output))
    {
      candidates.append(output)
    }
    for candidate in candidates {
      let text = history.values.describe(candidate)
      guard leavesOpen(text) else { continue }
      let bare = history.values.string(candidate) ?? text
      return bare.count > 80 ? bare.prefix(79) + "…" : bare
    }
    return nil
  }

  /// Whether an error means that a request may have been carried out.
  private static func leavesOpen(_ error: String) -> Bool {
    // `ConnectionClosed` is two words.
    var spaced = ""
    var wasSmall = false
    for letter in error {
      if letter.isUppercase, wasSmall { spaced += " " }
      wasSmall = letter.isLowercase
      spaced.append(letter)
    }
    let words = spaced.lowercased().split { !$0.isLetter && !$0.isNumber }
    let text = " " + words.joined(separator: " ") + " "
    if signs.contains(where: { text.includes(" \($0) ") }) { return true }
    if runs.contains(where: { text.includes($0) }) { return true }
    return words.contains { word in
      word.hasPrefix("eof") || word == "epipe"
        || word.count == 3 && word.first == "5"
          && word.allSatisfy(\.isNumber) && word < "512"
    }
  }

  /// What such an error says, in small letters and with spaces between words: whole words, for
  /// what is “disclosed” is not closed.
  private static let signs = [
    "timed out", "time out", "deadline exceeded", "reset", "closed", "broken pipe",
    "unexpected end of", "end of file", "end of stream", "unavailable", "disconnected",
    "connection lost", "connection loss", "connection aborted", "lost connection", "no response",
    "no answer", "no reply", "empty reply", "hung up", "bad gateway", "internal server error",
    "interrupted", "indeterminate", "unknown outcome", "maybe",
  ]

  /// What is no other word's part, also where it is run together with others.
  private static let runs = [
    "timeout", "timedout", "deadlineexceeded", "connectionclosed", "connectionreset", "econnreset",
    "brokenpipe", "connectionloss", "connectionaborted", "econnaborted",
  ]
}

extension History {
  /// A value with all that is in it.
  fileprivate func parts(of id: ValueID) -> Set<ValueID> {
    guard id > ValueTable.true else { return [] }
    switch values.kind(of: id) {
    case .list, .set, .map:
      return values.parts(of: id).reduce(into: [id]) { $0.formUnion(parts(of: $1)) }
    default: return [id]
    }
  }
}
