import Base
import Histories

/// How to speak of operations: each phrase comes with what it states.
extension Scene {
  /// `47`.
  func value(_ id: ValueID) -> Sentence {
    Sentence(ValueText.describe(id, in: history.values, limit: 40), [.names(id)])
  }

  /// `client 3`.
  func client(_ operation: Int) -> Sentence {
    Sentence("client \(process(operation))", [.client(operation, process(operation))])
  }

  /// `Client 3`.
  func Client(_ operation: Int) -> Sentence { client(operation).capitalized }

  /// `client 3`, or `it` where the operation that was told of last is the same client's.
  func again(_ operation: Int, after other: Int) -> Sentence {
    guard process(operation) == process(other) else { return client(operation) }
    return Sentence("it", client(operation).facts)
  }

  /// `client 3’s write of 47`.
  func deed(_ operation: Int) -> Sentence { "\(client(operation))’s \(noun(operation))" }

  /// `client 3’s write of 47`, or `its own write of 47` in a sentence about that client.
  func deed(_ operation: Int, asToldOf other: Int) -> Sentence {
    guard process(operation) == process(other) else { return deed(operation) }
    return Sentence("its own \(noun(operation))").given(client(operation).facts)
  }

  /// `write of 47`, `compare-and-set from 3 to 4`, `dequeue`.
  func noun(_ operation: Int) -> Sentence {
    let function = name(operation)
    let input = input(operation)
    let asked = Fact.asked(operation, function, input)
    let name = Sentence(Legible.text(function, limit: 24), [asked])
    if function == "cas" {
      let pair = parts(input)
      guard pair.count == 2, let old = pair.first, let new = pair.last else { return name }
      return Sentence("compare-and-set from \(value(old)) to \(value(new))").given(asked)
    }
    if function == "txn" { return Sentence("transaction", [asked]) }
    return input == ValueTable.null && function != "write" ? name : "\(name) of \(value(input))"
  }

  /// `(line 95, 1.301 s)`, `(lines 95–97, from 1.301 s)`: where and when an operation began.
  func began(_ operation: Int) -> Sentence {
    let time = history.invokedTime[operation]
    let from = history.completedLine[operation] == 0 ? "" : "from "
    return mark([
      lines(operation),
      time == Event.noTime
        ? nil
        : Sentence(from + Scene.instant(time), [.time(operation, .invocation, time)]),
    ])
  }

  /// `(lines 95–96, 1.305 s, node n2)`: where and when it was answered, and by whom; where it began
  /// when it never was.
  func ended(_ operation: Int) -> Sentence {
    guard history.completed[operation] != History.never else { return began(operation) }
    let time = history.completedTime[operation]
    return mark([
      lines(operation),
      time == Event.noTime
        ? nil : Sentence(Scene.instant(time), [.time(operation, .completion, time)]),
      nodeName(operation).map { Sentence("node \($0)") },
    ])
  }

  private func mark(_ parts: [Sentence?]) -> Sentence {
    let parts = parts.compactMap { $0 }
    return Sentence(
      "(" + parts.map(\.text).joined(separator: ", ") + ")", parts.flatMap(\.facts))
  }

  /// `n2`: who answered, when the history says so.
  func nodeName(_ operation: Int) -> Sentence? {
    guard let id = node(operation) else { return nil }
    let name =
      history.values.string(id).map { Legible.text($0, limit: 24) }
      ?? ValueText.describe(id, in: history.values, limit: 24)
    return Sentence(name, [.node(operation, id)])
  }

  /// `lines 7–9`: those of the invocation and of the completion; `line 7` where there is but one.
  func lines(_ operation: Int) -> Sentence {
    let (first, last) = (history.line[operation], history.completedLine[operation])
    return Sentence(
      (last == 0 || last == first ? "line " : "lines ") + Scene.span(operation, of: history),
      [.lines(operation, first, last)])
  }

  /// `lines 7–9`, `line 7`, as plain text.
  public static func lines(_ operation: Int, of history: History) -> String {
    let span = span(operation, of: history)
    return (span == "\(history.line[operation])" ? "line " : "lines ") + span
  }

  /// `lines 3–4, 7–9 and 12`.
  func lines(_ operations: [Int]) -> Sentence {
    guard operations.count != 1 else { return lines(operations[0]) }
    let spans = operations.map {
      Sentence(Scene.span($0, of: history), lines($0).facts)
    }
    return "lines \(Sentence.list(spans))"
  }

  /// `7–9`: the lines of an operation, `7` where there is but one.
  public static func span(_ operation: Int, of history: History) -> String {
    let (first, last) = (history.line[operation], history.completedLine[operation])
    return last == 0 || last == first ? "\(first)" : "\(first)–\(last)"
  }

  /// An instant of a run to the millisecond: `1.301 s`.
  public static func instant(_ nanoseconds: Int64) -> String {
    let millis = nanoseconds.magnitude / 1_000_000
    let fraction = String(millis % 1000)
    let zeros = String(repeating: "0", count: 3 - fraction.count)
    return "\(nanoseconds < 0 ? "-" : "")\(millis / 1000).\(zeros)\(fraction) s"
  }

  /// `12 ms after` or `after`: how much later something began than something else ended.
  ///
  /// - Precondition: `precedes(earlier, later)`.
  func gap(from earlier: Int, to later: Int) -> Sentence {
    let order = Fact.precedes(earlier, later)
    let (end, start) = (history.completedTime[earlier], history.invokedTime[later])
    guard end != Event.noTime, start != Event.noTime, start > end,
      start.subtractingReportingOverflow(end).overflow == false
    else { return Sentence("after", [order]) }
    return Sentence(
      "\(Units.describe(nanoseconds: start - end)) after",
      [order, .gap(earlier, later, start - end)])
  }

  /// `12 ms before` or `before`: how long something had been over when something else began.
  ///
  /// - Precondition: `precedes(earlier, later)`.
  func gap(before later: Int, after earlier: Int) -> Sentence {
    let gap = gap(from: earlier, to: later)
    return Sentence(gap.text.dropLast("after".count) + "before", gap.facts)
  }

  /// Why nobody knows an operation's outcome: `timed out`, `never got an answer`.
  func mishap(_ operation: Int) -> Sentence {
    let unknown = Fact.outcome(operation, .indeterminate)
    guard history.completed[operation] != History.never else {
      return Sentence("never got an answer", [unknown, .unanswered(operation)])
    }
    guard let error = history.evidence("error", of: operation), error > ValueTable.null else {
      return Sentence("got no definite answer", [unknown])
    }
    let text =
      history.values.string(error) ?? ValueText.describe(error, in: history.values, limit: 40)
    let facts = [unknown, .error(operation, error)]
    if ["timeout", "Timeout", "timed out"].contains(where: { text.contains($0) }) {
      return Sentence("timed out", facts)
    }
    return Sentence("got no definite answer (“\(Legible.text(text, limit: 40))”)", facts)
  }

  /// `acknowledged (lines 5–6, …)`: that an operation is known to have happened.
  func acknowledged(_ operation: Int) -> Sentence {
    Sentence("acknowledged ", ended(operation)).given(.outcome(operation, .ok))
  }

  /// `reported as failed (lines 5–6, …)`.
  func failed(_ operation: Int) -> Sentence {
    Sentence("reported as failed ", ended(operation)).given(.outcome(operation, .fail))
  }

  /// `a`, `a and b`, `a, b and c`.
  public static func list(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " and " + last
  }

  /// A number of things: `3 writes`, with what makes it so.
  func count(_ number: Int, _ noun: String, _ facts: Fact...) -> Sentence {
    Sentence(Legible.count(number, noun), facts)
  }

  /// What to say of an item that was seen although whatever would have brought it failed, or had
  /// not begun; nil where something may have brought it in time.
  ///
  /// `bringers` are those of any outcome; `passing` those that wrote it in passing.
  func unfounded(
    _ item: Item, seenBy reader: Int, told words: @autoclosure () -> Sentence, bringers: [Int],
    passing: [Int] = [], _ done: Deed
  ) -> Finding? {
    let end = history.completed[reader]
    // It is asked of everything that a read shows: most of it came from somewhere.
    let cameInTime = { (operation: Int) in begin(operation) < end && !isFailed(operation) }
    if bringers.contains(where: cameInTime) || passing.contains(where: cameInTime) { return nil }
    let all = (bringers + passing).uniqued().sorted { begin($0) < begin($1) }
    let early = all.filter { begin($0) < end }
    let told = words()
    let name = value(item.value)
    if let refused = early.last {
      let rest: Sentence =
        early.count > 1
        ? ", and so was whatever else had begun \(done.infinitive) it by then"
        : ", and nobody else had begun \(done.infinitive) it by then"
      return Finding(
        .failedWriteRead,
        [
          Sentence(
            told, ", but ", deed(refused), " was ", failed(refused),
            ", which promises that it never takes effect."
          ).given(
            passing.contains(refused) ? .passes(refused, item) : .brings(refused, item),
            .bringersFailed(item, by: reader)),
          Sentence(
            "\(name) came from nowhere else: that was refused", rest, "."
          ).given(.bringersFailed(item, by: reader)),
        ], [refused, reader])
    }
    if let first = all.first {
      let fate: Sentence =
        isFailed(first) ? ", and that was \(failed(first))" : " \(began(first))"
      return Finding(
        done.early,
        [
          Sentence(
            told, ", but nobody had begun ", done.infinitive, " ", name, " by then."
          ).given(.bringersFailed(item, by: reader)),
          Sentence("The first to do so was ", client(first), ", afterwards", fate, ".")
            .given(
              bringers.contains(first) ? .brings(first, item) : .passes(first, item),
              .precedes(reader, first)),
        ], [first, reader])
    }
    return Finding(
      done.never,
      [
        Sentence(
          told, ", but nobody ever ", done.past, " ", name, " in this history."
        ).given(.nobodyBrings(item))
      ], [reader])
  }
}

/// How something is brought, in words, and what it is called when nobody had.
struct Deed {
  /// `wrote`.
  var past: Sentence
  /// `to write`.
  var infinitive: Sentence
  var never: Anomaly
  var early: Anomaly

  static let write = Deed(
    past: "wrote", infinitive: "to write", never: .neverWritten, early: .readBeforeWritten)
  static let put = Deed(
    past: "put in", infinitive: "to put in", never: .neverInserted, early: .takenBeforeInserted)
  static let add = Deed(
    past: "added", infinitive: "to add", never: .neverInserted, early: .takenBeforeInserted)
  static let append = Deed(
    past: "appended", infinitive: "to append", never: .neverInserted, early: .takenBeforeInserted)
}
