import Base

/// One event of a history, as whoever causes it says it; the host stamps it with the time.
public struct HistoryEntry {
  /// Invocation or completion, and which.
  public var kind: Event.Kind
  /// Whose event it is.
  public var process: Event.Process
  /// The operation's function, or the fault's step.
  public var function: String
  /// The key; nil for none.
  public var key: JSON?
  /// The value; nil leaves it out.
  public var value: JSON?
  /// What the event says besides.
  public var extras: [(String, JSON)]

  /// Makes an event of what is said.
  public init(
    _ kind: Event.Kind, _ process: Event.Process, _ function: String, key: JSON? = nil,
    value: JSON?, extras: [(String, JSON)] = []
  ) {
    self.kind = kind
    self.process = process
    self.function = function
    self.key = key
    self.value = value
    self.extras = extras
  }
}
