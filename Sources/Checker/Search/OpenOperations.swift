/// The completed operations that are open just before an event, by their completions.
///
/// A search moves back and forth over the events; moving over one costs O(open operations).
struct OpenOperations {
  /// Latest completion first, so that the one that completes at ``event`` is last.
  private(set) var list: [Int32] = []
  /// The event that the list stands before.
  private(set) var event = 0
  private let problem: Problem

  /// Stands before the first event.
  init(_ problem: Problem) {
    self.problem = problem
    if problem.eventCount > 0 { open(0..<problem.opened[0]) }
  }

  /// Goes to stand before another event.
  mutating func move(to target: Int) {
    while event < target { advance() }
    while event > target { retreat() }
  }

  /// Goes one event on; the operations that opened are the ones from `opened[event - 1]`.
  mutating func advance() {
    list.removeLast()
    event += 1
    if event < problem.eventCount {
      open(problem.opened[event - 1]..<problem.opened[event])
    }
  }

  private mutating func retreat() {
    if event < problem.eventCount {
      for operation in problem.opened[event - 1]..<problem.opened[event] {
        if let place = list.lastIndex(of: operation) { list.remove(at: place) }
      }
    }
    event -= 1
    list.append(problem.completing[event])
  }

  private mutating func open(_ operations: Range<Int32>) {
    for operation in operations {
      let deadline = problem.event[Int(operation)]
      var place = list.count
      while place > 0, problem.event[Int(list[place - 1])] < deadline { place -= 1 }
      list.insert(operation, at: place)
    }
  }
}
