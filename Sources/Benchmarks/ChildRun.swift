import Base
import Glibc

/// A program that was run to its end: what it took, and what it said.
///
/// The kernel counts a child's memory from the moment of its start, when it still is its parent's:
/// whoever starts one should be small (``Suite`` starts children before it fills its own memory).
struct ChildRun {
  var exitCode: Int32
  var output: [UInt8]
  /// From start to end.
  var wallSeconds: Double
  /// Computed by all threads, the kernel's part included.
  var processorSeconds: Double
  /// The most memory that was resident at once.
  var peakBytes: Double

  /// Runs a program, looked for in PATH, its output kept in a file of the folder.
  ///
  /// - Throws: ``Failure`` (unavailable) when it cannot be started.
  init(_ words: [String], in folder: String) throws(Failure) {
    let log = folder + "/output"
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    let arguments = words.map { strdup($0) } + [nil]
    defer { arguments.forEach { free($0) } }
    var child: pid_t = 0
    let clock = MonotonicClock()
    let problem = posix_spawnp(&child, words[0], &actions, nil, arguments, environ)
    guard problem == 0 else {
      throw Failure(.unavailable, "\(words[0]): \(File.systemMessage(problem))")
    }
    var status: Int32 = 0
    var usage = rusage()
    while wait4(child, &status, 0, &usage) < 0, errno == EINTR {}
    wallSeconds = Double(clock.now) * 1e-9
    processorSeconds = ChildRun.seconds(usage.ru_utime) + ChildRun.seconds(usage.ru_stime)
    peakBytes = Double(usage.ru_maxrss) * 1024
    exitCode = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
    output = try File.read(log)
  }

  private static func seconds(_ time: timeval) -> Double {
    Double(time.tv_sec) + Double(time.tv_usec) * 1e-6
  }
}

/// A folder of its own that is gone afterwards.
struct ScratchFolder: ~Copyable {
  let path: String

  init() throws(Failure) {
    path = try File.makeTemporaryFolder("plumbline-benchmarks")
  }

  deinit {
    for name in (try? File.names(in: path)) ?? [] { unlink(path + "/" + name) }
    rmdir(path)
  }
}
