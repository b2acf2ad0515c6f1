/// The ways to the configurations of a frontier: a tree whose nodes know their parents, so that
/// common beginnings are kept once. What no configuration comes from any more is dropped when the
/// tree has doubled, at O(1) a node.
struct PathTree {
  private var parents: [Int32] = []
  private var operations: [Int32] = []
  private var states: [Int32] = []
  private var capacity = 0
  /// Nodes at which it is worth a look what is still needed.
  private(set) var threshold = 1 << 16
  private let ledger: Ledger

  init(_ ledger: Ledger) { self.ledger = ledger }

  var count: Int { parents.count }

  /// A node under another (or under `-1 - start`); nil when there is no memory.
  mutating func add(_ operation: Int32, _ state: Int32, under parent: Int32) -> Int32? {
    if parents.count == capacity {
      let larger = max(1024, capacity * 2)
      guard larger < 1 << 31, ledger.reserve(bytes: larger * 12) else { return nil }
      parents.reserveCapacity(larger)
      operations.reserveCapacity(larger)
      states.reserveCapacity(larger)
      ledger.release(bytes: capacity * 12)
      capacity = larger
    }
    parents.append(parent)
    operations.append(operation)
    states.append(state)
    return Int32(truncatingIfNeeded: parents.count - 1)
  }

  func parent(_ node: Int32) -> Int32 { parents[Int(node)] }
  func operation(_ node: Int32) -> Int32 { operations[Int(node)] }
  func state(_ node: Int32) -> Int32 { states[Int(node)] }

  /// Drops what none of the given nodes comes from; the new number of each node that is left, or
  /// nil when there is no memory for the bookkeeping.
  ///
  /// A parent's number is smaller than its children's, so one pass down marks and one up moves.
  mutating func keep(_ nodes: [Int32]) -> [Int32]? {
    let bytes = count * 4
    guard ledger.reserve(bytes: bytes) else { return nil }
    defer { ledger.release(bytes: bytes) }
    var numbers = [Int32](repeating: -1, count: count)
    for node in nodes where node >= 0 { numbers[Int(node)] = 0 }
    for node in stride(from: count - 1, through: 0, by: -1) where numbers[node] == 0 {
      if parents[node] >= 0 { numbers[Int(parents[node])] = 0 }
    }
    var next = 0
    for node in 0..<count where numbers[node] == 0 {
      let parent = parents[node]
      parents[next] = parent >= 0 ? numbers[Int(parent)] : parent
      operations[next] = operations[node]
      states[next] = states[node]
      numbers[node] = Int32(truncatingIfNeeded: next)
      next += 1
    }
    parents.removeLast(count - next)
    operations.removeLast(operations.count - next)
    states.removeLast(states.count - next)
    threshold = max(1 << 16, next * 2)
    return numbers
  }
}
