import Base

extension History {
  /// Calls transactions `txn` that the recorder gave other names.
  ///
  /// A list of micro-operations `[["r",k,v],["w",k,v],…]` is what only a transaction has. A name
  /// that no model knows is taken for one's when every value under it is such a list and each
  /// answer fits its call. A name that a model knows (`read`, `write`, …) may be the model's and
  /// hold lists, so it takes more: no operation of the history has any other value, and reads
  /// inside were invoked with null and answered, as no plain read is. A header that names another
  /// model decides against it.
  ///
  /// - Parameter decided: names that earlier stretches of the same history have shown to be
  ///   transactions'; those found here are added.
  /// - Complexity: O(functions) when their first values are no such lists, else O(operations).
  public mutating func nameTransactions(decided: inout Set<String>) {
    let named = header?["model"]?.string ?? "auto"
    guard named == "auto" || named == "multi-register" else { return }
    var signs = [TransactionSigns](repeating: TransactionSigns(), count: functions.count)
    guard mayHaveTransactions(decided) else { return }
    for operation in 0..<count { look(at: operation, &signs[Int(function[operation])]) }
    let used = functions.indices.filter { signs[$0].isUsed }
    let isWhole = used.allSatisfy { signs[$0].isAll } && used.contains { signs[$0].isAnswered }
    var renamed: [String] = []
    for id in used where functions[id] != Self.transaction {
      let name = functions[id]
      let isKnown = Self.namesOfModels.contains(name)
      guard decided.contains(name) || signs[id].isAll && (!isKnown || isWhole) else { continue }
      if decided.insert(name).inserted { renamed.append("“\(name)”") }
      merge(FunctionID(id), into: Self.transaction)
    }
    guard !renamed.isEmpty else { return }
    warnings.append(
      "the values of \(renamed.joined(separator: ", ")) are lists of micro-operations, so they are "
        + "read as transactions (txn)")
  }

  private static let transaction = "txn"

  /// Every function that a model has under a name of its own.
  public static let namesOfModels: Set<String> = [
    "read", "write", "cas", "add", "remove", "contains", "enqueue", "dequeue", "push", "pop",
    "insert", "delete-min", "acquire", "release", "append", "put", "get", "generate", "range",
    "transact", "grant", "revoke", "compact", "defragment",
  ]

  /// Whether the first value of some function looks like a transaction's.
  private func mayHaveTransactions(_ decided: Set<String>) -> Bool {
    guard functions.contains(where: { $0 != Self.transaction }) else { return false }
    if !decided.isEmpty { return true }
    var isSeen = [Bool](repeating: false, count: functions.count)
    var unseen = functions.count
    for operation in 0..<count where !isSeen[Int(function[operation])] {
      isSeen[Int(function[operation])] = true
      if functionName(operation) != Self.transaction, isMicroOperations(input[operation]) {
        return true
      }
      unseen -= 1
      if unseen == 0 { return false }
    }
    return false
  }

  /// What the operations of one function have shown.
  private struct TransactionSigns {
    var isUsed = false
    /// Whether all of them were transactions.
    var isAll = true
    /// Whether a read inside was invoked with null and answered.
    var isAnswered = false
  }

  private func look(at operation: Int, _ signs: inout TransactionSigns) {
    signs.isUsed = true
    guard signs.isAll else { return }
    let (asked, told) = (input[operation], output[operation])
    signs.isAll = isMicroOperations(asked)
    guard signs.isAll, outcome[operation] == .ok, told != ValueTable.none, told != asked else {
      return
    }
    guard isMicroOperations(told), values.parts(of: told).count == values.parts(of: asked).count
    else {
      signs.isAll = false
      return
    }
    for (call, answer) in zip(values.parts(of: asked), values.parts(of: told)) where call != answer
    {
      let (before, after) = (Array(values.parts(of: call)), Array(values.parts(of: answer)))
      let isRead = ["r", "read"].contains(values.string(before[0]))
      guard isRead, before[0] == after[0], before[1] == after[1] else {
        signs.isAll = false
        return
      }
      if before[2] == ValueTable.null { signs.isAnswered = true }
    }
  }

  /// Whether a value is a list of `[function, key, value]` with the functions of transactions.
  private func isMicroOperations(_ id: ValueID) -> Bool {
    values.isTransaction(id)
      && values.parts(of: id).allSatisfy { step in
        let name = values.parts(of: step).first.flatMap { values.string($0) }
        return name.map(Self.microOperations.contains) ?? false
      }
  }

  private static let microOperations: Set<String> = ["r", "w", "read", "write", "append"]

  /// Gives all operations of a function another one's name.
  private mutating func merge(_ old: FunctionID, into name: String) {
    guard let new = functions.firstIndex(of: name) else {
      functions[Int(old)] = name
      return
    }
    for operation in 0..<count where function[operation] == old {
      function[operation] = FunctionID(new)
    }
  }
}
