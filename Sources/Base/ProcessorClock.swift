import Glibc

/// The processor time of the thread that asks, in nanoseconds since the clock was made.
///
/// What a machine's other work does to it is small, so costs are measured with it; limits are not.
public struct ProcessorClock: Sendable {
  private let origin: Int64

  /// Starts at zero now, for the calling thread; read by another it means nothing.
  public init() {
    origin = ProcessorClock.raw
  }

  /// Nanoseconds of processor time since the clock was made, by the same thread.
  public var now: Int64 { ProcessorClock.raw - origin }

  private static var raw: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
