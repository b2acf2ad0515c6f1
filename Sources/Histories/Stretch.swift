/// Part of a history that is still being written: what came since the last part, after the
/// invocations that were open then.
public struct Stretch: Sendable {
  /// The open invocations, then the new events. Ids and ranks are this stretch's own.
  public var history: History
  /// The rank of the first new event.
  public var firstRank: Int32

  /// Takes the history's events from that rank on as new; by default all of them are.
  public init(history: History, firstRank: Int32 = 0) {
    self.history = history
    self.firstRank = firstRank
  }

  /// The new events in order.
  ///
  /// - Complexity: O(events).
  public func steps() -> [History.Step] {
    history.steps().filter { step in
      switch step {
      case .invocation(let operation): history.invoked[operation] >= firstRank
      case .completion, .nemesis: true
      }
    }
  }
}

extension ValueTable {
  /// The id here of a value of another table; ``none`` stays what it is.
  ///
  /// - Complexity: O(size of the value) expected.
  public mutating func intern(_ id: ValueID, of other: ValueTable) -> ValueID {
    guard id > ValueTable.true else { return id }
    switch other.kind(of: id) {
    case .null, .bool: return id
    case .integer: return intern(integer: other.integer(id) ?? 0)
    case .decimal, .string, .keyword:
      return other.utf8(id).withUnsafeBytes { intern(other.kind(of: id), bytes: $0) }
    case .list: return intern(list: other.parts(of: id).map { intern($0, of: other) })
    case .set: return intern(set: other.parts(of: id).map { intern($0, of: other) })
    case .map:
      let parts = other.parts(of: id).map { intern($0, of: other) }
      return intern(
        map: stride(from: 0, to: parts.count, by: 2).map { (parts[$0], parts[$0 + 1]) })
    }
  }
}
