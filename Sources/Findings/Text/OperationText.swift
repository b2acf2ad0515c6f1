import Base
import Checker
import Histories

/// How an operation reads: `write 3`, `read → 46`, `cas 3→4`, and `?` where the outcome is unknown.
public struct OperationText: Sendable {
  /// Whether arrows are written `->`.
  public var ascii: Bool
  /// The most characters that one value may take.
  public var valueLimit: Int
  /// Answers of which only a part is shown.
  public var extracts: [Violation.Extract] = []

  /// Shows at most `valueLimit` characters of a value, and with `ascii` no others than those of
  /// ASCII.
  public init(ascii: Bool = false, valueLimit: Int = 24) {
    self.ascii = ascii
    self.valueLimit = valueLimit
  }

  /// Functions whose completion carries what was seen, so that `nil` is worth showing.
  private static let observing: Set<String> = [
    "read", "get", "dequeue", "pop", "delete-min", "generate",
  ]

  /// The label of an operation; `?` when there is no such operation.
  public func label(_ operation: Int, of history: History) -> String {
    guard history.processes.indices.contains(operation) else { return "?" }
    if history.functionName(operation) == "txn", let label = transaction(operation, of: history) {
      return ascii ? Legible.ascii(label) : label
    }
    let label = asked(operation, of: history) + outcome(operation, of: history)
    return ascii ? Legible.ascii(label) : label
  }

  /// What was asked for, without what came of it: `write 3`, `read`.
  public func asked(_ operation: Int, of history: History) -> String {
    guard history.processes.indices.contains(operation) else { return "?" }
    let name = Legible.text(history.functionName(operation), limit: 16)
    let input = history.input[operation]
    let parts = history.values.parts(of: input)
    var label = name
    if name == "cas", history.values.kind(of: input) == .list, parts.count == 2,
      let old = parts.first, let new = parts.last
    {
      label += " \(value(old, history))→\(value(new, history))"
    } else if input != ValueTable.null {
      label += " \(value(input, history))"
    }
    return ascii ? Legible.ascii(label) : label
  }

  /// `write x 1, y 1, read z → 2`: the parts of a transaction; nil for anything else.
  private func transaction(_ operation: Int, of history: History) -> String? {
    let values = history.values
    let isOk = history.outcome[operation] == .ok && history.output[operation] > ValueTable.null
    var last = ""
    var words: [String] = []
    let parts = values.parts(of: isOk ? history.output[operation] : history.input[operation])
    for part in parts {
      let triple = Array(values.parts(of: part))
      guard triple.count == 3, let name = values.string(triple[0]) else { return nil }
      let isWrite = name == "write" || name == "w"
      let key = values.string(triple[1]).map { Legible.text($0, limit: 16) }
      let verb = isWrite ? "write" : "read"
      let result = isWrite ? "" : "→ "
      let known = isWrite || isOk ? value(triple[2], history) : "?"
      words.append(
        (verb == last ? "" : verb + " ") + "\(key ?? value(triple[1], history)) \(result)\(known)")
      last = verb
    }
    guard !words.isEmpty else { return nil }
    let text = Legible.text(words.joined(separator: ", "), limit: 2 * valueLimit)
    switch history.outcome[operation] {
    case .indeterminate: return text + " ?"
    case .fail: return text + " (did not happen)"
    case .ok: return text
    }
  }

  private func outcome(_ operation: Int, of history: History) -> String {
    let arrow = " → "
    let observes =
      history.input[operation] == ValueTable.null
      && OperationText.observing.contains(history.functionName(operation))
    switch history.outcome[operation] {
    case .indeterminate: return observes ? arrow + "?" : " ?"
    case .fail: return " (did not happen)"
    case .ok:
      if history.evidence("swapped", of: operation) == ValueTable.false { return " (mismatch)" }
      if let extract = extracts.first(where: { $0.operation == operation }) {
        let shown = Legible.text(extract.shown.description, limit: valueLimit)
        return arrow + shown + " and \(extract.elided) more"
      }
      let output = history.output[operation]
      if observes { return arrow + value(output, history) }
      if output <= ValueTable.null || output == history.input[operation] { return "" }
      return arrow + value(output, history)
    }
  }

  private func value(_ id: ValueID, _ history: History) -> String {
    ValueText.describe(id, in: history.values, limit: valueLimit)
  }

  /// A key as people read it; empty when there is none.
  public func key(_ key: ValueID, of history: History) -> String {
    key == ValueTable.none ? "" : value(key, history)
  }
}
