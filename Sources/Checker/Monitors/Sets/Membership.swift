import Histories

/// One element of a set that is never removed: when it came in, as far as its own operations say.
///
/// It comes in with one of its additions, at a moment after ``from`` and not after ``until``, and
/// is in from then on. The other additions, acknowledged or not, change nothing.
struct Membership {
  /// The addition that was invoked first: it can be the one with which the element comes in, at
  /// any moment at which another could.
  var add: Int32 = -1
  /// The last invocation of what came before: the first addition, or a look that missed it.
  var from = Int32.min
  /// The call that was it.
  var fromCall: Int32 = -1
  /// The first completion of what came with it or after: an addition, or a look that found it.
  var until = Timeline.never
  /// The call that was it.
  var untilCall: Int32 = -1
  /// Whether some completed operation needs the element to come in.
  var isNeeded: Bool { until != Timeline.never }

  /// An addition.
  mutating func add(_ call: Int32, _ timeline: Timeline) {
    if add < 0 {
      add = call
      misses(call, timeline)
    }
    finds(call, timeline)
  }

  /// A look that found the element.
  mutating func finds(_ call: Int32, _ timeline: Timeline) {
    let end = timeline.returned[Int(call)]
    if end < until {
      until = end
      untilCall = call
    }
  }

  /// A look that missed the element.
  mutating func misses(_ call: Int32, _ timeline: Timeline) {
    let start = timeline.invoked[Int(call)]
    if start > from {
      from = start
      fromCall = call
    }
  }

  /// The calls that bound the element's coming in from below: after these it was not in.
  var lower: [Int32] { [add, fromCall].filter { $0 >= 0 } }
  /// The calls that bound it from above: by then it was in.
  var upper: [Int32] { [add, untilCall].filter { $0 >= 0 } }
}
