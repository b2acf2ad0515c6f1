import Histories

/// The second engine: every order of a small history, straight from the definition.
///
/// M. Herlihy, J. Wing, “Linearizability: a correctness condition for concurrent objects”, TOPLAS
/// 12(3), 1990, doi:10.1145/78969.78972: some of the pending operations are kept, and all kept
/// operations are put in an order that the model allows and that keeps `a` before `b` wherever `a`
/// completed before `b` was invoked. Nothing clever, so that it can be believed; it shares no code
/// with the search.
enum Referee {
  /// The most operations that it takes.
  static let limit = 62
  /// The most operations that evidence asks it about: up to a few hundred thousand steps.
  static let affordable = 15

  /// Whether a history is linearizable.
  ///
  /// - Complexity: O(2^n · states) for n operations.
  static func isLinearizable<S: Sequential>(
    _ calls: [Call], _ start: S, _ values: ValueTable
  ) -> Bool {
    precondition(calls.count <= limit, "the referee takes at most \(limit) operations")
    let times = Times(calls)
    var seen: Set<Position<S>> = [Position(done: 0, object: start)]
    var waiting = [Position(done: 0, object: start)]
    while let position = waiting.popLast() {
      if position.done & times.completed == times.completed { return true }
      for (index, call) in calls.enumerated() where times.allows(index, after: position.done) {
        for object in position.object.outcomes(of: call, values) {
          let next = Position(done: position.done | 1 << UInt64(index), object: object)
          if seen.insert(next).inserted { waiting.append(next) }
        }
      }
    }
    return false
  }

  /// Which operations took effect, and what they left.
  struct Position<S: Sequential>: Hashable {
    var done: UInt64
    var object: S
  }

  /// What real time asks of an order.
  struct Times {
    /// The operations that must be in it.
    private(set) var completed: UInt64 = 0
    /// Those that completed before each was invoked.
    private var before: [UInt64]

    init(_ calls: [Call]) {
      before = [UInt64](repeating: 0, count: calls.count)
      for (index, call) in calls.enumerated() {
        if call.end != .pending { completed |= 1 << UInt64(index) }
        for (other, earlier) in calls.enumerated() where earlier.returned < call.invoked {
          before[index] |= 1 << UInt64(other)
        }
      }
    }

    /// Whether an operation can come next.
    func allows(_ index: Int, after done: UInt64) -> Bool {
      done & 1 << UInt64(index) == 0 && before[index] & ~done == 0
    }
  }
}
