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
      // What was seen is in the answer; what was invoked says null of every read.
      guard let parts = try? MicroOperation.all(of: self, output >= 0 ? output : input, values)
      else { return true }
      return parts.contains {
        !$0.isWrite && (!settings.ignoresNullReads || $0.value > ValueTable.null)
      }
    default: return true
    }
  }
}
