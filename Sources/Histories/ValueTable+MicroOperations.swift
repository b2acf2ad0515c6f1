extension ValueTable {
  /// Whether a value is `[function, key, value]`, as the steps of a transaction are written:
  /// `["r",x,null]`, `[:append y 1]`.
  func isMicroOperation(_ id: ValueID) -> Bool {
    guard id >= 0, kind(of: id) == .list else { return false }
    let parts = parts(of: id)
    guard parts.count == 3, let name = parts.first, name >= 0 else { return false }
    return kind(of: name) == .keyword || kind(of: name) == .string
  }

  /// Whether a value is a list of such steps, at least one: an event without a function that
  /// carries one is a transaction, as the tools that check only these write it.
  public func isTransaction(_ id: ValueID) -> Bool {
    guard id >= 0, kind(of: id) == .list else { return false }
    let steps = parts(of: id)
    return !steps.isEmpty && steps.allSatisfy(isMicroOperation)
  }
}
