import Glibc

/// The one clock of a run: monotonic, in nanoseconds since it was made.
public struct MonotonicClock: Sendable {
  private let origin: Int64

  /// Starts at zero now, so its readings mean nothing beside another clock's; ``shared`` is for
  /// that.
  public init() {
    origin = MonotonicClock.raw
  }

  private init(origin: Int64) { self.origin = origin }

  /// The clock that all processes of the machine share.
  public static let shared = MonotonicClock(origin: 0)

  /// Nanoseconds since the clock was made.
  public var now: Int64 { MonotonicClock.raw - origin }

  private static var raw: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
