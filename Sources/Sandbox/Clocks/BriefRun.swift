import Base
import CLinux
import Glibc

/// A program that is run to its end, with what it wrote.
struct BriefRun {
  /// Its exit code, or 256 + the signal that ended it.
  let code: Int32
  /// What it wrote to both its outputs.
  let output: String

  /// Runs a program of a known path; waits for its end.
  init(_ words: [String], environment: [String]) throws(Failure) {
    var ends: [Int32] = [-1, -1]
    guard let path = words.first, plumbline_pipe(&ends) == 0 else {
      throw Failure(.unavailable, "no pipe: \(File.systemMessage())")
    }
    defer { close(ends[0]) }
    let nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)
    var arguments = words.map { strdup($0) } + [nil]
    var variables = environment.map { strdup($0) } + [nil]
    defer { (arguments + variables).forEach { free($0) } }
    let child = plumbline_spawn(path, &arguments, &variables, nothing, ends[1], ends[1], nil)
    let cause = File.systemMessage()
    close(nothing)
    close(ends[1])
    guard child > 0 else { throw Failure(.unavailable, "\(path) cannot be started: \(cause)") }
    let bytes = try? File.read(descriptor: ends[0], name: path)
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    code = plumbline_wait_status(status)
    output = String(decoding: bytes ?? [], as: UTF8.self)
  }
}
