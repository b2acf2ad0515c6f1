import Base
import Glibc

/// A server on a host: the ssh client that keeps it, and what the script there has said.
final class RemoteServer {
  let child: ChildProcess
  /// The last letter of the kernel there, as in `/proc/PID/status`; nil while nothing was said
  /// since the last signal.
  private(set) var letter: Character?
  /// Whether the script has seen the server end, and so knows that it is gone.
  private(set) var hasEnded = false
  private var inbox: [UInt8] = []
  private var asked: Int64 = 0
  private static let pause: Int64 = 50_000_000

  /// Takes over an ssh client that was started.
  init(_ child: ChildProcess) { self.child = child }

  deinit { child.closePipes() }

  /// Passes a signal on.
  func signal(_ number: Int32) {
    letter = nil
    switch number {
    case SIGKILL: say("kill")
    case SIGTERM: say("stop")
    case SIGSTOP: say("pause")
    case SIGCONT: say("resume")
    default: break
    }
  }

  /// Asks for the state from time to time, and hears what is said.
  func advance(at time: Int64, asksState: Bool) {
    hear()
    guard asksState, time - asked >= RemoteServer.pause else { return }
    asked = time
    say("state")
  }

  private func say(_ word: String) {
    let bytes = Array((word + "\n").utf8)
    // A pipe that is full or closed belongs to a connection that is dead: the server is, too.
    _ = bytes.withUnsafeBytes { write(child.input, $0.baseAddress, $0.count) }
  }

  func hear() {
    var buffer = [UInt8](repeating: 0, count: 1024)
    while true {
      let count = read(child.output, &buffer, buffer.count)
      guard count > 0 else { break }
      inbox += buffer[..<count]
    }
    while let end = inbox.firstIndex(of: 0x0A) {
      let words = String(decoding: inbox[..<end], as: UTF8.self).split(separator: " ")
      inbox.removeSubrange(...end)
      guard words.count > 1 else { continue }
      if words[0] == "state" { letter = words[1].first }
      if words[0] == "ended" { hasEnded = true }
    }
    // A machine whose shell talks on and on has nothing to tell.
    if inbox.count > 65_536 { inbox = [] }
  }
}
