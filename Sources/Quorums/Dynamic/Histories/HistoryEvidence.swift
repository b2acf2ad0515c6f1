import Base
import Histories

/// What the completions of a history say about nodes, as plain columns.
struct HistoryEvidence {
  /// The nodes that lines name, in the order in which they come up; header first.
  private(set) var names: [String] = []
  /// The nodes that served each operation; 0 where a line does not say.
  private(set) var acks: [NodeSet] = []
  /// How many nodes served each operation, where a line gives only their number; else ``unknown``.
  private(set) var counts: [Int64] = []
  /// ``unknown`` where a line does not say.
  private(set) var term: [Int64] = []
  private(set) var revision: [Int64] = []
  /// -1 where a line does not say.
  private(set) var leader: [Int] = []
  /// The fields that lines have.
  private(set) var fields: Set<String> = []
  /// What could not be used, a sentence each.
  private(set) var notes: [String] = []

  static let unknown = Int64.min

  /// Reads the columns of completed operations.
  ///
  /// - Complexity: O(events).
  init(_ history: History) {
    let none = [ValueID](repeating: ValueTable.none, count: history.count)
    var places: [ValueID: Int] = [:]
    for node in history.header?["nodes"]?.array ?? [] {
      if let name = node.string, names.count < NodeSet.capacity { names.append(name) }
    }
    let columns = ["acks", "term", "revision", "leader"].map { name -> [ValueID] in
      guard let column = history.evidence(name) else { return none }
      fields.insert(name)
      return column
    }
    acks = [NodeSet](repeating: 0, count: history.count)
    counts = [Int64](repeating: HistoryEvidence.unknown, count: history.count)
    leader = [Int](repeating: -1, count: history.count)
    let number = { (id: ValueID) in history.values.integer(id) ?? HistoryEvidence.unknown }
    term = columns[1].map(number)
    revision = columns[2].map(number)
    var isTooLarge = false
    func place(_ id: ValueID, _ names: inout [String]) -> Int? {
      if let known = places[id] { return known }
      guard let name = history.values.string(id) else { return nil }
      if let known = names.firstIndex(of: name) {
        places[id] = known
        return known
      }
      guard names.count < NodeSet.capacity else {
        isTooLarge = true
        return nil
      }
      names.append(name)
      places[id] = names.count - 1
      return names.count - 1
    }
    for operation in 0..<history.count where history.outcome[operation] == .ok {
      if columns[3][operation] >= 0 {
        leader[operation] = place(columns[3][operation], &names) ?? -1
      }
      guard columns[0][operation] >= 0 else { continue }
      if let count = history.values.integer(columns[0][operation]) { counts[operation] = count }
      for part in history.values.parts(of: columns[0][operation]) {
        if let node = place(part, &names) { acks[operation] |= .only(node) }
      }
    }
    if isTooLarge { notes.append("more than \(NodeSet.capacity) nodes; the others are left out") }
  }

  /// Whether a line says that.
  func has(_ field: String) -> Bool { fields.contains(field) }

  /// `{n1, n2}`.
  func text(_ set: NodeSet) -> String {
    "{\(set.members.map { names[$0] }.joined(separator: ", "))}"
  }
}
