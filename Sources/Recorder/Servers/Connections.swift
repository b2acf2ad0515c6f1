import Base
import Drivers
import Glibc

/// TCP connections that never wait: opened, written, read and closed, each for its owner.
///
/// Bytes gather during a turn of the loop and leave with ``flush()``, after the history.
final class Connections {
  /// What became of a connection.
  enum Happening {
    case opened
    case received(Int)
    case closed(Closure)
  }

  private struct Connection {
    var descriptor: Int32
    /// Tells the connection from an earlier one with the same id.
    var token: UInt64
    var owner: Int
    var endpoint: Endpoint
    var isOpen = false
    var isWaitingToWrite = false
    var isDirty = false
    var outbox: [UInt8] = []
  }

  /// The tokens of connections.
  static let tokens: Range<UInt64> = 1 << 62..<1 << 63
  private let poller: Poller
  private var opened: UInt64 = 0
  private var connections: [Connection?] = []
  private var free: [Int] = []
  private var dirty: [Int] = []
  /// What was read last.
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)

  init(poller: Poller) { self.poller = poller }

  deinit {
    for connection in connections { if let connection { close(connection.descriptor) } }
    buffer.deallocate()
  }

  /// Begins to open a connection.
  ///
  /// - Returns: its id, or why it cannot be made.
  func open(_ address: String, _ endpoint: Endpoint, owner: Int) -> Result<Int, Unreachable> {
    let descriptor = socket(
      AF_INET,
      Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return .failure(Unreachable(cause: File.systemMessage())) }
    var one: Int32 = 1
    setsockopt(
      descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_port = in_port_t(UInt16(truncatingIfNeeded: endpoint.port).bigEndian)
    guard inet_pton(AF_INET, address, &place.sin_addr) == 1 else {
      close(descriptor)
      return .failure(Unreachable(cause: "\(address) is no IPv4 address"))
    }
    let result = withUnsafePointer(to: &place) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 || errno == EINPROGRESS else {
      let cause = File.systemMessage()
      close(descriptor)
      return .failure(Unreachable(cause: cause))
    }
    let id = free.popLast() ?? connections.count
    if id == connections.count { connections.append(nil) }
    opened += 1
    let token = Connections.tokens.lowerBound | opened << 24 | UInt64(id)
    connections[id] = Connection(
      descriptor: descriptor, token: token, owner: owner, endpoint: endpoint)
    poller.add(descriptor, token: token, forWriting: true)
    return .success(id)
  }

  /// Why a connection cannot be made.
  struct Unreachable: Error { var cause: String }

  /// Puts bytes into a connection's outbox.
  func send(_ bytes: [UInt8], on id: Int) {
    guard connections[id] != nil else { return }
    connections[id]?.outbox.append(contentsOf: bytes)
    if connections[id]?.isDirty == false {
      connections[id]?.isDirty = true
      dirty.append(id)
    }
  }

  /// Closes a connection at once.
  func end(_ id: Int) {
    guard let connection = connections[id] else { return }
    poller.remove(connection.descriptor)
    close(connection.descriptor)
    connections[id] = nil
    free.append(id)
  }

  /// Writes what waits, as far as the sockets take it.
  func flush() {
    guard !dirty.isEmpty else { return }
    let ids = dirty
    dirty.removeAll(keepingCapacity: true)
    for id in ids {
      connections[id]?.isDirty = false
      if connections[id]?.isOpen == true { write(id) }
    }
  }

  private func write(_ id: Int) {
    // Why no copy of the connection: a second owner of the outbox would cost its memory each time.
    guard let descriptor = connections[id]?.descriptor, let token = connections[id]?.token,
      let waited = connections[id]?.isWaitingToWrite, let size = connections[id]?.outbox.count
    else { return }
    let count =
      connections[id]?.outbox.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      } ?? 0
    if count == size {
      connections[id]?.outbox.removeAll(keepingCapacity: true)
    } else if count > 0 {
      connections[id]?.outbox.removeFirst(count)
    }
    if count < 0, errno != EAGAIN, errno != EINTR {
      // What is wrong is heard when the connection is read. Nothing may follow the part of a
      // request that has left: a server could take both for another request.
      connections[id]?.outbox.removeAll()
      shutdown(descriptor, Int32(SHUT_WR))
    }
    let waits = connections[id]?.outbox.isEmpty == false
    guard waits != waited else { return }
    connections[id]?.isWaitingToWrite = waits
    poller.change(descriptor, token: token, alsoWriting: waits)
  }

  /// Handles a connection that is ready; what was received is in ``buffer``.
  ///
  /// - Returns: whose connection it is, where it goes and what happened; nil for nothing, or for a
  ///   connection that was closed meanwhile.
  func handle(_ token: UInt64) -> (owner: Int, endpoint: Endpoint, happening: Happening)? {
    let id = Int(token & 0xFF_FFFF)
    guard let connection = connections[id], connection.token == token,
      let happening = take(id, connection)
    else { return nil }
    return (connection.owner, connection.endpoint, happening)
  }

  private func take(_ id: Int, _ connection: Connection) -> Happening? {
    if !connection.isOpen {
      var cause: Int32 = 0
      var size = socklen_t(MemoryLayout<Int32>.size)
      getsockopt(connection.descriptor, SOL_SOCKET, SO_ERROR, &cause, &size)
      guard cause == 0 else {
        end(id)
        return .closed(.neverOpened(String(cString: strerror(cause))))
      }
      connections[id]?.isOpen = true
      poller.change(connection.descriptor, token: connection.token, alsoWriting: false)
      if !connection.outbox.isEmpty { write(id) }
      return .opened
    }
    if connection.isWaitingToWrite { write(id) }
    let count = recv(connection.descriptor, buffer.baseAddress, buffer.count, 0)
    if count > 0 { return .received(count) }
    if count < 0, errno == EAGAIN || errno == EINTR { return nil }
    let why = count == 0 ? "closed by the server" : File.systemMessage()
    end(id)
    return .closed(.lost(why))
  }
}
