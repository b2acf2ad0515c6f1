import Histories

/// The axis of the page: time where every event has one that never runs backwards, else the ranks.
struct PageAxis {
  /// Whether places are times.
  let isTime: Bool
  /// Nanoseconds a unit of the axis.
  let unit: Int64
  /// The last place.
  private(set) var last: Int64 = 0
  private var origin: Int64 = 0
  private let history: History

  init(_ history: History) {
    self.history = history
    var times = [Int64](repeating: Event.noTime, count: history.eventCount)
    for operation in 0..<history.count {
      times[Int(history.invoked[operation])] = history.invokedTime[operation]
      if history.completed[operation] != History.never {
        times[Int(history.completed[operation])] = history.completedTime[operation]
      }
    }
    for event in history.nemesis { times[Int(event.rank)] = event.time }
    let limit: Int64 = 1 << 52
    let isOrdered = zip(times, times.dropFirst()).allSatisfy { $0 <= $1 }
    guard let first = times.first, let end = times.last, first > -limit, end < limit, isOrdered,
      end > first
    else {
      (isTime, unit, last) = (false, 1, Int64(max(1, history.eventCount - 1)))
      return
    }
    isTime = true
    origin = min(0, first)
    unit = (end - first) / Int64(times.count) > 20_000 ? 1000 : 1
    last = max(1, (end - origin) / unit)
  }

  /// The place of an invocation.
  func start(_ operation: Int) -> Int64 {
    isTime
      ? (history.invokedTime[operation] - origin) / unit : Int64(history.invoked[operation])
  }

  /// The place of a completion, or nil when there was none.
  func end(_ operation: Int) -> Int64? {
    guard history.completed[operation] != History.never else { return nil }
    return isTime
      ? (history.completedTime[operation] - origin) / unit : Int64(history.completed[operation])
  }

  /// The place of a moment: its rank, and its time where there is one.
  func place(rank: Int32, time: Int64) -> Int64 {
    guard isTime else { return Int64(rank) }
    return time == Event.noTime ? last : (min(max(time, origin), Int64.max / 2) - origin) / unit
  }
}
