import Histories

/// The events of one key, numbered from 0 without gaps.
///
/// A *moment* `m` is the time just before event `m` (and after event `m - 1`); the last one is
/// ``end``. An operation may take effect at the moments `invoked + 1 ... returned`, and one is
/// before another in real time when all its moments are. An order of operations whose moments do
/// not descend therefore extends real time.
struct Timeline: Sendable {
  /// The event that never comes: a pending operation's completion.
  static let never = Int32.max

  /// The event of each call's invocation; ascends.
  private(set) var invoked: [Int32]
  /// The event of each call's completion, or ``never``.
  private(set) var returned: [Int32]
  /// The last moment, after all events.
  private(set) var end: Int32

  /// Numbers the events of calls that are in the order of their invocations.
  ///
  /// - Complexity: O(n log n).
  init(_ calls: [Call]) {
    invoked = [Int32](repeating: 0, count: calls.count)
    returned = [Int32](repeating: Self.never, count: calls.count)
    var completions: [UInt64] = []
    completions.reserveCapacity(calls.count)
    for index in calls.indices where calls[index].end != .pending {
      completions.append(UInt64(calls[index].returned) << 32 | UInt64(index))
    }
    completions.sort()
    var event: Int32 = 0
    var next = 0
    for completion in completions {
      let rank = Int32(completion >> 32)
      while next < calls.count, calls[next].invoked < rank {
        invoked[next] = event
        event += 1
        next += 1
      }
      returned[Int(completion & 0xFFFF_FFFF)] = event
      event += 1
    }
    while next < calls.count {
      invoked[next] = event
      event += 1
      next += 1
    }
    end = event
  }
}
