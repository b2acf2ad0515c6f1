import Glibc

/// A mutual-exclusion lock around a value.
///
/// Why not `Synchronization.Mutex`: the thread sanitizer does not see its ordering on Linux and
/// reports races that are none; a pthread mutex it understands, and it is no slower.
public final class Lock<Value>: @unchecked Sendable {
  // Safe to share: `value` is only touched with `mutex` held.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private var value: Value

  /// Puts the value behind a lock that is free. It is reached by ``withLock(_:)`` alone, and not
  /// from within its body: that would wait for ever.
  public init(_ value: Value) {
    self.value = value
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    pthread_mutex_init(mutex, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  /// Runs the body with the value, alone.
  public func withLock<Result, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body(&value)
  }
}
