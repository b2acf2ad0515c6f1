import Base
import Glibc

/// Whether there is a C compiler, and what it makes works.
enum CompilerTrial {
  static let missing = "there is no C compiler (cc, gcc or clang) in PATH"

  /// For the list of what this machine allows.
  static func capability(compiles: Bool) -> Capability {
    Capability(
      name: "compiler", purpose: "clocks of nodes that are off",
      obstacle: compiler() == nil ? missing : compiles ? obstacle() : nil)
  }

  /// Why the library that moves clocks cannot be made here, on one line: tried in a folder of its
  /// own, which is removed.
  private static func obstacle() -> String? {
    do throws(Failure) {
      let folder = try File.makeTemporaryFolder("plumbline-compiler")
      defer {
        for name in (try? File.names(in: folder)) ?? [] { unlink("\(folder)/\(name)") }
        rmdir(folder)
      }
      _ = try ClockShim.build(into: folder)
      return nil
    } catch {
      return error.message.split(separator: "\n").prefix(2).joined(separator: " ")
    }
  }

  /// The path of the first that there is.
  static func compiler() -> String? {
    let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
    for name in ["cc", "gcc", "clang"] {
      for folder in path.split(separator: ":") {
        let candidate = "\(folder)/\(name)"
        if access(candidate, X_OK) == 0, File.isRegular(candidate) { return candidate }
      }
    }
    return nil
  }
}
