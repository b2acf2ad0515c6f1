import Histories

/// One operation as the search sees it: equal forms do the same in every state.
struct Form: Hashable, Sendable {
  /// Which operation, in the machine's own numbering.
  var code: Int32
  var a: Int32 = 0
  var b: Int32 = 0
  /// Whether it never changes a state that allows it.
  var isPure = false
  /// Whether it may lead to several states.
  var isBranching = false
}

/// A model made ready for one key: states are dense `Int32` ids, operations are ``Form``s.
///
/// The search is generic over this protocol and specialised in this module; what runs for each
/// step is `next` alone. Memory is booked with the ledger before it grows; a machine that could
/// not grow refuses the step, and the ledger remembers that the refusal means nothing.
protocol Machine: SendableMetatype {
  /// Makes the machine of an object that nobody has touched.
  init(values: ValueTable, settings: Settings, ledger: Ledger) throws(CheckError)

  /// The form of a call; nil when it can be left out without changing any verdict.
  ///
  /// Calls are given in the order of their invocations.
  mutating func form(of call: Call) throws(CheckError) -> Form?

  /// How far ahead ``isReachable(_:from:)`` is asked: 0 never, 1 for the completion at hand, more
  /// for the next pure completion wherever it is.
  static var horizon: Int { get }

  /// Whether a pure form may yet become possible in a state or in those that follow from it by
  /// forms that do not restart it. When it says no it must say no for all of them.
  func isReachable(_ pure: Form, from state: Int32) -> Bool

  /// Whether the form may lead from any state to one from which the pure form is reachable.
  func restarts(_ pure: Form, by form: Form) -> Bool

  /// Whether the form, which is not pure, ``restarts(_:by:)`` any pure form at all.
  func mayRestart(_ form: Form) -> Bool

  /// Whether ``forgetting(_:before:)`` ever forgets.
  static var forgets: Bool { get }

  /// Notes what ``forgetting(_:before:)`` needs to know; called before the search of a problem.
  mutating func prepare(_ problem: Problem)

  /// The state, or ``forgotten`` when no completion from the event on, and no pending operation,
  /// can tell it from others that are forgotten there; once forgotten it stays so until a form
  /// leads to another state.
  func forgetting(_ state: Int32, before event: Int) -> Int32

  /// Whether a form is possible in every state, and leads to one that does not depend on it.
  func isBlind(_ form: Form) -> Bool

  /// Whether every impure form is blind or ``tests(_:_:)`` the state. Then a pending operation need
  /// only take effect just before one that sees what it did.
  static var isLazy: Bool { get }

  /// Whether an object is one value that is written, read and swapped, so that zones tell what is
  /// possible where no value comes back.
  static var hasZones: Bool { get }

  /// Whether calls that differ in their processes alone have one form.
  static var ignoresProcesses: Bool { get }

  /// Whether an impure form is possible in this state alone.
  func tests(_ state: Int32, _ form: Form) -> Bool

  /// Whether states are single values: ``seen(by:)`` and ``left(by:)`` say all.
  var hasDemand: Bool { get }

  /// The state that a form is possible in alone, or nil.
  func seen(by form: Form) -> Int32?

  /// The state that a form leaves, or nil when it changes nothing.
  func left(by form: Form) -> Int32?

  /// Every state that the object may be in before an event of the problem that was prepared, as far
  /// as the operations of a window that begins there can tell them apart; nil when they cannot be
  /// listed.
  func statesAnywhere(_ window: Problem, since event: Int) -> [Int32]?

  /// The states that the object may be in at the start; called after all forms are known.
  mutating func initialStates() -> [Int32]

  /// Whether a pending form can be left out, now that all calls of the key are known.
  func isIdle(pending form: Form) -> Bool

  /// The form of a pending operation, or another that stands for all that no operation of the key
  /// can tell from it, now that all of them are known.
  func merged(pending form: Form) -> Form

  /// The state after an operation, or ``refused``. A branching form has choices 0, 1, … until one
  /// is refused; for others only choice 0 is asked for.
  mutating func next(_ state: Int32, _ form: Form, choice: Int32) -> Int32

  /// The state in the model's own words.
  func describe(_ state: Int32) -> String

  /// Why `next` refuses, in the model's own words.
  func refusal(of form: Form, in state: Int32) -> String

  /// What a branching form returned when it led from one state to another.
  func result(of form: Form, from state: Int32, to next: Int32) -> ValueID
}

/// The state that stands for “no”.
let refused: Int32 = -1
/// The state that stands for all that nobody will see.
let forgotten = Int32.max

extension Machine {
  static var horizon: Int { 0 }
  static var forgets: Bool { false }
  static var isLazy: Bool { false }
  static var hasZones: Bool { false }
  static var ignoresProcesses: Bool { false }
  var hasDemand: Bool { false }
  func tests(_ state: Int32, _ form: Form) -> Bool { true }
  func seen(by form: Form) -> Int32? { nil }
  func left(by form: Form) -> Int32? { nil }
  func statesAnywhere(_ window: Problem, since event: Int) -> [Int32]? { nil }
  mutating func prepare(_ problem: Problem) {}
  func forgetting(_ state: Int32, before event: Int) -> Int32 { state }
  func isBlind(_ form: Form) -> Bool { false }
  func isReachable(_ pure: Form, from state: Int32) -> Bool { true }
  func restarts(_ pure: Form, by form: Form) -> Bool { true }
  func mayRestart(_ form: Form) -> Bool { !form.isPure }
  func isIdle(pending form: Form) -> Bool { false }
  func merged(pending form: Form) -> Form { form }
  func result(of form: Form, from state: Int32, to next: Int32) -> ValueID { ValueTable.none }
}
