import Base
import CLinux
import Glibc
import Sandbox

/// A Redis server on the loopback interface, asked one thing at a time.
final class Redis {
  private let child: pid_t
  private let port: UInt16
  private var descriptor: Int32 = -1

  /// Starts it in a folder and waits until it answers.
  init(
    folder: String, port: UInt16, options: [String] = [], environment: [String] = []
  ) throws(Failure) {
    self.port = port
    let program = try ProgramPath.resolve("redis-server", packages: ["redis-server"])
    let words =
      [
        program, "--port", "\(port)", "--bind", "127.0.0.1", "--dir", folder, "--save", "",
        "--logfile", "/dev/null",
      ] + options
    var arguments = words.map { strdup($0) } + [nil]
    var variables = environment.map { strdup($0) } + [nil]
    defer { (arguments + variables).forEach { free($0) } }
    let nothing = open("/dev/null", O_RDWR | O_CLOEXEC)
    defer { close(nothing) }
    child = plumbline_spawn(program, &arguments, &variables, nothing, nothing, nothing, nil)
    guard child > 0 else {
      throw Failure(.unavailable, "\(program): \(File.systemMessage())")
    }
    for _ in 0..<1000 where descriptor < 0 || ask("PING") != "PONG" {
      usleep(10_000)
      connectAnew()
    }
  }

  deinit { kill() }

  /// Ends it as a loss of power does.
  func kill() {
    Glibc.kill(child, SIGKILL)
    while waitpid(child, nil, 0) < 0, errno == EINTR {}
    close(descriptor)
    descriptor = -1
  }

  private func connectAnew() {
    close(descriptor)
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    _ = withUnsafeBytes(of: &address) { bytes in
      bytes.withMemoryRebound(to: sockaddr.self) {
        connect(descriptor, $0.baseAddress, socklen_t(bytes.count))
      }
    }
  }

  /// Asks with words without blanks; what is answered, `nil` for nothing.
  func ask(_ words: String...) -> String {
    let line = Array((words.joined(separator: " ") + "\r\n").utf8)
    guard send(descriptor, line, line.count, Int32(MSG_NOSIGNAL)) == line.count else {
      return "gone"
    }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = recv(descriptor, &bytes, bytes.count, 0)
    let lines = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
      .split(whereSeparator: \.isNewline).map { String($0) }
    guard let first = lines.first else { return "gone" }
    if first == "$-1" { return "nil" }
    if first.hasPrefix("$") { return lines.dropFirst().first ?? "" }
    return first.hasPrefix("+") || first.hasPrefix(":") ? String(first.dropFirst()) : first
  }
}
