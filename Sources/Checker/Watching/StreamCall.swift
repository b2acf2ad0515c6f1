import Histories

/// One operation of a stream: what it is, and when in the stream it was invoked.
///
/// Moments are numbers of events, from 0 and without an end, so that they never wrap.
struct StreamCall: Sendable {
  /// Ids are those of the stream's own table.
  var call: Call
  var key: ValueID
  var invoked: Int64
  /// When it completed as `ok` (or as a mismatch), or ``never``.
  var returned: Int64 = never
  /// Wall times for people, as the events have them.
  var invokedTime: Int64
  var completedTime: Int64 = Event.noTime
  /// What the model says of it, once it has completed.
  var traits = FormTraits()

  /// Stands for a moment that does not come.
  static let never = Int64.max
  /// Stands for the moment before all others.
  static let always = Int64.min

  /// Gives the ids of another table.
  mutating func rename(_ name: (ValueID) -> ValueID) {
    call.input = name(call.input)
    call.output = name(call.output)
    key = name(key)
  }
}

/// Why what was seen so far of a key is impossible, whatever comes.
struct StreamFlaw: Sendable {
  /// The rule that is broken, as in ``Certificate``.
  var anomaly: Anomaly
  /// The operations that contradict each other, as far as they are remembered.
  var operations: [StreamCall]
}
