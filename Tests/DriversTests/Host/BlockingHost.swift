import Base
import CLinux
import Drivers
import Glibc

/// One session on real sockets, one question at a time: the simplest host there can be.
final class BlockingHost {
  private struct Connection {
    var descriptor: Int32
    var isOpen = false
  }

  private var session: any Session
  private let site: Site
  private var connections: [(endpoint: Endpoint, connection: Connection)] = []
  private var answer: Answer?

  init(_ session: any Session, _ site: Site) {
    self.session = session
    self.site = site
  }

  deinit { connections.forEach { _ = close($0.connection.descriptor) } }

  /// Asks, and waits for the answer or until the time is over, which is an unknown outcome.
  func ask(_ question: Question, timeoutMilliseconds: Int = 2_000) -> Answer {
    let deadline = MonotonicClock.shared.now + Int64(timeoutMilliseconds) * 1_000_000
    answer = nil
    wait(milliseconds: 0)  // What came in the meantime, such as the end of a connection.
    tell { $0.ask(question, &$1) }
    while answer == nil {
      let left = (deadline - MonotonicClock.shared.now) / 1_000_000
      guard left > 0 else {
        tell { $0.abandon(&$1) }
        return Answer(.unknown("no answer in \(timeoutMilliseconds) ms"))
      }
      wait(milliseconds: Int32(left))
    }
    return answer ?? Answer(.unknown("no answer"))
  }

  /// Asks until the answer is accepted or the time is over; the last answer.
  func ask(
    _ question: Question, withinMilliseconds limit: Int, until accepted: (Answer) -> Bool
  ) -> Answer {
    let deadline = MonotonicClock.shared.now + Int64(limit) * 1_000_000
    while true {
      let answer = ask(question, timeoutMilliseconds: 1_000)
      if accepted(answer) || MonotonicClock.shared.now > deadline { return answer }
      usleep(50_000)
    }
  }

  private func tell(_ event: (inout any Session, inout [SessionEffect]) -> Void) {
    var effects: [SessionEffect] = []
    event(&session, &effects)
    for effect in effects {
      switch effect {
      case .open(let endpoint): connect(endpoint)
      case .send(let bytes, let endpoint): send(bytes, endpoint)
      case .close(let endpoint): drop(endpoint)
      case .answer(let given): answer = given
      }
    }
  }

  private func drop(_ endpoint: Endpoint) {
    guard let place = connections.firstIndex(where: { $0.endpoint == endpoint }) else { return }
    close(connections.remove(at: place).connection.descriptor)
  }

  private func end(_ endpoint: Endpoint, _ closure: Closure) {
    drop(endpoint)
    tell { $0.closed(endpoint, closure, &$1) }
  }

  private func connect(_ endpoint: Endpoint) {
    guard !connections.contains(where: { $0.endpoint == endpoint }) else { return }
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var one: Int32 = 1
    setsockopt(
      descriptor, Int32(IPPROTO_TCP), Int32(TCP_NODELAY), &one, socklen_t(MemoryLayout<Int32>.size))
    _ = plumbline_nonblocking(descriptor)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(endpoint.port).bigEndian
    inet_pton(AF_INET, site.nodes[endpoint.node].clientAddress, &address.sin_addr)
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    connections.append((endpoint, Connection(descriptor: descriptor)))
    if result != 0, errno != EINPROGRESS {
      end(endpoint, .neverOpened(File.systemMessage()))
    }
  }

  private func send(_ bytes: [UInt8], _ endpoint: Endpoint) {
    guard let found = connections.first(where: { $0.endpoint == endpoint }) else { return }
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(
          found.connection.descriptor, $0.baseAddress! + sent, bytes.count - sent,
          Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno == EAGAIN {
        var poll = pollfd(fd: found.connection.descriptor, events: Int16(POLLOUT), revents: 0)
        _ = Glibc.poll(&poll, 1, 1_000)
      } else if count < 0 {
        return end(endpoint, .lost(File.systemMessage()))
      } else {
        sent += count
      }
    }
  }

  private func wait(milliseconds: Int32) {
    var polls = connections.map {
      pollfd(
        fd: $0.connection.descriptor, events: Int16($0.connection.isOpen ? POLLIN : POLLOUT),
        revents: 0)
    }
    let endpoints = connections.map(\.endpoint)
    if polls.isEmpty {
      if milliseconds > 0 { usleep(UInt32(milliseconds) * 1_000) }
      return
    }
    guard poll(&polls, nfds_t(polls.count), milliseconds) > 0 else { return }
    for (index, poll) in polls.enumerated() where poll.revents != 0 {
      guard
        let place = connections.firstIndex(where: {
          $0.endpoint == endpoints[index] && $0.connection.descriptor == poll.fd
        })
      else { continue }
      if connections[place].connection.isOpen {
        receive(poll.fd, endpoints[index])
      } else {
        finish(place)
      }
    }
  }

  private func finish(_ place: Int) {
    let (endpoint, connection) = connections[place]
    var cause: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(connection.descriptor, SOL_SOCKET, SO_ERROR, &cause, &size)
    guard cause == 0 else {
      return end(endpoint, .neverOpened(String(cString: strerror(cause))))
    }
    connections[place].connection.isOpen = true
    tell { $0.opened(endpoint, &$1) }
  }

  private func receive(_ descriptor: Int32, _ endpoint: Endpoint) {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    if count > 0 {
      buffer.withUnsafeBytes { all in
        tell { $0.received(UnsafeRawBufferPointer(rebasing: all[..<count]), endpoint, &$1) }
      }
    } else if count == 0 {
      end(endpoint, .lost("closed by the server"))
    } else if errno != EAGAIN {
      end(endpoint, .lost(File.systemMessage()))
    }
  }
}
