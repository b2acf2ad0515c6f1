extension History {
  /// What the values say about Jepsen's `[key value]` tuples.
  ///
  /// - Complexity: O(operations).
  public var tupleSigns: TupleSigns {
    var evidence = TupleSigns()
    evidence.add(self)
    return evidence
  }

  /// Whether a reader of what a writer makes of the history would ask for keys: where sets become
  /// lists, a set of two looks like a pair too.
  ///
  /// - Complexity: O(operations + values).
  public var mayLookKeyed: Bool {
    if tupleSigns.reading != .plain { return true }
    guard values.hasSets else { return false }
    var written = self
    written.values.turnSetsIntoLists()
    return written.tupleSigns.reading != .plain
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
      guard let tuple = tuple(input[operation], of: operation) else {
        throw HistoryError(
          line: Int(line[operation]),
          "found \(values.describe(input[operation])) as the value of "
            + "“\(functionName(operation))”, expected [key value]")
      }
      key[operation] = tuple.key
      let invoked = input[operation]
      input[operation] = tuple.value
      if output[operation] == invoked {
        output[operation] = tuple.value
        continue
      }
      guard let result = self.tuple(output[operation], of: operation) else {
        // A completion that carries no tuple says why, as `:timed-out` does; an `ok` must have one,
        // if it says anything.
        let saysNothing =
          output[operation] == ValueTable.none
          || output[operation] == ValueTable.null && tuple.value != ValueTable.null
        guard outcome[operation] != .ok || saysNothing else {
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

  /// The key and the value of `[key value]`, or of a compare-and-set's `[key old new]`.
  private mutating func tuple(_ id: ValueID, of operation: Int) -> (key: ValueID, value: ValueID)? {
    if let pair = values.pair(id) { return (pair.first, pair.second) }
    guard id >= 0, values.kind(of: id) == .list, values.parts(of: id).count == 3,
      functionName(operation) == "cas"
    else { return nil }
    let parts = Array(values.parts(of: id))
    return (parts[0], values.intern(list: parts[1...]))
  }
}
