import Base
import Histories

/// What a verdict takes for granted, from the options, the file's header or the model: with this,
/// operations can be judged by themselves.
public struct Assumptions: Sendable, Equatable {
  /// What the object was before the first operation.
  public var initial: JSON = nil
  /// Whether nobody knows what it was; then ``initial`` says nothing.
  public var isInitialUnknown = false
  /// What a compare-and-set that completed as `fail` says.
  public var failedCas = CheckOptions.FailedCas.drops
  /// What a completed read of null says.
  public var nullRead = CheckOptions.NullRead.absent
  /// How many may hold a semaphore at once.
  public var permits = 1

  /// The assumptions of a history that says nothing and options that add nothing.
  public init() {}

  init(_ settings: Settings, _ values: ValueTable) {
    isInitialUnknown = settings.initial == nil
    if let initial = settings.initial, initial != ValueTable.none {
      self.initial = values.json(initial)
    }
    failedCas = settings.observesFailedCas ? .observes : .drops
    nullRead = settings.ignoresNullReads ? .any : .absent
    permits = settings.permits
  }
}
