import Base
import CLinux
import Glibc

extension Sandbox {
  /// Runs this program again, inside, with the same descriptors and terminal, and waits for it.
  ///
  /// Signals (SIGINT, SIGTERM, SIGHUP) are passed on. The caller ends with the code returned and
  /// does nothing else: it is only there to be waited for and killed. To be called before the
  /// process has threads or children.
  ///
  /// - Parameter arguments: the command line of the program, its name first.
  /// - Returns: the exit code of the program inside, or 128 + the signal that ended it.
  /// - Throws: ``ExitCode/unavailable`` with the reason when this machine does not allow it.
  public static func enter(arguments: [String]) throws(Failure) -> Int32 {
    var denials: [Denial] = []
    for way in Way.all(isRoot: geteuid() == 0) where denials.allSatisfy(way.isWorthTrying) {
      var entry = plumbline_entry()
      let code = run(arguments, way, &entry)
      if code >= 0 { return code }
      denials.append(Denial(way: way, entry: entry))
    }
    throw Failure(.unavailable, "no sandbox can be had: \(Denial.words(of: denials))")
  }

  private static func run(
    _ arguments: [String], _ way: Way, _ entry: inout plumbline_entry
  ) -> Int32 {
    var words = arguments.map { strdup($0) } + [nil]
    let prefix = "\(marker)=\(way.hasOwnProcesses ? "processes" : "shared-processes"):"
    let mark = strdup(prefix + String(repeating: "0", count: 20))
    var variables = inheritedEnvironment().map { strdup($0) } + [mark, nil]
    defer { (words + variables).forEach { free($0) } }
    return plumbline_sandbox_run(
      program(), &words, &variables, mark.map { $0 + prefix.utf8.count }, way.flags, &entry)
  }

  /// The file of this program, by its own name where that leads to it, so that lists of processes
  /// show it; it may have been replaced meanwhile.
  private static func program() -> String {
    let link = "/proc/self/exe"
    var buffer = [CChar](repeating: 0, count: 4096)
    var (own, named) = (stat(), stat())
    guard readlink(link, &buffer, buffer.count - 1) > 0, stat(link, &own) == 0,
      stat(buffer, &named) == 0, access(buffer, X_OK) == 0,
      own.st_ino == named.st_ino, own.st_dev == named.st_dev
    else { return link }
    return buffer.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } } ?? link
  }

  /// The variables of this process, the marker left out.
  private static func inheritedEnvironment() -> [String] {
    Environment.variables().filter { !$0.hasPrefix(marker + "=") }
  }
}
