/// What kind of object a model is of: what the stories of its violations are about.
///
/// Models of one kind differ in what their machines allow; whoever tells of a violation, looks for
/// another initial state or counts what else is wrong asks for the kind, never for a name.
public enum ObjectKind: Hashable, Sendable {
  /// Which element a collection hands out.
  public enum TakingOrder: Hashable, Sendable {
    /// The one that has been inside longest (queue).
    case oldest
    /// The one that came last (stack).
    case newest
    /// The least integer (priority queue).
    case least
    /// Any of them (bag).
    case any
  }

  /// Who may hold a lock together.
  public enum Holding: Hashable, Sendable {
    /// One process, once.
    case exclusive
    /// One process, as often as it wants.
    case nested
    /// As many as there are permits.
    case permits
    /// One process, with a token that grows.
    case tokens
  }

  /// One value, written as a whole.
  case register
  /// Several values that transactions read and write at once.
  case registers
  /// Elements that are in or not.
  case set
  /// Elements that are put in and taken out.
  case collection(TakingOrder)
  /// A number that is added to.
  case counter
  /// Something that is acquired and released.
  case lock(Holding)
  /// A sequence that is appended to.
  case log
  /// A string that is put and appended to.
  case text
  /// Values that are given out once.
  case identifiers
  /// None of these: a violation is told in the model's own words.
  case other
}
