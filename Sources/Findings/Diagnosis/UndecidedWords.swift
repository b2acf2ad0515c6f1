import Base
import Checker
import Histories

/// Why a key could not be decided, with numbers, and what to change in the workload.
public struct UndecidedWords: Sendable {
  /// What happened, in sentences.
  public private(set) var story = ""
  /// What would help, a sentence each.
  public private(set) var advice: [String] = []
  /// The line at which the most operations were open; 0 when none ever was.
  public private(set) var worstLine = 0
  /// How many were open there.
  public private(set) var mostOpen = 0
  /// How many of those have no known outcome.
  public private(set) var mostOpenUnknown = 0

  /// Explains an account.
  ///
  /// - Complexity: O(events of the history).
  public init(_ undecided: Undecided, of history: History) {
    let key = history.key.indices.filter { history.key[$0] == undecided.key }
    let operations = key.filter { history.outcome[$0] != .fail }
    findWorst(operations, history)
    tell(undecided, history)
    advise(undecided, operations, history)
  }

  private static let more = "More can be spent on this history:"

  /// Ten times a limit as an option takes it, in whole seconds.
  private static func seconds(_ limit: Int64) -> String {
    "\(max(1, limit / 100_000_000))s"
  }

  private mutating func findWorst(_ operations: [Int], _ history: History) {
    var events: [(rank: Int32, operation: Int, isStart: Bool)] = []
    for operation in operations {
      events.append((history.invoked[operation], operation, true))
      if history.outcome[operation] == .ok {
        events.append((history.completed[operation], operation, false))
      }
    }
    events.sort { $0.rank < $1.rank }
    var (open, unknown) = (0, 0)
    for event in events {
      guard event.isStart else {
        open -= 1
        continue
      }
      open += 1
      if history.outcome[event.operation] != .ok { unknown += 1 }
      if open > mostOpen {
        (mostOpen, mostOpenUnknown) = (open, unknown)
        worstLine = Int(history.line[event.operation])
      }
    }
  }

  private mutating func tell(_ undecided: Undecided, _ history: History) {
    let share =
      "\(Legible.grouped(undecided.explained)) of "
      + "\(Legible.count(undecided.completions, "completed operation"))"
    let reason = undecided.reason.description
    let limit = reason.hasSuffix(" reached") ? String(reason.dropLast(8)) : reason
    story =
      undecided.reason == .cancelled
      ? "The check was interrupted; \(share) could be explained by then."
      : "The \(limit) was reached before an order was found or ruled out; \(share) could be "
        + "explained."
    if mostOpen > 0 {
      story +=
        " At the worst moment (line \(worstLine)) \(Legible.count(mostOpen, "operation")) "
        + "\(mostOpen == 1 ? "was" : "were") open at once"
      if mostOpenUnknown > 0 {
        story +=
          ", \(Legible.grouped(mostOpenUnknown)) of them with an outcome that nobody ever learnt"
      }
      story +=
        mostOpen == 1
        ? "."
        : ": each may come before or after each of the others, so every further one can double "
          + "the work."
    }
    if undecided.reached.count > 1 || undecided.reached.contains(where: { $0.explained == 0 }) {
      let accounts = undecided.reached.map { reach in
        reach.explained == 0
          ? "none by the \(engine(reach.algorithm))"
          : "\(Legible.grouped(reach.explained)) by the \(engine(reach.algorithm))"
      }
      story +=
        " Of the \(Legible.grouped(undecided.completions)) completed operations at most "
        + "\(Scene.list(accounts)) could be explained."
    } else if let reach = undecided.reached.first {
      story += " The search that gave up was the \(engine(reach.algorithm))."
    }
    if let deepest = undecided.deepest, history.line.indices.contains(deepest) {
      story +=
        " The search got as far as line "
        + "\(max(history.line[deepest], history.completedLine[deepest]))."
    }
    if let knot = undecided.knot, let lines = knot.lines(of: history) {
      story +=
        " The knot is on lines \(lines.lowerBound) to \(lines.upperBound): of the "
        + "\(Legible.count(knot.open.count, "operation")) open there no order was found that goes "
        + "on to what completes on line \(lines.upperBound)."
    }
  }

  /// An engine as people may call it.
  private func engine(_ algorithm: String) -> String {
    switch algorithm {
    case "just-in-time": "depth-first engine (just-in-time)"
    case "frontier": "breadth-first engine (frontier)"
    default: "\(Legible.text(algorithm, limit: 40)) rung"
    }
  }

  private mutating func advise(
    _ undecided: Undecided, _ operations: [Int], _ history: History
  ) {
    let unknown = operations.filter { history.outcome[$0] == .indeterminate }.count
    if unknown > 0 {
      advice.append(
        "\(Legible.count(unknown, "operation")) of this key ended without an answer, and each "
          + "stays open "
          + "to the end: give clients longer timeouts, or end the faults sooner.")
    }
    if mostOpen > 4 {
      let keys = (mostOpen + 3) / 4
      advice.append(
        "\(Legible.grouped(mostOpen)) at once on one key is much: spread the clients over "
          + "\(keys) keys or more, so that about 4 meet on each.")
    }
    let written = operations.filter {
      ["write", "enqueue", "push", "insert", "append", "cas"].contains(history.functionName($0))
    }
    let different = Set(written.map { history.input[$0] }).count
    if written.count > different {
      advice.append(
        "\(Legible.count(written.count, "operation")) put in only "
          + "\(Legible.count(different, "different value")): with a value of its own for each, the "
          + "answer takes no search at all.")
    }
    switch undecided.reason {
    case .time(let limit):
      advice.append("\(Self.more) --time-limit \(Self.seconds(limit)), ten times as long.")
    case .memory(let limit):
      let size = limit < 1 << 20 ? "\(max(1, limit >> 8))KiB" : "\(limit >> 18)MiB"
      advice.append("\(Self.more) --memory-limit \(size), four times as much.")
    case .cancelled: break
    }
  }
}
