import Base

/// One fault: what was done to the system under test, to whom, and from when to when.
public struct FaultSpan: Sendable, Equatable {
  /// What was done: `partition`, `kill`, `pause`, …, by what it did where its own name does not
  /// say.
  public var name: String
  /// To whom or how, or ``ValueTable/none``.
  public var value: ValueID
  /// The rank at which it may have begun: of the first of its lines.
  public var begin: Int32
  /// The rank by which it was certainly over; ``History/never`` when nothing ended it.
  public var end: Int32
  /// Nanoseconds from the start of the run at ``begin``, or ``Event/noTime``.
  public var beginTime: Int64
  /// Nanoseconds from the start of the run at ``end``, or ``Event/noTime``.
  public var endTime: Int64
  /// Whether it is over as soon as it is done: a node that joins, a clock that jumps.
  public var isInstant: Bool
  /// Whether a probe saw it take effect.
  public var isVerified = false

  /// Whether it was on, or may have been, at some time from one rank to another.
  public func meets(_ from: Int32, _ to: Int32) -> Bool { begin <= to && end >= from }

  /// Whether it was on, or may have been, all the time from one rank to another.
  public func covers(_ from: Int32, _ to: Int32) -> Bool { begin <= from && end >= to }
}

extension History {
  /// The faults that the nemesis wrote into the history, else those that are known from beside it.
  ///
  /// A step is one event, or the two lines that Jepsen writes of it (``NemesisSteps``).
  /// `start-NAME` … `stop-NAME` is a fault that lasts, and so are Jepsen's pairs (`kill` …
  /// `start`, `pause` …
  /// `resume`, `partition` … `heal`, `start` … `stop`, …); any other step is over when it is done.
  ///
  /// - Complexity: O(events of the nemesis × faults that are on at once).
  public func faultSpans() -> [FaultSpan] {
    var reader = FaultReader(self)
    return reader.read()
  }
}

/// One step of a nemesis: what it did, from the first of its lines to the last.
struct NemesisStep {
  var name: String
  /// What it was asked to do.
  var asked: ValueID
  /// What it said that it did; none where there is one line.
  var done: ValueID
  var first: NemesisEvent
  var last: NemesisEvent
}

/// The steps of a nemesis. Jepsen writes two lines of each, both of them `info`; its nemesis is one
/// thread, so the second is the next line of the nemesis with the same function. That is how its
/// histories are told from others: there most lines have such a twin.
struct NemesisSteps {
  private(set) var steps: [NemesisStep] = []

  init(_ events: [NemesisEvent], isRecorded: Bool) {
    let events = events.filter { !$0.function.hasPrefix("verified-") }
    let isDoubled = !isRecorded && NemesisSteps.isDoubled(events)
    var place = 0
    while place < events.count {
      let event = events[place]
      let twin = place + 1 < events.count ? events[place + 1] : nil
      place += 1
      guard let twin, twin.function == event.function, event.kind == .invoke || isDoubled,
        twin.kind != .invoke
      else {
        steps.append(
          NemesisStep(
            name: event.function, asked: event.value, done: ValueTable.none, first: event,
            last: event))
        continue
      }
      place += 1
      steps.append(
        NemesisStep(
          name: event.function, asked: event.value, done: twin.value, first: event, last: twin))
    }
  }

  /// Whether at least four of five lines have a twin beside them.
  private static func isDoubled(_ events: [NemesisEvent]) -> Bool {
    var (paired, place) = (0, 0)
    while place < events.count {
      let isPair =
        place + 1 < events.count && events[place].function == events[place + 1].function
      paired += isPair ? 2 : 0
      place += isPair ? 2 : 1
    }
    return paired * 5 >= events.count * 4
  }
}

/// Pairs the steps of a nemesis that begin a fault with those that end it.
private struct FaultReader {
  private let history: History
  private let steps: [NemesisStep]
  private let names: Set<String>
  private var spans: [FaultSpan] = []
  /// What is on: by which step it was begun, and its place among the spans.
  private var open: [(name: String, asked: ValueID, place: Int)] = []

  /// What ends which: the last word of a step's name, and of the names that it may end.
  private static let ends: [String: Set<String>] = [
    "heal": ["partition", "isolate", "cut", "drop"],
    "resume": ["pause", "suspend", "hang", "stop"],
    "restart": ["kill", "crash", "drop", "stop"], "start": ["kill", "crash", "stop"],
    "recover": ["kill", "crash", "partition", "pause"], "unpause": ["pause"],
    "reset": ["bump", "strobe", "clock"],
  ]
  /// What is no fault of its own where it ends none: it undoes what need not have been done.
  private static let undoing: Set<String> = [
    "heal", "resume", "restart", "recover", "unpause", "reset",
  ]

  init(_ history: History) {
    self.history = history
    let events = history.nemesis.isEmpty ? history.faultsBeside : history.nemesis
    // Only our own recorder names the nodes in the header, and it writes one line an event.
    let isRecorded = history.header?["nodes"] != nil || history.nemesis.isEmpty
    steps = NemesisSteps(events, isRecorded: isRecorded).steps
    names = Set(steps.map(\.name))
  }

  mutating func read() -> [FaultSpan] {
    for step in steps {
      if isEnd(step.name) {
        close(step)
      } else {
        begin(step)
      }
    }
    verify()
    return spans
  }

  private mutating func begin(_ step: NemesisStep) {
    let lasts = isBeginning(step.name)
    let shown = step.done > ValueTable.null && !isTerse(step.done) ? step.done : step.asked
    spans.append(
      FaultSpan(
        name: title(step), value: shown > ValueTable.null ? shown : step.done,
        begin: step.first.rank, end: lasts ? History.never : step.last.rank,
        beginTime: step.first.time, endTime: lasts ? Event.noTime : step.last.time,
        isInstant: !lasts,
        isVerified: history.extra("verified", at: step.first.rank) == ValueTable.true))
    if lasts { open.append((step.name, step.asked, spans.count - 1)) }
  }

  /// Ends what a step ends: the fault with its value, else all of that name that are on.
  private mutating func close(_ step: NemesisStep) {
    let begun = open.filter { ends(step.name, $0.name) }
    let same = begun.first { step.asked > ValueTable.null && $0.asked == step.asked }
    let closed = same.map { [$0] } ?? begun
    for fault in closed {
      spans[fault.place].end = step.last.rank
      spans[fault.place].endTime = step.last.time
    }
    let places = Set(closed.map(\.place))
    open.removeAll { places.contains($0.place) }
  }

  /// Counts a probe for the first fault of its name that none has seen yet.
  private mutating func verify() {
    for event in history.nemesis where event.function.hasPrefix("verified-") {
      let name = event.function.dropFirst("verified-".count)
      let seen = spans.firstIndex {
        $0.name == name && !$0.isVerified && $0.begin < event.rank
      }
      if let seen { spans[seen].isVerified = true }
    }
  }

  // MARK: - Names

  /// Whether a step ends faults of that name.
  private func ends(_ step: String, _ name: String) -> Bool {
    if let rest = FaultReader.rest(of: step, after: "stop") {
      return rest.isEmpty ? name == "start" : name == "start-\(rest)" || name == rest
    }
    if let rest = FaultReader.rest(of: step, after: "start"), !rest.isEmpty {
      return name == "stop-\(rest)"
    }
    let (head, verb) = FaultReader.split(step)
    let (otherHead, otherVerb) = FaultReader.split(name)
    guard FaultReader.ends[verb]?.contains(otherVerb) ?? false else { return false }
    return head == otherHead || head.isEmpty || otherHead.isEmpty
      || verb == "reset" && otherVerb == "bump"
  }

  /// Whether a step is there to end another.
  private func isEnd(_ step: String) -> Bool {
    if step == "start" { return !names.contains("stop") && isAnswered(step) }
    // A node that was stopped is started again: what stops is the fault then.
    if let rest = FaultReader.rest(of: step, after: "stop") {
      return rest.isEmpty ? names.contains("start") : beginsWithStart(rest)
    }
    if let rest = FaultReader.rest(of: step, after: "start"), !rest.isEmpty {
      return !beginsWithStart(rest)
    }
    let (_, verb) = FaultReader.split(step)
    return FaultReader.undoing.contains(verb)
      || FaultReader.ends[verb] != nil && isAnswered(step)
  }

  /// Whether another step's name is what a step ends.
  private func isAnswered(_ step: String) -> Bool {
    names.contains { $0 != step && ends(step, $0) }
  }

  /// Whether `start-NAME` is what begins the fault, and not what undoes `stop-NAME`.
  private func beginsWithStart(_ rest: String) -> Bool {
    !["node", "server", "process", "db", "nodes", "servers"].contains(rest)
  }

  /// Whether a fault that a step begins is ended by an event of its own somewhere.
  private func isBeginning(_ step: String) -> Bool {
    if let rest = FaultReader.rest(of: step, after: "start"), !rest.isEmpty { return true }
    return names.contains { $0 != step && isEnd($0) && ends($0, step) }
  }

  /// `kill` of `kill`, `snapshot` and `kill` of `snapshot-kill`.
  private static func split(_ name: String) -> (head: String, verb: String) {
    guard let dash = name.lastIndex(of: "-") else { return ("", name) }
    return (String(name[..<dash]), String(name[name.index(after: dash)...]))
  }

  /// What follows a word and a dash; empty for the word alone, nil for another word.
  private static func rest(of name: String, after word: String) -> String? {
    if name == word { return "" }
    return name.hasPrefix(word + "-") ? String(name.dropFirst(word.count + 1)) : nil
  }

  /// What a fault is called: after `start-`, or by what its `start` did.
  private func title(_ step: NemesisStep) -> String {
    if step.name == "start" { return deed(step.done) ?? deed(step.asked) ?? step.name }
    if let rest = FaultReader.rest(of: step.name, after: "stop"), !rest.isEmpty { return step.name }
    return FaultReader.rest(of: step.name, after: "start") ?? step.name
  }

  /// What was done, by the words that Jepsen's nemeses answer with.
  private func deed(_ value: ValueID) -> String? {
    let words = texts(value, depth: 0).map { $0.lowercased() }
    for (signs, name) in [
      (["cut off", "isolated", "partition"], "partition"), (["paused"], "pause"),
      (["killed"], "kill"), (["stopped"], "stop"), (["crashed"], "crash"),
    ] where words.contains(where: { word in signs.contains { word.hasPrefix($0) } }) {
      return name
    }
    return nil
  }

  /// The texts in a value that may be a list or a map of lists.
  private func texts(_ value: ValueID, depth: Int) -> [String] {
    guard value > ValueTable.null, depth < 4 else { return [] }
    if let text = history.values.string(value) { return [text] }
    return history.values.parts(of: value).flatMap { texts($0, depth: depth + 1) }
  }

  /// Whether a value says less than the target that was asked for: `:network-healed`, `{"n1" ""}`.
  private func isTerse(_ value: ValueID) -> Bool {
    history.values.kind(of: value) == .keyword
  }
}
