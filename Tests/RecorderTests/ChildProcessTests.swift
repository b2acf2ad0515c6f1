import Base
import Foundation
import Glibc
import Testing

@testable import Experiments
@testable import Recorder

/// Starting, stopping and ending processes.
struct ChildProcessTests {
  let folder = FileManager.default.temporaryDirectory.path + "/plumbline-child-\(UUID())"

  init() throws { try File.makeFolder(folder) }

  func spawn(_ script: String) throws -> ChildProcess {
    try ChildProcess(
      path: "/bin/sh", arguments: ["-c", script], environment: ["GREETING=hello"],
      log: folder + "/stderr.log")
  }

  /// Everything that the process writes until it ends.
  func output(of child: ChildProcess) throws -> String {
    var poll = pollfd(fd: child.output, events: Int16(POLLIN), revents: 0)
    var text: [UInt8] = []
    while true {
      _ = Glibc.poll(&poll, 1, 10_000)
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = read(child.output, &buffer, buffer.count)
      if count < 0, errno == EAGAIN { continue }
      guard count > 0 else { return String(decoding: text, as: UTF8.self) }
      text += buffer.prefix(count)
    }
  }

  func ending(of child: ChildProcess) -> ChildProcess.Ending? {
    for _ in 0..<5_000 {
      if let ending = child.reap() { return ending }
      usleep(1_000)
    }
    return nil
  }

  func waitFor(_ letter: Character?, _ id: pid_t) -> Bool {
    for _ in 0..<5_000 {
      if ProcessState.read(id)?.letter == letter { return true }
      usleep(1_000)
    }
    return false
  }

  @Test func theStreamsAndTheEnvironmentAreItsOwn() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let child = try spawn("read line; echo \"$GREETING $line\"; echo trouble >&2; exit 3")
    defer { child.closePipes() }
    #expect(Glibc.write(child.input, "you\n", 4) == 4)
    #expect(try output(of: child) == "hello you\n")
    #expect(ending(of: child) == .exited(3))
    #expect(try String(decoding: File.read(folder + "/stderr.log"), as: UTF8.self) == "trouble\n")
  }

  @Test func aPlaceGivesItAFolder() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let child = try ChildProcess(
      path: "/bin/sh", arguments: ["-c", "pwd"], environment: [], log: folder + "/stderr.log",
      place: ChildProcess.Place(folder: "/usr"))
    defer { child.closePipes() }
    #expect(try output(of: child) == "/usr\n")
    #expect(ending(of: child) == .exited(0))
    #expect(
      throws: Failure(
        .unavailable,
        "the program of a node cannot be started: /bin/sh: No such file or directory")
    ) {
      try ChildProcess(
        path: "/bin/sh", arguments: [], environment: [], log: folder + "/stderr.log",
        place: ChildProcess.Place(folder: "/no/such"))
    }
  }

  @Test func nothingIsInheritedButTheStreams() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let child = try spawn("for f in /proc/$$/fd/*; do echo ${f##*/}; done")
    defer { child.closePipes() }
    let numbers = try output(of: child).split(separator: "\n").compactMap { Int($0) }
    #expect(numbers.filter { $0 <= 2 } == [0, 1, 2])
    // The shell itself keeps one beyond 2 while it lists the folder, at most.
    #expect(numbers.count <= 4)
    #expect(ending(of: child) == .exited(0))
  }

  /// Under `nohup`, or from a thread that has signals blocked, what is started takes them all.
  @Test func itTakesSignalsWhateverItsParentDoes() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var (all, before) = (sigset_t(), sigset_t())
    sigfillset(&all)
    pthread_sigmask(SIG_BLOCK, &all, &before)
    // Of one that nothing here uses.
    signal(SIGURG, SIG_IGN)
    defer {
      signal(SIGURG, SIG_DFL)
      pthread_sigmask(SIG_SETMASK, &before, nil)
    }
    let child = try spawn("grep -E '^Sig(Blk|Ign)' /proc/self/status")
    defer { child.closePipes() }
    let sets = try output(of: child).split(separator: "\n").map { $0.split(separator: "\t") }
    #expect(sets.map(\.first) == ["SigBlk:", "SigIgn:"])
    // The two below the real-time signals are the C library's own, and nobody else can set them.
    let others = ~UInt64(0b11 << 31)
    #expect(sets.map { UInt64($0.last ?? "", radix: 16).map { $0 & others } } == [0, 0])
    #expect(ending(of: child) == .exited(0))
  }

  @Test func itIsStoppedAndGoesOn() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let child = try spawn("while read line; do echo $line; done")
    defer { child.closePipes() }
    child.signal(SIGSTOP)
    #expect(waitFor("T", child.id))
    child.signal(SIGCONT)
    #expect(waitFor("S", child.id))
    child.end()
    #expect(ProcessState.read(child.id) == nil)
  }

  @Test func killingItKillsWhatItStarted() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let child = try spawn("sleep 600 & echo $!; wait")
    defer { child.closePipes() }
    var poll = pollfd(fd: child.output, events: Int16(POLLIN), revents: 0)
    _ = Glibc.poll(&poll, 1, 10_000)
    var buffer = [UInt8](repeating: 0, count: 64)
    let count = read(child.output, &buffer, buffer.count)
    let text = String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
    let sleeper = try #require(pid_t(text.prefix { $0.isNumber }))
    child.end()
    let isGone = waits {
      let letter = ProcessState.read(sleeper)?.letter
      return letter == nil || letter == "Z"
    }
    #expect(isGone)
  }

  @Test func aProgramThatIsNotThereIsAMessage() {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    #expect(
      throws: Failure(
        .unavailable,
        "the program of a node cannot be started: /no/such: No such file or directory")
    ) {
      try ChildProcess(
        path: "/no/such", arguments: [], environment: [], log: folder + "/stderr.log")
    }
  }
}
