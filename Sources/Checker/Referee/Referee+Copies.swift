import Histories

extension Referee {
  /// Whether a history is linearizable when others may take effect besides, wherever they are
  /// possible and again and again; nil when that takes more than some configurations to say.
  ///
  /// The configurations are met in the order of how many of the others they took, so each is met
  /// first with the fewest.
  ///
  /// - Complexity: O(patience · n) for n operations.
  static func isLinearizable<S: Sequential>(
    _ calls: [Call], _ start: S, besides copies: [Call], atMost uses: Int, patience: Int,
    _ values: ValueTable
  ) -> Bool? {
    guard calls.count <= limit else { return nil }
    let times = Times(calls)
    var seen: Set<Position<S>> = [Position(done: 0, object: start)]
    var waiting = Array(seen)
    for _ in 0...uses {
      var following: [Position<S>] = []
      while let position = waiting.popLast() {
        if position.done & times.completed == times.completed { return true }
        if seen.count > patience { return nil }
        for (index, call) in calls.enumerated() where times.allows(index, after: position.done) {
          for object in position.object.outcomes(of: call, values) {
            let next = Position(done: position.done | 1 << UInt64(index), object: object)
            if seen.insert(next).inserted { waiting.append(next) }
          }
        }
        for copy in copies {
          for object in position.object.outcomes(of: copy, values) {
            following.append(Position(done: position.done, object: object))
          }
        }
      }
      waiting = following.filter { seen.insert($0).inserted }
    }
    return false
  }
}
