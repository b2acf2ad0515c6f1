import Base
import Checker
import Findings
import Histories

extension TextReport {
  // MARK: - One line a file

  /// The line of a file: mark, verdict, file, and what was checked how.
  ///
  /// `fileWidth` is the width of the widest file name, so that the columns align.
  public func line(_ investigated: Investigated, fileWidth: Int = 0) -> String {
    let file = Legible.text(investigated.file, limit: 4096)
    switch investigated.outcome {
    case .failed(let failure):
      let word = investigated.ending.word
      let words = Legible.text(failure.shown, limit: 2000)
      // Most messages begin with the place, which names the file already.
      if words.hasPrefix(file + ":") { return badge(word) + " " + words }
      return badge(word) + " " + Legible.padded(file, to: fileWidth) + "  " + words
    case .judged(let findings):
      var facts: [String] = []
      if let result = findings.result {
        facts += [
          Legible.text(result.model, limit: 40), Legible.count(result.operations, "operation"),
        ]
        if result.indeterminate > 0 {
          facts.append("\(Legible.grouped(result.indeterminate)) unknown")
        }
        if result.keys != 1 { facts.append(Legible.count(result.keys, "key")) }
        facts.append(seconds(result.seconds))
        facts.append(Legible.text(result.algorithm, limit: 60))
      }
      return badge(findings.word) + " " + Legible.padded(file, to: fileWidth) + "  "
        + palette.dim(facts.filter { !$0.isEmpty }.joined(separator: ", "))
    }
  }

  private func seconds(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 9e9 else { return "" }
    return Units.describe(nanoseconds: Int64(seconds * 1e9))
  }

  // MARK: - Details

  /// What failed and why, several lines each ended by a newline; empty when all is well.
  ///
  /// - Complexity: O(operations shown × width), however long the history is.
  public func details(
    _ investigated: Investigated, sections: [any Section] = Sections.all
  ) -> String {
    guard let findings = investigated.findings else { return "" }
    return sections.flatMap { $0.text(findings, self) }.map { finished($0) + "\n" }.joined()
  }
}

/// How many histories had which verdict.
public struct VerdictTally: Sendable {
  private var counts: [(word: String, count: Int)] = []

  /// Has counted nothing yet; each history is added once, whatever became of it.
  public init() {}

  /// Counts one.
  public mutating func add(_ investigated: Investigated) {
    let word = investigated.findings?.word ?? investigated.ending.word
    if let place = counts.firstIndex(where: { $0.word == word }) {
      counts[place].count += 1
    } else {
      counts.append((word, 1))
    }
  }

  /// `12 histories: 10 linearizable, 1 violation, 1 undecided`: passes first, errors last.
  public var line: String {
    let total = counts.reduce(0) { $0 + $1.count }
    let last = ["violation", "undecided", "inconclusive", "error"]
    let place = { (word: String) in last.firstIndex(of: word).map { $0 + 1 } ?? 0 }
    let parts = counts.sorted { (place($0.word), $0.word) < (place($1.word), $1.word) }
      .map { "\($0.count) \($0.word)" }
    let tail = parts.isEmpty ? "" : ": " + parts.joined(separator: ", ")
    return "\(total) \(total == 1 ? "history" : "histories")\(tail)"
  }
}
