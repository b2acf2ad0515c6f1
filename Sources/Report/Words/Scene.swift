import Base
import Checker
import Histories

/// The operations that prove a violation, the rest of their key, and how to speak of them.
struct Scene {
  let history: History
  let model: String
  let violation: Violation
  /// The initial value that an option named, if one did.
  let initial: CheckOptions.Initial?
  /// The operations to explain, ascending; every index is one of the history.
  let shown: [Int]
  /// All operations of the key, ascending.
  let all: [Int]
  /// Whether the operations to explain have times.
  let hasTimes: Bool

  /// The value before the first operation: what an option named, or else the header.
  var initialValue: JSON? {
    if case .value(let value) = initial { return value }
    return history.header?["initial"]
  }

  /// A story needs few operations; of a larger proof only those before the culprit are looked at.
  private static let mostShown = 64

  /// Sets the scene.
  ///
  /// - Complexity: O(operations of the history).
  init(_ violation: Violation, in result: CheckResult, of history: History) {
    self.history = history
    model = result.model
    initial = result.initial
    self.violation = violation
    var known = Set(violation.operations.filter(history.processes.indices.contains))
    if history.processes.indices.contains(violation.culprit) { known.insert(violation.culprit) }
    let sorted = known.sorted()
    let place = sorted.firstIndex(of: violation.culprit) ?? sorted.count
    shown = Array(sorted[max(0, place - Scene.mostShown)..<min(sorted.count, place + 8)])
    all = history.key.indices.filter { history.key[$0] == violation.key }
    hasTimes = shown.allSatisfy { history.invokedTime[$0] != Event.noTime }
  }

  // MARK: - What is known of an operation

  func name(_ operation: Int) -> String { history.functionName(operation) }
  func isOk(_ operation: Int) -> Bool { history.outcome[operation] == .ok }
  func isPending(_ operation: Int) -> Bool { history.outcome[operation] == .indeterminate }
  func isFailed(_ operation: Int) -> Bool { history.outcome[operation] == .fail }
  func begin(_ operation: Int) -> Int32 { history.invoked[operation] }
  /// When it was over; never, when nobody knows that it happened.
  func end(_ operation: Int) -> Int32 { history.returned(operation) }
  /// Whether one was over before another began.
  func precedes(_ one: Int, _ other: Int) -> Bool { end(one) < begin(other) }
  func input(_ operation: Int) -> ValueID { history.input[operation] }
  /// The value of the completion, null when it has none.
  func output(_ operation: Int) -> ValueID { max(history.output[operation], ValueTable.null) }

  // MARK: - Words

  func value(_ id: ValueID) -> String { ValueText.describe(id, in: history.values, limit: 40) }

  /// `client 3`.
  func client(_ operation: Int) -> String { "client \(history.processes[operation])" }

  /// `Client 3`.
  func Client(_ operation: Int) -> String { "Client \(history.processes[operation])" }

  /// `client 3`, or `it` where the operation that was told of last is the same client's.
  func again(_ operation: Int, after other: Int) -> String {
    history.processes[operation] == history.processes[other] ? "it" : client(operation)
  }

  /// `client 3’s write of 47`.
  func deed(_ operation: Int) -> String { "\(client(operation))’s \(noun(operation))" }

  /// `client 3’s write of 47`, or `its own write of 47` in a sentence about that client.
  func deed(_ operation: Int, asToldOf other: Int) -> String {
    history.processes[operation] == history.processes[other]
      ? "its own \(noun(operation))" : deed(operation)
  }

  /// `write of 47`, `compare-and-set from 3 to 4`, `dequeue`.
  func noun(_ operation: Int) -> String {
    let name = Legible.text(name(operation), limit: 24)
    let input = input(operation)
    if name == "cas" {
      let pair = history.values.parts(of: input)
      guard pair.count == 2, let old = pair.first, let new = pair.last else { return name }
      return "compare-and-set from \(value(old)) to \(value(new))"
    }
    return input == ValueTable.null && name != "write" ? name : "\(name) of \(value(input))"
  }

  /// `(line 95, 1.301 s, node 2)`: where an operation began.
  func began(_ operation: Int) -> String {
    mark(Int(history.line[operation]), history.invokedTime[operation], nil)
  }

  /// `(line 96, 1.305 s, node 2)`: where it was answered; where it began when it never was.
  func ended(_ operation: Int) -> String {
    guard history.completed[operation] != History.never else { return began(operation) }
    return mark(
      Int(history.completedLine[operation]), history.completedTime[operation], node(operation))
  }

  private func mark(_ line: Int, _ time: Int64, _ node: String?) -> String {
    var parts = ["line \(line)"]
    if time != Event.noTime { parts.append(Scene.instant(time)) }
    if let node { parts.append(node) }
    return "(\(parts.joined(separator: ", ")))"
  }

  /// `node n2`: who answered, when the history says so.
  private func node(_ operation: Int) -> String? {
    let id =
      history.evidence("node", of: operation)
      ?? history.extra("node", at: history.invoked[operation])
    guard let id, id > ValueTable.null else { return nil }
    let name = history.values.string(id).map { Legible.text($0, limit: 24) } ?? value(id)
    return "node \(name)"
  }

  /// An instant of a run to the millisecond: `1.301 s`.
  static func instant(_ nanoseconds: Int64) -> String {
    let millis = nanoseconds.magnitude / 1_000_000
    let fraction = String(millis % 1000)
    let zeros = String(repeating: "0", count: 3 - fraction.count)
    return "\(nanoseconds < 0 ? "-" : "")\(millis / 1000).\(zeros)\(fraction) s"
  }

  /// `12 ms after` or `after`: how much later something began than something else ended.
  func gap(from earlier: Int, to later: Int) -> String {
    let (end, start) = (history.completedTime[earlier], history.invokedTime[later])
    guard end != Event.noTime, start != Event.noTime, start > end,
      start.subtractingReportingOverflow(end).overflow == false
    else { return "after" }
    return "\(Units.describe(nanoseconds: start - end)) after"
  }

  /// Why nobody knows an operation's outcome: `timed out`, `never got an answer`.
  func mishap(_ operation: Int) -> String {
    guard history.completed[operation] != History.never else { return "never got an answer" }
    guard let error = history.evidence("error", of: operation), error > ValueTable.null else {
      return "got no definite answer"
    }
    let text = history.values.string(error) ?? value(error)
    if ["timeout", "Timeout", "timed out"].contains(where: { text.contains($0) }) {
      return "timed out"
    }
    return "got no definite answer (“\(Legible.text(text, limit: 40))”)"
  }

  /// `line 3`, `lines 3 and 7`, `lines 3, 7 and 9`.
  func lines(_ operations: [Int]) -> String {
    let numbers = operations.map { "\(history.line[$0])" }
    return (numbers.count == 1 ? "line " : "lines ") + Scene.list(numbers)
  }

  /// `a`, `a and b`, `a, b and c`.
  static func list(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " and " + last
  }
}
