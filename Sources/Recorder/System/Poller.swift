import Base
import CLinux
import Glibc

/// Which descriptors are ready (epoll), told by tokens.
final class Poller {
  private let set: Int32
  private var tokens = [UInt64](repeating: 0, count: 64)

  init() throws(Failure) {
    set = plumbline_epoll_make()
    guard set >= 0 else { throw Failure(.unavailable, "epoll: \(File.systemMessage())") }
  }

  deinit { close(set) }

  /// Watches a descriptor for reading or for writing, until it is removed.
  func add(_ descriptor: Int32, token: UInt64, forWriting: Bool = false) {
    _ = plumbline_epoll_add(set, descriptor, forWriting ? 2 : 1, token)
  }

  /// Watches a descriptor for reading, and for writing as well or no longer.
  func change(_ descriptor: Int32, token: UInt64, alsoWriting: Bool) {
    _ = plumbline_epoll_change(set, descriptor, alsoWriting ? 3 : 1, token)
  }

  /// No longer watches a descriptor.
  func remove(_ descriptor: Int32) {
    _ = plumbline_epoll_remove(set, descriptor)
  }

  /// Waits for at most `nanoseconds`; a signal ends the wait early. A descriptor whose other end
  /// is gone is ready, too.
  func wait(nanoseconds: Int64) -> ArraySlice<UInt64> {
    let count = plumbline_epoll_wait(set, &tokens, 64, max(nanoseconds, 0))
    return tokens.prefix(max(Int(count), 0))
  }
}
