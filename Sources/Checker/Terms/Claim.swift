import Histories

/// What a system may be asked to have kept.
///
/// Promises to come (sequential, causal, those of transactions) are further cases: a verdict says
/// only whether a claim holds.
public enum Promise: String, Sendable, CaseIterable {
  /// Some order of all operations, true to real time, explains every answer (M. Herlihy, J. Wing,
  /// “Linearizability: a correctness condition for concurrent objects”, TOPLAS 12(3), 1990,
  /// doi:10.1145/78969.78972).
  case linearizable
}

/// Which part of a history a claim, a violation or a witness is about.
public enum Scope: Hashable, Sendable {
  /// All of it: a history without keys, or a claim over several keys.
  case whole
  /// One key.
  case key(ValueID)

  /// The scope of a key as a history has it, where ``ValueTable/none`` stands for no key.
  public init(_ key: ValueID) { self = key == ValueTable.none ? .whole : .key(key) }

  /// The key, or ``ValueTable/none``.
  public var key: ValueID {
    switch self {
    case .whole: ValueTable.none
    case .key(let key): key
    }
  }
}

/// What a verdict is about: a promise, the object that is meant to keep it, and how far it reaches.
public struct Claim: Sendable, Hashable {
  /// How far a claim reaches.
  public enum Reach: String, Sendable {
    /// Each key is an object of its own.
    case key
    /// The history is one object.
    case whole
  }

  /// What is promised.
  public var promise: Promise
  /// The model, by its name.
  public var model: String
  /// Whether every key keeps it by itself, or all of them together.
  public var reach: Reach

  /// Claims a promise of a model.
  public init(_ promise: Promise = .linearizable, model: String, reach: Reach) {
    self.promise = promise
    self.model = model
    self.reach = reach
  }
}
