import Histories

/// The places of pushes and pops, as the search of ``StackWindows`` finds them.
///
/// At one place come the pops, in the order in which they were found and each after the push that
/// was popped at once; then the pushes, the one that is popped last first.
struct StackSchedule {
  private var schedule: Schedule
  private var pops = 0
  /// A push that is popped at once.
  private var waiting: Int32?
  private static let most = 1 << 30

  init(_ parts: LateParts) {
    schedule = Schedule(capacity: parts.task.calls.count)
  }

  /// A push just before the pop that comes next.
  mutating func push(_ call: Int32) { waiting = call }

  /// A push at a place; the pop that comes next takes its element.
  mutating func push(_ call: Int32, at place: Int) {
    schedule.place(call, at: Int32(place), phase: 1, Self.most - pops)
  }

  /// A push at a place that is never popped.
  mutating func stay(_ call: Int32, at place: Int) {
    schedule.place(call, at: Int32(place), phase: 1, 0)
  }

  /// A pop.
  mutating func pop(_ call: Int32, at place: Int, result: ValueID = ValueTable.none) {
    if let waiting { schedule.place(waiting, at: Int32(place), phase: 0, pops) }
    waiting = nil
    schedule.place(call, at: Int32(place), phase: 0, pops + 1, result: result)
    pops += 2
  }

  /// - Complexity: O(n log n).
  func steps(_ task: KeyTask) -> [KeyAnswer.Step] { schedule.steps(task) }
}
