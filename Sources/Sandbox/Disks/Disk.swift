import Base
import CLinux
import Glibc

/// A disk of a node: a mount that shows a folder, and can lose what was not synced.
///
/// The file system is a process of its own (``DiskService``), which ends with this one, however
/// this one ends. Calls wait for its answer, some tens of microseconds where it is idle. What was
/// lost by `lose` is seen by whoever opens files afterwards: a node's processes must be dead when
/// it is called.
public final class Disk {
  /// The folder that holds the data.
  public let backing: String
  /// Where the node sees it.
  public let mount: String
  private let child: pid_t
  private let descriptor: Int32
  private var received: [UInt8] = []
  private var isEnded = false

  /// How long an answer may take, in nanoseconds. Long, as a machine may be busy and much may have
  /// to be taken back; whoever waits this long has a defect to report.
  private static let patienceNanoseconds: Int64 = 30_000_000_000

  /// Starts the file system and waits until it is mounted. Both folders must be there.
  ///
  /// - Parameters:
  ///   - backing: the folder that holds the data; it must not be changed by others meanwhile.
  ///   - mount: the folder to mount on.
  ///   - program: the program of which `arguments`, followed by the two folders, make it call
  ///     ``DiskService/run(backing:mount:)``.
  ///   - arguments: its first arguments.
  /// - Throws: ``ExitCode/unavailable`` when this machine does not allow it, with the reason.
  public init(
    backing: String, mount: String, program: String, arguments: [String] = [DiskService.word]
  ) throws(Failure) {
    self.backing = backing
    self.mount = mount
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0
    else {
      throw Failure(.unavailable, "the disk at \(mount): no socket: \(File.systemMessage())")
    }
    descriptor = ends[0]
    var words = ([program] + arguments + [backing, mount]).map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    child = plumbline_spawn(program, &words, environ, ends[1], ends[1], 2, nil)
    let cause = File.systemMessage()
    close(ends[1])
    guard child > 0 else {
      throw Failure(.unavailable, "the disk at \(mount): \(program): \(cause)")
    }
    _ = try answer()
  }

  deinit {
    end()
    close(descriptor)
  }

  /// What a loss of power took.
  public struct Loss: Sendable, Equatable {
    /// How many files lost data or their size.
    public let files: Int
    /// How many written bytes were lost.
    public let bytes: Int
    /// How many changes of names (made, removed, renamed) were lost.
    public let names: Int
  }

  /// What was counted.
  public struct Statistics: Sendable, Equatable {
    /// How many writes were made.
    public let writes: Int
    /// How many syncs were answered with success.
    public let syncs: Int
    /// What would be lost now.
    public let atRisk: Loss
  }

  /// Loses what was not synced, as when the power fails; syncs under way fail. Time is linear in
  /// what is lost.
  ///
  /// - Throws: ``ExitCode/unavailable`` when the process of the disk is gone or could not do it;
  ///   so do all others here.
  public func lose() throws(Failure) -> Loss {
    let numbers = try ask(.lose, count: 3)
    return Loss(files: numbers[0], bytes: numbers[1], names: numbers[2])
  }

  /// Puts everything on the disk.
  public func sync() throws(Failure) { _ = try ask(.sync) }

  /// From now on, or no longer, nothing may grow: ENOSPC.
  public func setFull(_ isFull: Bool) throws(Failure) { _ = try ask(.full(isFull)) }

  /// From now on, or no longer, syncs fail: EIO. Nothing gets on the disk by them.
  public func failSyncs(_ areFailing: Bool) throws(Failure) { _ = try ask(.failSyncs(areFailing)) }

  /// From now on each sync takes this long; 0 for none.
  public func slowSyncs(milliseconds: Int) throws(Failure) {
    _ = try ask(.slowSyncs(milliseconds: max(milliseconds, 0)))
  }

  /// What was counted so far.
  public func statistics() throws(Failure) -> Statistics {
    let numbers = try ask(.statistics, count: 5)
    return Statistics(
      writes: numbers[0], syncs: numbers[1],
      atRisk: Loss(files: numbers[2], bytes: numbers[3], names: numbers[4]))
  }

  /// Takes the mount away, even where it is in use, and ends the process. What was not synced
  /// stays. Does nothing the second time.
  public func end() {
    guard !isEnded else { return }
    isEnded = true
    if (try? ask(.end)) == nil {
      kill(child, SIGKILL)
      plumbline_disk_unmount(mount)
    }
    shutdown(descriptor, Int32(SHUT_RDWR))
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
  }

  // MARK: Conversation

  private func ask(_ command: DiskCommand, count: Int = 0) throws(Failure) -> [Int] {
    let bytes = Array((command.line + "\n").utf8)
    guard send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
      throw Failure(.unavailable, "the disk at \(mount): its process is gone")
    }
    let numbers = try answer()
    guard numbers.count == count else {
      throw Failure(.defect, "the disk at \(mount): \(numbers) is no answer to “\(command.line)”")
    }
    return numbers.map { Int($0) }
  }

  private func answer() throws(Failure) -> [Int64] {
    let limit = MonotonicClock.shared.now + Disk.patienceNanoseconds
    while true {
      if let end = received.firstIndex(of: 0x0A) {
        let line = String(decoding: received[..<end], as: UTF8.self)
        received.removeSubrange(...end)
        switch DiskAnswer(line) {
        case .done(let numbers)?: return numbers
        case .refused(let words)?: throw Failure(.unavailable, "the disk at \(mount): \(words)")
        case nil: throw Failure(.defect, "the disk at \(mount): “\(line)” is no answer")
        }
      }
      try receive(before: limit)
    }
  }

  private func receive(before limit: Int64) throws(Failure) {
    let left = limit - MonotonicClock.shared.now
    var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard left > 0 else { throw Failure(.unavailable, "the disk at \(mount) does not answer") }
    guard poll(&ready, 1, Int32(clamping: left / 1_000_000 + 1)) > 0 else { return }
    var buffer = [UInt8](repeating: 0, count: 1024)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    if count < 0, errno == EINTR { return }
    guard count > 0 else {
      throw Failure(.unavailable, "the disk at \(mount): its process is gone")
    }
    received += buffer.prefix(count)
  }
}
