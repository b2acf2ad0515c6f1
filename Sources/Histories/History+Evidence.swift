extension History {
  /// A further field of every operation's completion, ``ValueTable/none`` where it has none; nil
  /// when no event has that field.
  ///
  /// - Complexity: O(events).
  public func evidence(_ name: String) -> [ValueID]? {
    guard let wanted = extraNames.firstIndex(of: name) else { return nil }
    var byRank = [ValueID](repeating: ValueTable.none, count: eventCount)
    for extra in extras.reversed() where extra.name == Int32(wanted) {
      byRank[Int(extra.rank)] = extra.value
    }
    return completed.map { $0 == History.never ? ValueTable.none : byRank[Int($0)] }
  }
}
