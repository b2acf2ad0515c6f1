import Base
import Glibc

/// Whether there is a C compiler.
enum CompilerTrial {
  static let missing = "there is no C compiler (cc, gcc or clang) in PATH"

  /// For the list of what this machine allows.
  static var capability: Capability {
    Capability(
      name: "compiler", purpose: "clocks of nodes that are off",
      obstacle: compiler() == nil ? missing : nil)
  }

  /// The path of the first that there is.
  static func compiler() -> String? {
    let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
    for name in ["cc", "gcc", "clang"] {
      for folder in path.split(separator: ":") {
        let candidate = "\(folder)/\(name)"
        if access(candidate, X_OK) == 0, File.kind(candidate) == .file { return candidate }
      }
    }
    return nil
  }
}
