import Base
import CLinux
import Glibc

/// A child process with pipes for standard input and output, the leader of its own group.
///
/// The kernel kills it when this process dies in any way, so nothing is left behind.
struct ChildProcess {
  /// How a process ended.
  enum Ending: Equatable {
    case exited(Int32)
    case signalled(Int32)

    var description: String {
      switch self {
      case .exited(let code): "exited with code \(code)"
      case .signalled(let number): "was ended by signal \(number)"
      }
    }
  }

  /// Its process id.
  let id: pid_t
  /// When it was started, in the kernel's ticks: tells it from a later process of the same id.
  let startTicks: UInt64
  /// Where its standard input is written; non-blocking.
  let input: Int32
  /// Where its standard output is read; non-blocking.
  let output: Int32

  /// Where a program is started, if not where we are.
  struct Place {
    /// A descriptor of its network namespace; nil for ours.
    var network: Int32?
    /// Its working directory; nil for ours.
    var folder: String?
    /// Whether it gets a mount namespace of its own.
    var hasOwnMounts = false
  }

  /// Starts a program that talks through its standard streams.
  ///
  /// - Throws: ``ExitCode/unavailable`` when it cannot be started, ``ExitCode/cannotCreate`` when
  ///   its log cannot be made.
  init(
    path: String, arguments: [String], environment: [String], log: String, place: Place = Place()
  ) throws(Failure) {
    let descriptor = try File.open(log, .appended)
    defer { close(descriptor) }
    var toChild: [Int32] = [-1, -1]
    var fromChild: [Int32] = [-1, -1]
    guard plumbline_pipe(&toChild) == 0 else {
      throw Failure(.unavailable, "\(path): no pipe: \(File.systemMessage())")
    }
    guard plumbline_pipe(&fromChild) == 0 else {
      let cause = File.systemMessage()
      toChild.forEach { close($0) }
      throw Failure(.unavailable, "\(path): no pipe: \(cause)")
    }
    defer {
      close(toChild[0])
      close(fromChild[1])
    }
    do throws(Failure) {
      id = try ChildProcess.spawn(
        path, arguments, environment, [toChild[0], fromChild[1], descriptor], place)
    } catch {
      close(toChild[1])
      close(fromChild[0])
      throw error
    }
    plumbline_pipe_capacity(toChild[1], 1 << 20)
    plumbline_pipe_capacity(fromChild[0], 1 << 20)
    _ = plumbline_nonblocking(toChild[1])
    _ = plumbline_nonblocking(fromChild[0])
    startTicks = ProcessState.read(id)?.startTicks ?? 0
    input = toChild[1]
    output = fromChild[0]
  }

  /// Starts a server: its standard input is empty, both its outputs go to the log.
  ///
  /// - Throws: as above.
  init(
    server path: String, arguments: [String], environment: [String], log: String,
    place: Place = Place()
  ) throws(Failure) {
    let descriptor = try File.open(log, .appended)
    defer { close(descriptor) }
    let nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)
    defer { close(nothing) }
    id = try ChildProcess.spawn(
      path, arguments, environment, [nothing, descriptor, descriptor], place)
    startTicks = ProcessState.read(id)?.startTicks ?? 0
    input = -1
    output = -1
  }

  private static func spawn(
    _ path: String, _ arguments: [String], _ environment: [String], _ streams: [Int32],
    _ place: Place
  ) throws(Failure) -> pid_t {
    var words = ([path] + arguments).map { strdup($0) } + [nil]
    var variables = environment.map { strdup($0) } + [nil]
    let folder = place.folder.map { strdup($0) } ?? nil
    defer { (words + variables + [folder]).forEach { free($0) } }
    var target = plumbline_place(
      network: place.network ?? -1, own_mounts: place.hasOwnMounts ? 1 : 0,
      folder: UnsafePointer(folder))
    let child = plumbline_spawn(
      path, &words, &variables, streams[0], streams[1], streams[2], &target)
    guard child > 0 else {
      throw Failure(
        .unavailable, "the program of a node cannot be started: \(path): \(File.systemMessage())")
    }
    return child
  }

  /// Sends a signal to the process and those it started.
  func signal(_ number: Int32) {
    if Glibc.kill(-id, number) != 0 { Glibc.kill(id, number) }
  }

  /// The process and those it started, as long as they are of its group.
  var members: [pid_t] {
    let all = ((try? File.names(in: "/proc")) ?? []).compactMap { pid_t($0) }
    return all.filter { ProcessState.read($0)?.group == id }
  }

  /// How it ended, or nil while it runs; afterwards the id means nothing any more.
  func reap() -> Ending? {
    var status: Int32 = 0
    guard waitpid(id, &status, WNOHANG) == id else { return nil }
    return ChildProcess.ending(status)
  }

  /// Kills the process and its group, and waits until it is gone.
  func end() {
    signal(SIGKILL)
    var status: Int32 = 0
    while waitpid(id, &status, 0) < 0, errno == EINTR {}
  }

  /// Closes this side's ends of the pipes.
  func closePipes() {
    if input >= 0 { close(input) }
    if output >= 0 { close(output) }
  }

  private static func ending(_ status: Int32) -> Ending {
    let code = plumbline_wait_status(status)
    return code >= 256 ? .signalled(code - 256) : .exited(code)
  }
}

/// What the kernel says about a process (`/proc/PID/stat`, proc(5)).
struct ProcessState: Equatable {
  /// `R`, `S`, `D`, `T` (stopped), `Z`, …
  var letter: Character
  /// The process group.
  var group: pid_t
  /// When it was started, in ticks since the machine was.
  var startTicks: UInt64

  /// The process namespace that our numbers belong to, by its inode; null where it cannot be seen.
  static var namespace: JSON {
    var status = stat()
    guard stat("/proc/self/ns/pid", &status) == 0 else { return .null }
    return .integer(Int64(status.st_ino))
  }

  /// Reads the state, or nil when there is no such process.
  static func read(_ id: pid_t) -> ProcessState? {
    guard let bytes = try? File.read("/proc/\(id)/stat") else { return nil }
    // Why from the last parenthesis: a program's name may hold spaces and parentheses.
    let text = String(decoding: bytes, as: UTF8.self)
    guard let end = text.lastIndex(of: ")") else { return nil }
    let fields = text[text.index(after: end)...].split(separator: " ")
    guard fields.count > 19, let letter = fields[0].first, let group = pid_t(fields[2]),
      let ticks = UInt64(fields[19])
    else { return nil }
    return ProcessState(letter: letter, group: group, startTicks: ticks)
  }
}
