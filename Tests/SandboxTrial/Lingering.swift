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
  static func adoptOrphans() throws(Failure) {
    let child = start("(sleep 0.2; exit 9) & exit 3")
    var status: Int32 = 0
    let waited = waitpid(child, &status, 0)
    Trial.say("own child \(waited == child) status \(status >> 8)")
    usleep(500_000)
    Trial.say("another child \(waitpid(-1, &status, WNOHANG) > 0)")
    var processes: [String] = []
    for id in 1...200 where File.kind("/proc/\(id)") == .folder {
      let text = String(decoding: try File.read("/proc/\(id)/stat"), as: UTF8.self)
      let state = text.split(separator: ")").last.map { $0.dropFirst().prefix(1) } ?? "?"
      processes.append("\(id)\(state == "Z" ? " dead" : "")")
    }
    Trial.say("processes \(processes.joined(separator: ", "))")
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
