import Base
import Histories

/// What else certainly is wrong with a key, counted by simple accounting.
///
/// Each count rests on operations that are wrong in every order: it is a lower bound, and no
/// verdict.
public struct Census: Sendable {
  private let history: History
  private let key: ValueID

  /// Prepares to count one key.
  public init(of history: History, key: ValueID) {
    self.history = history
    self.key = key
  }

  /// The operations that show a violation of a kind (`duplicated`, `never-inserted`, `wrong-empty`,
  /// `out-of-order`, `element-missing`, `two-holders`, `repeated-id`), ascending; nil when that
  /// kind
  /// is not counted.
  ///
  /// - Complexity: O(n log n).
  public func operations(_ kind: String) -> [Int]? {
    switch kind {
    case "duplicated": duplicated()
    case "never-inserted": neverInserted()
    case "wrong-empty": wrongEmpty()
    case "out-of-order": outOfOrder()
    case "element-missing": elementMissing()
    case "two-holders": twoHolders()
    case "repeated-id": repeatedIDs()
    default: nil
    }
  }

  private var all: [Int] {
    history.key.indices.filter {
      history.key[$0] == key && history.outcome[$0] != .fail
    }
  }

  private static let puts: Set<String> = ["enqueue", "push", "insert"]
  private static let takes: Set<String> = ["dequeue", "pop", "delete-min"]

  private func isPut(_ operation: Int) -> Bool {
    Census.puts.contains(history.functionName(operation))
  }

  /// The element that an operation certainly took out; null for “empty”; nil for another operation.
  private func taken(_ operation: Int) -> ValueID? {
    guard history.outcome[operation] == .ok, Census.takes.contains(history.functionName(operation))
    else { return nil }
    return max(history.output[operation], ValueTable.null)
  }

  private var initial: Set<ValueID> {
    guard let json = history.header?["initial"] else { return [] }
    var values = history.values
    // Interned first: the table that is asked must be the one that has grown.
    let list = values.intern(json)
    return Set(values.parts(of: list))
  }

  private func putCounts(_ all: [Int]) -> [ValueID: Int] {
    var counts: [ValueID: Int] = [:]
    for value in initial { counts[value] = 1 }
    for operation in all where isPut(operation) {
      counts[history.input[operation], default: 0] += 1
    }
    return counts
  }

  /// Takes beyond the number of times that the element was put in.
  private func duplicated() -> [Int]? {
    let all = all
    guard all.contains(where: isPut) else { return nil }
    var left = putCounts(all)
    return all.filter { operation in
      guard let value = taken(operation), value != ValueTable.null, let count = left[value] else {
        return false
      }
      left[value] = count - 1
      return count <= 0
    }
  }

  private func neverInserted() -> [Int]? {
    let all = all
    let known = putCounts(all)
    return all.filter { operation in
      guard let value = taken(operation), value != ValueTable.null else { return false }
      return known[value] == nil
    }
  }

  /// Elements put in once and taken out at most once, by what put them in.
  private func journeys(_ all: [Int]) -> [(put: Int, take: Int?)] {
    let counts = putCounts(all)
    var take: [ValueID: [Int]] = [:]
    for operation in all {
      if let value = taken(operation) { take[value, default: []].append(operation) }
    }
    return all.compactMap { operation in
      guard isPut(operation), counts[history.input[operation]] == 1 else { return nil }
      let takes = take[history.input[operation]] ?? []
      return takes.count > 1 ? nil : (operation, takes.first)
    }
  }

  /// Answers of “empty” during all of which one certain element was inside.
  private func wrongEmpty() -> [Int]? {
    let all = all
    guard !all.contains(where: { history.outcome[$0] != .ok && !isPut($0) }) else { return nil }
    // From when the element certainly is inside to when somebody begins to take it out; what is put
    // in by an operation of unknown outcome is not certain.
    let inside = journeys(all).filter { history.outcome[$0.put] == .ok }
      .map { (from: history.completed[$0.put], to: $0.take.map { history.invoked[$0] } ?? .max) }
      .sorted { $0.from < $1.from }
    let empties = all.filter { taken($0) == ValueTable.null }
    var next = 0
    var latest = Int32.min
    return empties.filter { empty in
      while next < inside.count, inside[next].from < history.invoked[empty] {
        latest = max(latest, inside[next].to)
        next += 1
      }
      return latest > history.completed[empty]
    }
  }

  /// Takes from a queue of elements that one put in certainly later had certainly overtaken.
  private func outOfOrder() -> [Int]? {
    let all = all
    guard all.contains(where: { history.functionName($0) == "dequeue" }) else { return nil }
    let done = journeys(all).filter { $0.take != nil }
    // By the beginnings of what was put in, from the last: the earliest end of a take so far.
    let byStart = done.sorted { history.invoked[$0.put] > history.invoked[$1.put] }
    let byEnd = done.sorted { history.returned($0.put) > history.returned($1.put) }
    var next = 0
    var earliest = Int32.max
    var late: [Int] = []
    for journey in byEnd {
      while next < byStart.count, history.invoked[byStart[next].put] > history.returned(journey.put)
      {
        if let take = byStart[next].take { earliest = min(earliest, history.completed[take]) }
        next += 1
      }
      if let take = journey.take, earliest < history.invoked[take] { late.append(take) }
    }
    return late.sorted()
  }

  /// Reads of a set without an element that was acknowledged before and that nobody removed.
  private func elementMissing() -> [Int]? {
    let all = all
    let removed = Set(
      all.filter { history.functionName($0) == "remove" }.map { history.input[$0] })
    let adds = all.filter {
      history.functionName($0) == "add" && history.outcome[$0] == .ok
        && !removed.contains(history.input[$0])
    }.sorted { history.completed[$0] < history.completed[$1] }
    guard !adds.isEmpty else { return nil }
    let reads = all.filter { history.functionName($0) == "read" && history.outcome[$0] == .ok }
    var next = 0
    var known: Set<ValueID> = []
    return reads.filter { read in
      while next < adds.count, history.completed[adds[next]] < history.invoked[read] {
        known.insert(history.input[adds[next]])
        next += 1
      }
      return !known.isSubset(of: history.values.parts(of: history.output[read]))
    }
  }

  /// Grants of a lock while another certainly held it.
  private func twoHolders() -> [Int]? {
    let all = all
    guard all.allSatisfy({ ["acquire", "release"].contains(history.functionName($0)) }) else {
      return nil
    }
    var next: [Int64: Int] = [:]
    var sections: [(grant: Int, from: Int32, to: Int32)] = []
    for operation in all.reversed() {
      let after = next.updateValue(operation, forKey: history.processes[operation])
      guard history.functionName(operation) == "acquire", history.outcome[operation] == .ok else {
        continue
      }
      let isReleased = after.map { history.functionName($0) == "release" } ?? false
      sections.append(
        (
          operation, history.completed[operation],
          isReleased ? after.map { history.invoked[$0] } ?? .max : .max
        ))
    }
    sections.sort { $0.from < $1.from }
    var end = Int32.min
    var late: [Int] = []
    for section in sections {
      if section.from < end { late.append(section.grant) }
      end = max(end, section.to)
    }
    return late.sorted()
  }

  private func repeatedIDs() -> [Int]? {
    var seen: Set<ValueID> = []
    return all.filter {
      history.outcome[$0] == .ok && history.functionName($0) == "generate"
        && !seen.insert(history.output[$0]).inserted
    }
  }
}
