import Synchronization

/// What a search may spend: time, memory, and the patience of whoever may cancel it.
///
/// One budget is shared by all threads of a check. A loop polls ``spent`` every few hundred
/// steps, and also inside any single step that can take long, so that a limit holds.
public final class Budget: Sendable {
  /// Why the work has to stop.
  public enum Reason: Sendable, Equatable {
    /// The time limit, in nanoseconds, ran out.
    case time(limit: Int64)
    /// The memory limit, in bytes, ran out.
    case memory(limit: Int64)
    /// Somebody asked it to stop (Ctrl-C), or the answer is already known.
    case cancelled

    /// The reason as `undecided` gives it.
    public var description: String {
      switch self {
      case .time(let limit): "time limit of \(Units.describe(nanoseconds: limit)) reached"
      case .memory(let limit): "memory budget of \(Units.describe(bytes: limit)) reached"
      case .cancelled: "interrupted"
      }
    }
  }

  private let clock = MonotonicClock()
  private let timeLimit: Int64?
  private let memoryLimit: Int64?
  private let used = Atomic<Int64>(0)
  private let peak = Atomic<Int64>(0)
  private let cancelled = Atomic<Bool>(false)
  private let parts = Lock<[Budget]>([])
  private let resident: (@Sendable () -> Int64)?
  /// What was booked since the process was last measured.
  private let unmeasured = Atomic<Int64>(0)
  /// What is booked between two measurements at most.
  private static let interval: Int64 = 1 << 20

  /// Makes a budget that starts to run now; nil means no limit.
  ///
  /// With a measure of what the process takes, the limit holds for that as well: what nobody books,
  /// and what the allocator keeps, counts too.
  public init(
    nanoseconds: Int64? = nil, bytes: Int64? = nil,
    resident: (@Sendable () -> Int64)? = nil
  ) {
    timeLimit = nanoseconds
    memoryLimit = bytes
    self.resident = resident
  }

  /// Asks every holder to stop, those of its parts included; safe from any thread.
  public func cancel() {
    cancelled.store(true, ordering: .relaxed)
    for part in parts.withLock({ $0 }) { part.cancel() }
  }

  /// Takes the budget of a part of the work: whoever cancels the whole cancels it as well.
  public func include(_ part: Budget) {
    parts.withLock { $0.append(part) }
    if cancelled.load(ordering: .relaxed) { part.cancel() }
  }

  /// Books memory before it is allocated (negative gives back); false when the limit forbids it.
  public func reserve(bytes: Int64) -> Bool {
    let now = used.wrappingAdd(bytes, ordering: .relaxed).newValue
    if let memoryLimit, bytes > 0, now > memoryLimit || !fits(bytes, memoryLimit) {
      used.wrappingSubtract(bytes, ordering: .relaxed)
      return false
    }
    if now > peak.load(ordering: .relaxed) { peak.store(now, ordering: .relaxed) }
    return true
  }

  /// Whether the process has room for more, as far as it was measured lately.
  private func fits(_ bytes: Int64, _ limit: Int64) -> Bool {
    guard let resident else { return true }
    let since = unmeasured.wrappingAdd(bytes, ordering: .relaxed).newValue
    guard since >= Self.interval else { return true }
    guard resident() + since <= limit else {
      // What is refused is not taken.
      unmeasured.wrappingSubtract(bytes, ordering: .relaxed)
      return false
    }
    unmeasured.store(0, ordering: .relaxed)
    return true
  }

  /// Whether the process, where it is measured, takes so much that little more fits.
  public var isNearlyFull: Bool { isNearlyFull(for: 0) }

  /// Whether the process, where it is measured, takes so much that with so many bytes more little
  /// fits.
  public func isNearlyFull(for bytes: Int) -> Bool {
    guard let resident, let memoryLimit else { return false }
    return resident() > memoryLimit - memoryLimit / 6 - Int64(clamping: bytes)
  }

  /// The most that was booked at once, in bytes.
  public var peakBytes: Int64 { peak.load(ordering: .relaxed) }

  /// What a holder whose ``reserve(bytes:)`` was refused gives as its reason.
  ///
  /// A refusal ends the work of the holder that asked, not of the others: it gives its memory
  /// back, and they may still fit.
  public var memoryReason: Reason { .memory(limit: memoryLimit ?? Int64.max) }

  /// The reason for every holder to stop now, or nil to go on.
  public var spent: Reason? {
    if cancelled.load(ordering: .relaxed) { return .cancelled }
    if let timeLimit, clock.now > timeLimit { return .time(limit: timeLimit) }
    return nil
  }
}
