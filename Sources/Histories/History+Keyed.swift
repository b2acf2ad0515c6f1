extension History {
  /// Whether every value looks like Jepsen's `[key value]` tuple.
  ///
  /// A tuple cannot be told from a list of two, so this asks for proof: no line names a key, all
  /// operations are reads, writes and compare-and-sets, all their values are lists of two whose
  /// first element is no list, and at least one read is invoked as `[k null]` or one
  /// compare-and-set as `[k [old new]]`.
  ///
  /// - Complexity: O(operations); O(1) when the first operation shows that it is not so.
  public var looksKeyed: Bool {
    var proven = false
    for operation in 0..<count {
      guard key[operation] == ValueTable.none, let tuple = tuple(input[operation]),
        values.kind(of: tuple.key) != .list
      else { return false }
      let value = tuple.value
      switch functionName(operation) {
      case "read": if value == ValueTable.null { proven = true }
      case "cas":
        guard values.kind(of: value) == .list, values.parts(of: value).count == 2 else {
          return false
        }
        proven = true
      case "write": break
      default: return false
      }
      guard outcome[operation] == .ok, output[operation] != ValueTable.none else { continue }
      guard let result = self.tuple(output[operation]), result.key == tuple.key else {
        return false
      }
    }
    return proven
  }

  /// Makes `[key value]` in the place of values a key and a value.
  ///
  /// - Throws: ``HistoryError`` for an operation whose value is no tuple, or whose completion names
  ///   another key than its invocation.
  /// - Complexity: O(operations).
  public mutating func splitTuples() throws(HistoryError) {
    for operation in 0..<count {
      guard key[operation] == ValueTable.none else {
        throw HistoryError(
          line: Int(line[operation]),
          "this event has a key of its own, expected none when values are [key value]")
      }
      guard let tuple = tuple(input[operation]) else {
        throw HistoryError(
          line: Int(line[operation]),
          "found \(values.describe(input[operation])) as the value of "
            + "“\(functionName(operation))”, expected [key value]")
      }
      key[operation] = tuple.key
      input[operation] = tuple.value
      guard let result = self.tuple(output[operation]) else {
        // A completion that carries no tuple says why, as `:timed-out` does; an `ok` must have one.
        guard outcome[operation] != .ok || output[operation] == ValueTable.none else {
          throw HistoryError(
            line: Int(completedLine[operation]),
            "found \(values.describe(output[operation])) as the value of "
              + "“\(functionName(operation))”, expected [key value]")
        }
        continue
      }
      guard result.key == tuple.key else {
        if outcome[operation] != .ok { continue }
        throw HistoryError(
          line: Int(completedLine[operation]),
          "found the key \(values.describe(result.key)), expected "
            + "\(values.describe(tuple.key)) as on line \(line[operation])")
      }
      output[operation] = result.value
    }
  }

  private func tuple(_ id: ValueID) -> (key: ValueID, value: ValueID)? {
    guard id >= 0, values.kind(of: id) == .list else { return nil }
    let parts = values.parts(of: id)
    guard parts.count == 2, let key = parts.first, let value = parts.last else { return nil }
    return (key, value)
  }
}
