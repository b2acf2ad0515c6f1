import Base
import CLinux
import Glibc

/// The least that a client of Redis can do: the ruler of ``RecordingBenchmark``.
///
/// As many connections as the recorder has, in one epoll set, one request open on each. A turn
/// waits, receives what has come, and sends the next requests: the same GET and SET as the recorder
/// sends, made beforehand. A reply is counted and not looked at; nothing is drawn or written.
struct BareLoop: ~Copyable {
  private let set: Int32
  private var sockets: [Int32] = []
  private let requests: [[UInt8]]
  private var next = 0

  /// Opens the connections to the server at an IPv4 address.
  ///
  /// - Throws: ``ExitCode/unavailable``.
  init(_ address: String, port: Int, connections: Int, requests: [[UInt8]]) throws(Failure) {
    set = plumbline_epoll_make()
    self.requests = requests
    for index in 0..<connections {
      let socket = try BareLoop.connect(address, port)
      sockets.append(socket)
      plumbline_epoll_add(set, socket, 1, UInt64(index))
    }
  }

  deinit {
    for socket in sockets { close(socket) }
    close(set)
  }

  /// A connection that never waits.
  static func connect(_ address: String, _ port: Int) throws(Failure) -> Int32 {
    let descriptor = socket(
      AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var one: Int32 = 1
    setsockopt(
      descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_port = in_port_t(UInt16(truncatingIfNeeded: port).bigEndian)
    inet_pton(AF_INET, address, &place.sin_addr)
    let result = withUnsafePointer(to: &place) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else {
      let cause = File.systemMessage()
      close(descriptor)
      throw Failure(.unavailable, "\(address):\(port): \(cause)")
    }
    _ = plumbline_nonblocking(descriptor)
    return descriptor
  }

  /// Asks and hears for so long.
  mutating func run(nanoseconds: Int64) -> Pace {
    let clock = MonotonicClock()
    let processor = ProcessorClock()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { buffer.deallocate() }
    var pace = Pace()
    var tokens = [UInt64](repeating: 0, count: 64)
    var operations = 0
    // Only one client's requests follow each other without any other between.
    var sent: Int64 = 0
    for index in sockets.indices { send(index) }
    while clock.now < nanoseconds {
      let count = plumbline_epoll_wait(set, &tokens, 64, 50_000_000)
      for token in tokens.prefix(max(0, Int(count))) {
        let received = recv(sockets[Int(token)], buffer.baseAddress, buffer.count, 0)
        if received > 0, buffer[received - 1] == 0x0A { operations += 1 }
      }
      for token in tokens.prefix(max(0, Int(count))) { send(Int(token)) }
      let now = clock.now
      if sockets.count == 1 {
        if sent > 0 { pace.cycles.append(now - sent) }
        sent = now
      }
      pace.look(at: now, processor: processor.now, operations: operations)
    }
    return pace
  }

  private mutating func send(_ index: Int) {
    let request = requests[next]
    next = next + 1 < requests.count ? next + 1 : 0
    _ = request.withUnsafeBytes {
      Glibc.send(sockets[index], $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
    }
  }
}

/// How fast operations went, looked at ten times a second.
struct Pace {
  private struct Look {
    var time: Int64
    var processor: Int64
    var operations: Int
  }

  private var looks: [Look] = []
  /// With one client: from one request to the next, nanoseconds.
  var cycles: [Int64] = []

  /// Takes note, if a tenth of a second is over since the last note.
  mutating func look(at time: Int64, processor: Int64, operations: Int) {
    if let last = looks.last, time - last.time < 100_000_000 { return }
    looks.append(Look(time: time, processor: processor, operations: operations))
  }

  /// Operations a second, from the first look to the last.
  var perSecond: Double {
    guard let first = looks.first, let last = looks.last, last.time > first.time else { return 0 }
    return Double(last.operations - first.operations) * 1e9 / Double(last.time - first.time)
  }

  /// The processor time of the thread for an operation, in microseconds: the median of the tenths
  /// of a second.
  var processorMicroseconds: Double {
    Pace.median(
      zip(looks, looks.dropFirst()).compactMap { before, after in
        guard after.operations > before.operations else { return nil }
        return Double(after.processor - before.processor) / 1000
          / Double(after.operations - before.operations)
      })
  }

  /// From one request to the next, in microseconds, at the median.
  var cycleMicroseconds: Double { Pace.median(cycles.map { Double($0) / 1000 }) }

  /// The median; 0 of nothing.
  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
  }
}
