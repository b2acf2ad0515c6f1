import Base
import CLinux
import Glibc

/// Which descriptors are ready (epoll).
final class Poller {
  /// A descriptor that is ready.
  struct Ready {
    var token: UInt64
    var isReadable: Bool
    var isWritable: Bool
  }

  private let set: Int32
  private var tokens = [UInt64](repeating: 0, count: 64)
  private var events = [UInt32](repeating: 0, count: 64)

  init() throws(Failure) {
    set = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard set >= 0 else { throw Failure(.unavailable, "epoll: \(File.systemMessage())") }
  }

  deinit { close(set) }

  /// Watches a descriptor until it is removed or closed.
  func add(_ descriptor: Int32, token: UInt64, reading: Bool, writing: Bool) {
    _ = plumbline_epoll_control(set, 1, descriptor, mask(reading, writing), token)
  }

  /// No longer watches a descriptor.
  func remove(_ descriptor: Int32) {
    _ = plumbline_epoll_control(set, 3, descriptor, 0, 0)
  }

  /// Waits for at most `nanoseconds`; a signal ends the wait early.
  func wait(nanoseconds: Int64) -> [Ready] {
    let count = plumbline_epoll_wait(set, &tokens, &events, 64, max(nanoseconds, 0))
    guard count > 0 else { return [] }
    return (0..<Int(count)).map { index in
      let gone = events[index] & (EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0
      return Ready(
        token: tokens[index], isReadable: gone || events[index] & EPOLLIN.rawValue != 0,
        isWritable: gone || events[index] & EPOLLOUT.rawValue != 0)
    }
  }

  private func mask(_ reading: Bool, _ writing: Bool) -> UInt32 {
    (reading ? EPOLLIN.rawValue : 0) | (writing ? EPOLLOUT.rawValue : 0)
  }
}
