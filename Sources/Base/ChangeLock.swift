import Glibc

/// A mutual-exclusion lock on which threads wait for a change.
///
/// What it guards is its owner's; ``Lock`` is for a value that nobody waits for.
public final class ChangeLock: @unchecked Sendable {
  // Safe to share: both are made to be.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  /// Makes one that is free.
  public init() {
    mutex.initialize(to: pthread_mutex_t())
    changed.initialize(to: pthread_cond_t())
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    pthread_cond_destroy(changed)
    mutex.deallocate()
    changed.deallocate()
  }

  /// Enters, alone.
  public func lock() { pthread_mutex_lock(mutex) }

  /// Leaves.
  public func unlock() { pthread_mutex_unlock(mutex) }

  /// Leaves until somebody tells of a change, and enters again.
  public func wait() { pthread_cond_wait(changed, mutex) }

  /// Tells all that wait of a change.
  public func tell() { pthread_cond_broadcast(changed) }
}
