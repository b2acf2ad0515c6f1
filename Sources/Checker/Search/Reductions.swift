/// What a search may leave out without changing any verdict, each switchable so that the tests can
/// compare every combination with the referee.
///
/// Notation: a configuration is the event it stands before, the state `s`, the open operations `L`
/// that have taken effect and the usage `U` of pending ones. *A dominates B* if every continuation
/// that succeeds from B succeeds from A too; then B can be left out. The numbers are those of the
/// literature survey that the tests were ported from; the general sources are G. Lowe, “Testing for
/// linearizability”, 2017, doi:10.1002/cpe.3928, and A. Horn, D. Kroening, “Faster linearizability
/// checking via P-compositionality”, 2015, doi:10.1007/978-3-319-19195-9_4.
struct Reductions: OptionSet, Sendable {
  var rawValue: UInt16

  /// R1: a pure operation that the state allows is taken at once. If a continuation takes it later,
  /// delete it there: it changed nothing, so every other operation still sees the states that it
  /// saw. Hence reads never branch.
  static let pureAtOnce = Reductions(rawValue: 1 << 0)
  /// R2: pending operations of one form are counted, not named. Once both are invoked two of them
  /// are interchangeable, and neither has a deadline; they are used in the order of their
  /// invocations. With equal `s` and `L` a usage that is nowhere larger dominates: what the other
  /// continuation still takes is still there. Those that no operation can tell apart have one form
  /// (`Machine.merged`).
  static let counted = Reductions(rawValue: 1 << 1)
  /// R3, for models that are lazy: a pending operation is taken only when the very next operation
  /// needs it: a pure one becomes possible at once, or the next one tests the state that it left.
  /// Otherwise take the last pending one for which this fails. When the next operation is blind (or
  /// there is none), delete it; else the next one does not depend on it (it is pure and was
  /// possible before), so exchange the two, and repeat: it wanders to the right until it is seen or
  /// gone. Needs ``pureAtOnce``.
  static let lazyPending = Reductions(rawValue: 1 << 2)
  /// R4: of open operations with one form only the one that completes first is tried. If a
  /// continuation takes a later one first, exchange the two: both are open at the earlier place,
  /// and the later place is before both deadlines. In a window the two must be of one kind: a
  /// mandatory operation is not excused by an optional one.
  static let earliestDeadline = Reductions(rawValue: 1 << 3)
  /// R5: states that no completion from the event on can tell apart are one (`Machine.forgetting`);
  /// and when a blind operation is taken, every open blind operation whose state nobody will see is
  /// taken just before it. Nobody sees it there, and wherever a continuation takes it, it can be
  /// deleted: what follows sees its state nowhere.
  static let forgetting = Reductions(rawValue: 1 << 4)
  /// R6: a usage is raised until no more are left of a form than could still be seen
  /// (`Machine.demand`). By R3 each that is taken is seen by another operation, so a continuation
  /// takes at most that many; configurations that differ in what nobody can use become one.
  static let demandClamp = Reductions(rawValue: 1 << 5)
  /// R7: with equal `s` and equal impure part of `L` the larger set of pure operations dominates: a
  /// continuation's pure operations that are taken already are deleted from it.
  static let pureSuperset = Reductions(rawValue: 1 << 6)
  /// What the completion at hand needs: when it is of a pure operation that is not taken, and
  /// neither this state nor any operation that may be taken before leads to it, the configuration
  /// is in vain. For some models (`Machine.horizon`) the next pure completion is looked at from
  /// further away.
  static let lookAhead = Reductions(rawValue: 1 << 7)
  /// R9 and beyond: an event that cannot be passed is proved so by the events just before it; see
  /// ``Problem/window(_:before:)``.
  static let windows = Reductions(rawValue: 1 << 8)

  /// No reduction: plain just-in-time search.
  static let none: Reductions = []
  /// Every reduction.
  static let all = Reductions(rawValue: (1 << 9) - 1)
}
