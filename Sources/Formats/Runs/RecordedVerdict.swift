import Base
import Histories

/// What Jepsen wrote about a run in its `results.edn`.
public struct RecordedVerdict: Sendable, Equatable {
  /// Whether the history was found valid; nil when the checker did not know.
  public var valid: Bool?
  /// Whether it was a check of linearizability that said so, and not the test as a whole, which has
  /// other checkers too.
  public var isOfLinearizability: Bool

  /// Takes what the checker said, with nil for a checker that did not know.
  public init(valid: Bool?, isOfLinearizability: Bool) {
    self.valid = valid
    self.isOfLinearizability = isOfLinearizability
  }

  /// Reads the verdict of a file; nil when it holds none.
  ///
  /// The verdicts of Knossos count where there are any: maps that have what only its analyses have,
  /// or stand under `:linear` or `:linearizable`. One that is not valid outranks one that is
  /// unknown, as in Jepsen. Otherwise it is that of the test.
  ///
  /// - Complexity: O(bytes).
  /// - Throws: ``Failure`` for a file that cannot be read as EDN.
  public static func read(_ path: String) throws(Failure) -> RecordedVerdict? {
    let bytes = try File.read(path)
    var result: Result<RecordedVerdict?, FormatError>?
    bytes.withUnsafeBytes { all in
      var scanner = EDNScanner(all)
      var values = ValueTable()
      do throws(ScanError) {
        try scanner.skipSpace(into: &values)
        result = .success(verdict(of: try scanner.value(into: &values), values))
      } catch {
        var place = LineCounter(all)
        let (line, column) = place.place(of: error.offset)
        result = .failure(FormatError(file: path, line: line, column: column, error.message))
      }
    }
    do throws(FormatError) { return try result?.get() } catch { throw error.failure }
  }

  private static func verdict(of root: ValueID, _ values: ValueTable) -> RecordedVerdict? {
    var linear: [ValueID] = []
    var waiting: [(id: ValueID, isLinear: Bool)] = [(root, false)]
    while let (id, isNamed) = waiting.popLast() {
      guard values.kind(of: id) == .map else { continue }
      let parts = Array(values.parts(of: id))
      var valid: ValueID?
      var isLinear = isNamed
      for place in stride(from: 0, to: parts.count, by: 2) {
        let name = values.string(parts[place]) ?? ""
        if name == "valid?" { valid = parts[place + 1] }
        if ["analyzer", "final-paths", "configs", "previous-ok"].contains(name) { isLinear = true }
        waiting.append((parts[place + 1], ["linear", "linearizable"].contains(name)))
      }
      if let valid, isLinear { linear.append(valid) }
    }
    if !linear.isEmpty {
      if linear.contains(ValueTable.false) {
        return RecordedVerdict(valid: false, isOfLinearizability: true)
      }
      let isKnown = linear.allSatisfy { $0 == ValueTable.true }
      return RecordedVerdict(valid: isKnown ? true : nil, isOfLinearizability: true)
    }
    guard values.kind(of: root) == .map else { return nil }
    let parts = Array(values.parts(of: root))
    for place in stride(from: 0, to: parts.count, by: 2)
    where values.string(parts[place]) == "valid?" {
      return RecordedVerdict(valid: values.bool(parts[place + 1]), isOfLinearizability: false)
    }
    return nil
  }

  /// A sentence that compares it with what was found: true for a pass, false for a violation, nil
  /// for neither.
  public func words(beside found: Bool?) -> String {
    let who = isOfLinearizability ? "Knossos" : "Jepsen, of the test as a whole,"
    guard let valid else { return "results.edn: \(who) did not know" }
    if found == valid { return "results.edn: \(who) said the same" }
    let word = valid ? "valid" : "not valid"
    return found == nil
      ? "results.edn: \(who) said that it is \(word)"
      : "results.edn: \(who) said that it is \(word), which differs from this verdict"
  }

  /// `{"valid":true}`, or false or `"unknown"`.
  public var json: JSON { ["valid": valid.map { .bool($0) } ?? "unknown"] }
}
