import Base
import Glibc

/// Processes that stay, and processes that nobody waits for.
enum Lingering {
  /// Starts what leaves its parent, its group and its session, says so, and waits for ever.
  static func stay() {
    start("setsid sleep 1000 & sleep 1000 & (sleep 1000 &) ; echo ready; wait")
    while true { pause() }
  }

  /// Dies of a signal, even where whoever started us had it blocked.
  static func die(of number: Int32) {
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, number)
    sigprocmask(SIG_UNBLOCK, &set, nil)
    signal(number, SIG_DFL)
    kill(getpid(), number)
  }

  /// Waits for one of the signals that are passed on, and says which came.
  static func awaitSignal() {
    var set = sigset_t()
    sigemptyset(&set)
    for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&set, number) }
    sigprocmask(SIG_BLOCK, &set, nil)
    Trial.say("ready")
    var number: Int32 = 0
    sigwait(&set, &number)
    Trial.say("signal \(number)")
  }

  /// A child leaves an orphan behind: the child's status is ours, the orphan is reaped by pid 1.
  static func adoptOrphans() {
    let child = start("(sleep 0.1; exit 9) & exit 3")
    var status: Int32 = 0
    let waited = waitpid(child, &status, 0)
    Trial.say("own child \(waited == child) status \(status >> 8)")
    let here = getpid()
    var others: [String] = []
    for _ in 0..<5_000 {
      others = processes(after: here)
      if others.isEmpty { break }
      usleep(1_000)
    }
    Trial.say("another child \(waitpid(-1, &status, WNOHANG) > 0)")
    Trial.say("later processes [\(others.joined(separator: ", "))]")
  }

  /// The processes that began after one of ours, dead or not.
  private static func processes(after id: pid_t) -> [String] {
    (id + 1...id + 20).filter { File.kind("/proc/\($0)") == .folder }.map { "\($0)" }
  }

  @discardableResult
  private static func start(_ script: String) -> pid_t {
    var words = (["/bin/sh", "-c", script] as [String]).map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    var child: pid_t = 0
    posix_spawn(&child, "/bin/sh", nil, nil, &words, environ)
    return child
  }
}
