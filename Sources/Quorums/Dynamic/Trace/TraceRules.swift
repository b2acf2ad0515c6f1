/// A family of rules that follows the events of a trace.
///
/// Its file has the rules, their words and what they need; ``TraceCheck/families`` has its name.
protocol TraceRules: SendableMetatype {
  /// Its rules, in the order in which they are listed.
  static var rules: [DynamicRule] { get }
  /// The kinds of events that it reads.
  static var kinds: [TraceKind] { get }
  /// Those that show that its protocol ran, so that a rule that was not applied is worth a word.
  static var signs: [TraceKind] { get }
  /// Whether an event of one of its kinds is its own: protocols share words.
  static func owns(_ line: borrowing TraceLine) -> Bool

  /// Knows nothing yet.
  init()
  /// Takes an event of its own.
  ///
  /// - Complexity: O(1) or O(acks).
  mutating func take(
    _ line: borrowing TraceLine, _ context: inout TraceContext
  ) throws(TraceError)
  /// Says what only the end of the trace makes certain.
  mutating func finish(_ context: inout TraceContext)
}

extension TraceRules {
  static func owns(_ line: borrowing TraceLine) -> Bool { true }
  mutating func finish(_ context: inout TraceContext) {}
}
