import Checker
import Histories

/// Numbers that are text in some places: `83` against `"83"`.
struct TextNumbers: RecordingRepair {
  func changes(of recording: SuspectRecording) -> [RecordingChange] {
    let history = recording.history
    guard history.count <= Repairs.mostOperations else { return [] }
    var uses = ValueUses(history)
    uses.prefer(recording.proofs, of: history)
    var numbers = Numbers()
    var values = history.values
    let known = values.count
    // The proofs' own first, then by line.
    let texts = uses.lines.filter { history.values.kind(of: $0.key) == .string }
      .sorted {
        ($1.value.isProof ? 0 : 1, $0.value.line) < ($0.value.isProof ? 0 : 1, $1.value.line)
      }
    var twin: (text: ValueID, number: ValueID)?
    for text in texts {
      let number = numbers.meant(by: text.key, &values)
      guard number != text.key, number < known, uses.lines[number] != nil else { continue }
      twin = (text.key, number)
      break
    }
    guard let twin, let text = uses.lines[twin.text], let number = uses.lines[twin.number] else {
      return []
    }
    let sentence =
      "\(history.values.describe(twin.text)) (line \(text.line)) and "
      + "\(history.values.describe(twin.number)) (line \(number.line)) were the same value: the "
      + "recorder writes it as text in one place and as a number in another"
    let repair = Repair(
      kind: "text-numbers", sentence: sentence, lines: [text.line, number.line].sorted())
    return [
      RecordingChange(repair: repair) { other, _ in
        var numbers = Numbers()
        return other.retold { _, retold, values in
          retold.key = numbers.meant(by: retold.key, &values)
          retold.input = numbers.meant(by: retold.input, &values)
          retold.output = numbers.meant(by: retold.output, &values)
        }
      }
    ]
  }
}

/// Values with numbers in the place of texts of numbers.
private struct Numbers {
  private var known: [ValueID: ValueID] = [:]

  /// - Complexity: O(size of the value), once a value.
  mutating func meant(by id: ValueID, _ values: inout ValueTable) -> ValueID {
    guard id > ValueTable.true else { return id }
    if let known = known[id] { return known }
    var meant = id
    switch values.kind(of: id) {
    case .string:
      if let text = values.string(id), let number = values.intern(number: text) { meant = number }
    case .list:
      meant = values.intern(list: values.parts(of: id).map { self.meant(by: $0, &values) })
    case .set:
      meant = values.intern(set: values.parts(of: id).map { self.meant(by: $0, &values) })
    default: break
    }
    known[id] = meant
    return meant
  }
}

/// Where each value of a history is first used, within others as well.
private struct ValueUses {
  struct Use {
    var line: Int
    /// Whether a proof shows it.
    var isProof = false
  }

  private(set) var lines: [ValueID: Use] = [:]

  init(_ history: History) {
    for operation in 0..<history.count {
      add(history.key[operation], history, Int(history.line[operation]))
      add(history.input[operation], history, Int(history.line[operation]))
      add(history.output[operation], history, Int(history.completedLine[operation]))
    }
  }

  /// Marks what proofs show, with its place there.
  mutating func prefer(_ proofs: [Int], of history: History) {
    var shown = ValueUses()
    for operation in proofs {
      shown.add(history.input[operation], history, Int(history.line[operation]))
      shown.add(history.output[operation], history, Int(history.completedLine[operation]))
    }
    for (id, use) in shown.lines { lines[id] = Use(line: use.line, isProof: true) }
  }

  private init() {}

  private mutating func add(_ id: ValueID, _ history: History, _ line: Int) {
    guard id > ValueTable.true, lines[id] == nil else { return }
    lines[id] = Use(line: line)
    switch history.values.kind(of: id) {
    case .list, .set, .map: for part in history.values.parts(of: id) { add(part, history, line) }
    default: break
    }
  }
}
