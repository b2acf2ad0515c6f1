import Base
import Glibc

/// Finds a program as a shell would.
public enum ProgramPath {
  /// The path of a program that can be run.
  ///
  /// - Parameters:
  ///   - program: its name, or its path.
  ///   - packages: the Debian packages that have it; none for a program of the user's own.
  ///   - role: what it is to the reader, for messages.
  /// - Returns: its path.
  /// - Throws: ``ExitCode/unavailable`` when there is none, or it cannot be run.
  public static func resolve(
    _ program: String, packages: [String] = [], role: String = "the program of a node"
  ) throws(Failure) -> String {
    let names = packages.joined(separator: ", ")
    let hint = packages.isEmpty ? "" : "; it is in the Debian package \(names)"
    if program.contains("/") {
      guard !canRun(program) else { return program }
      let isFolder = File.kind(program) == .folder
      let cause = isFolder ? "is a directory" : File.systemMessage(runCause(program))
      throw Failure(.unavailable, "\(role) cannot be run: \(program): \(cause)\(hint)")
    }
    let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
    var folders = path.split(separator: ":").map(String.init)
    // Servers of Debian's packages are where an ordinary user's PATH does not look.
    if !packages.isEmpty { folders += ["/usr/sbin", "/sbin", "/usr/local/sbin"] }
    for folder in folders where canRun("\(folder)/\(program)") { return "\(folder)/\(program)" }
    let here = File.kind(program) == .file ? "; did you mean ./\(program)?" : ""
    throw Failure(.unavailable, "\(role) is not in PATH: \(program)\(here)\(hint)")
  }

  /// Why a program cannot be run, in the words of ``resolve(_:packages:role:)``; nil where it can.
  public static func obstacle(
    _ program: String, packages: [String] = [], role: String = "the program of a node"
  ) -> String? {
    do throws(Failure) {
      _ = try resolve(program, packages: packages, role: role)
      return nil
    } catch { return error.message }
  }

  private static func canRun(_ path: String) -> Bool {
    access(path, X_OK) == 0 && File.isRegular(path)
  }

  private static func runCause(_ path: String) -> Int32 {
    access(path, X_OK) == 0 ? EACCES : errno
  }
}
