import Base
import Findings

/// The contract's verdict: one JSON object a history, with stable keys in a stable order.
public enum VerdictJSON {
  /// The verdict of a file, section by section.
  ///
  /// - Complexity: O(size of the evidence); values are whole, whatever their size.
  public static func object(
    _ investigated: Investigated, sections: [any Section] = Sections.all
  ) -> JSON {
    switch investigated.outcome {
    case .judged(let findings): .object(sections.flatMap { $0.json(findings) })
    case .failed(let failure):
      [
        "file": .string(investigated.file), "verdict": .string(investigated.ending.word),
        failure.code == .undecided ? "reason" : "error": .string(failure.shown),
      ]
    }
  }
}
