import Base
import CLinux
import Glibc

/// A Redis of our own: on a loopback address that nobody else has, without a disk.
struct LocalRedis: ~Copyable {
  let address: String
  static let port = 6379
  private let process: pid_t

  /// Starts it and waits until it listens.
  ///
  /// - Throws: ``ExitCode/unavailable``.
  init(in folder: String) throws(Failure) {
    let number = Int(getpid())
    address = "127.\(1 + number / 250 % 250).\(number % 250).9"
    let words = [
      "env", "redis-server", "--bind", address, "--port", "\(LocalRedis.port)", "--save", "",
      "--appendonly", "no", "--dir", folder,
    ]
    var arguments = words.map { strdup($0) } + [nil]
    defer { arguments.forEach { free($0) } }
    let nothing = open("/dev/null", O_RDWR | O_CLOEXEC)
    defer { close(nothing) }
    process = plumbline_spawn(
      "/usr/bin/env", &arguments, environ, nothing, nothing, nothing, nil)
    guard process > 0 else {
      throw Failure(.unavailable, "redis-server: \(File.systemMessage())")
    }
    var attempts = 0
    while true {
      do throws(Failure) {
        close(try BareLoop.connect(address, LocalRedis.port))
        return
      } catch {
        attempts += 1
        guard attempts < 500 else { throw error }
        usleep(10_000)
      }
    }
  }

  deinit {
    guard process > 0 else { return }
    kill(process, SIGKILL)
    waitpid(process, nil, 0)
  }
}
