import Base
import Checker
import Histories

/// Another state before the first operation: what was seen and nobody put there.
///
/// Which shape a state has is the model's own matter: one that it does not take is no repair.
struct InitialValues: RecordingRepair {
  func changes(of recording: SuspectRecording) -> [RecordingChange] {
    let history = recording.history
    guard recording.options.initial != .unknown else { return [] }
    var seen = FirstSights()
    let done = recording.operations.filter { history.outcome[$0] == .ok }
    for operation in done.sorted(by: { history.completed[$0] < history.completed[$1] }) {
      seen.look(operation, history)
    }
    for operation in recording.operations { seen.note(operation, history) }
    let place = Set(history.key).count > 1 ? " under every key" : ""
    let known: JSON? =
      if case .value(let value) = recording.options.initial { value } else {
        history.header?["initial"]
      }
    let counts =
      ObjectKind(model: recording.result.model) == .counter ? CounterStarts(recording).states : []
    let states = (seen.states(history.values) + counts).filter { $0.state != known }
    var changes = states.map { state, line in
      change(
        .value(state), "\(state) was there before the first operation\(place)",
        Self.quoted(state.description), line)
    }
    if let known, known != .null {
      changes.append(
        change(
          .value(.null), "nothing was there before the first operation\(place), and not \(known)",
          "null", nil))
    }
    if recording.keys.count > 1, let line = states.first?.line {
      changes.append(
        change(
          .unknown, "each key held some value before the first operation, whatever it was",
          "unknown", line))
    }
    return changes
  }

  private func change(
    _ initial: CheckOptions.Initial, _ sentence: String, _ words: String, _ line: Int?
  ) -> RecordingChange {
    RecordingChange(
      repair: Repair(
        kind: "initial", sentence: sentence, option: "--initial \(words)",
        lines: line.map { [$0] } ?? [])
    ) { history, options in
      options.initial = initial
      return history
    }
  }

  /// A word for the shell.
  static func quoted(_ text: String) -> String {
    let isPlain = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
    return isPlain
      ? text
      : "'"
        + text.split(separator: "'", omittingEmptySubsequences: false)
        .joined(separator: "'\\''") + "'"
  }
}

/// What was seen although nobody had begun to put it there.
private struct FirstSights {
  /// A value under a key.
  private struct Sight: Hashable {
    var key: ValueID
    var value: ValueID
  }

  /// When and where it was seen.
  private struct Place {
    var sight: Sight
    var rank: Int32
    var line: Int
  }

  /// Answers and expected values, in the order of their completions.
  private var wholes: [Place] = []
  /// What was in them.
  private var elements: [Place] = []
  /// The first values of registers within transactions.
  private var registers: [Place] = []
  private var known: Set<Sight> = []
  private var knownRegisters: Set<ValueID> = []
  /// The first rank at which somebody began to put a value there, whatever became of it.
  private var put: [Sight: Int32] = [:]

  /// Notes what an operation saw; ask in the order of the completions.
  mutating func look(_ operation: Int, _ history: History) {
    let values = history.values
    let (input, output) = (history.input[operation], history.output[operation])
    var place = Place(
      sight: Sight(key: history.key[operation], value: output),
      rank: history.completed[operation], line: Int(history.completedLine[operation]))
    if input == ValueTable.null, output > ValueTable.null {
      see(place, values)
    } else if let expected = values.pair(input)?.first, history.functionName(operation) == "cas" {
      place.sight.value = expected
      see(place, values)
    } else if output > ValueTable.true, values.kind(of: output) == .list {
      for step in values.parts(of: output) {
        guard let (key, value) = read(step, values), value > ValueTable.null,
          knownRegisters.insert(key).inserted
        else { continue }
        place.sight = Sight(key: key, value: value)
        registers.append(place)
      }
    }
  }

  /// Notes what an operation puts there, if it does.
  mutating func note(_ operation: Int, _ history: History) {
    var value = history.input[operation]
    if let pair = history.values.pair(value), history.functionName(operation) == "cas" {
      value = pair.second
    }
    let sight = Sight(key: history.key[operation], value: value)
    put[sight] = min(put[sight] ?? Int32.max, history.invoked[operation])
  }

  private mutating func see(_ place: Place, _ values: ValueTable) {
    guard known.insert(place.sight).inserted else { return }
    wholes.append(place)
    let id = place.sight.value
    guard id > ValueTable.true, [.list, .set].contains(values.kind(of: id)) else {
      elements.append(place)
      return
    }
    for part in values.parts(of: id) {
      var place = place
      place.sight.value = part
      if known.insert(place.sight).inserted { elements.append(place) }
    }
  }

  /// The key and the value of a read within a transaction, `[r key value]`.
  private func read(
    _ step: ValueID, _ values: ValueTable
  ) -> (key: ValueID, value: ValueID)? {
    guard step > ValueTable.true, values.kind(of: step) == .list else { return nil }
    let parts = Array(values.parts(of: step))
    guard parts.count == 3, ["r", "read"].contains(values.string(parts[0])) else { return nil }
    return (parts[1], parts[2])
  }

  /// The states to try with the lines that show them, the likeliest first: a value that was seen
  /// before anybody began to put it there, the elements of which that is so, the first values
  /// within transactions.
  func states(_ values: ValueTable) -> [(state: JSON, line: Int)] {
    func isEarly(_ place: Place) -> Bool {
      place.rank < put[place.sight] ?? Int32.max
    }
    var states = wholes.filter(isEarly).prefix(3).map {
      (state: values.json($0.sight.value), line: $0.line)
    }
    let missing = elements.filter(isEarly)
    if let first = missing.first, missing.count <= Self.mostParts {
      states.append((.array(missing.map { values.json($0.sight.value) }), first.line))
    }
    if let first = registers.first, registers.count <= Self.mostParts {
      let members = registers.map {
        JSON.Member(values.name($0.sight.key), values.json($0.sight.value))
      }
      states.append((.object(members), first.line))
    }
    return states
  }

  /// A state of more parts is no small repair.
  private static let mostParts = 100
}
