import Base

/// The memory that one search has booked with the shared budget.
///
/// Touched only when an arena grows, never for a step.
final class Ledger {
  private let budget: Budget
  private(set) var held: Int64 = 0
  private(set) var peak: Int64 = 0
  /// Whether memory was refused: from then on a refusal of the machine means nothing.
  private(set) var isExhausted = false

  init(_ budget: Budget) {
    self.budget = budget
  }

  deinit {
    _ = budget.reserve(bytes: -held)
  }

  /// Books memory before it is allocated.
  func reserve(bytes: Int) -> Bool {
    guard budget.reserve(bytes: Int64(bytes)) else {
      isExhausted = true
      return false
    }
    held += Int64(bytes)
    peak = max(peak, held)
    return true
  }

  /// Gives memory back.
  func release(bytes: Int) {
    held -= Int64(bytes)
    _ = budget.reserve(bytes: -Int64(bytes))
  }

  /// What was booked at a moment, and whether that was refused already.
  struct Mark {
    fileprivate var held: Int64
    fileprivate var isExhausted: Bool
  }

  /// What is booked now; see ``giveBack(to:)``.
  var mark: Mark { Mark(held: held, isExhausted: isExhausted) }

  /// Gives back what was booked since, and forgets that memory was refused since: for when all that
  /// grew in the meantime is gone, and with it every answer that a refusal may have spoiled.
  func giveBack(to mark: Mark) {
    release(bytes: Int(held - mark.held))
    isExhausted = mark.isExhausted
  }

  /// Why the search has to stop, or nil to go on.
  var spent: Budget.Reason? {
    isExhausted ? budget.memoryReason : budget.spent
  }
}
