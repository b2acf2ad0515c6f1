import Histories

extension Call {
  /// Whether its answer is one that some order of operations would contradict.
  ///
  /// Without such an answer a history holds whatever its system did, which proves nothing.
  ///
  /// - Complexity: O(1), for a transaction O(its parts).
  func constrains(_ settings: Settings, _ values: ValueTable) -> Bool {
    switch end {
    case .pending: return false
    case .mismatch: return true
    case .ok: break
    }
    if function.isBlind { return false }
    switch function {
    case .read where settings.ignoresNullReads: return output > ValueTable.null
    case .txn:
      guard input >= 0 else { return true }
      return values.parts(of: input).contains {
        let name = values.parts(of: $0).first.flatMap { values.string($0) }
        return name != "write" && name != "w"
      }
    default: return true
    }
  }
}
