import Histories

/// One key of a stream, decided as its events come.
protocol KeyStream {
  /// Takes an invocation.
  mutating func invoke(_ call: StreamCall, _ values: ValueTable) -> KeyStep
  /// Takes a completion of any kind; `call.returned` is set when it took effect.
  mutating func complete(_ call: StreamCall, _ outcome: Outcome, _ values: ValueTable) -> KeyStep
  /// Gives every value the id of another table.
  mutating func rename(_ name: (ValueID) -> ValueID)
}

/// What a key says to an event.
enum KeyStep {
  /// Nothing is wrong so far.
  case fine
  /// What was seen is impossible, whatever comes.
  case flaw(StreamFlaw)
  /// Another engine must take over; this event was not taken.
  case repeats
  /// It cannot tell any more.
  case gaveUp(String)
}
