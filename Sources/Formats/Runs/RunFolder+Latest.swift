import Base
import Glibc

extension RunFolder {
  /// Points ``latest`` in a folder of runs at one of them, in one step.
  ///
  /// - Throws: ``ExitCode/cannotCreate``.
  public static func mark(latest name: String, in out: String) throws(Failure) {
    let latest = "\(out)/\(RunFolder.latest)"
    let draft = "\(out)/.\(RunFolder.latest)\(getpid())"
    unlink(draft)
    if symlink(name, draft) != 0 || rename(draft, latest) != 0 {
      let cause = File.systemMessage()
      unlink(draft)
      throw Failure(.cannotCreate, "\(latest): \(cause)")
    }
  }
}
