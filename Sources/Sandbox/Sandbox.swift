import Glibc

/// Namespaces of our own: processes, network and mounts that end when plumbline does.
public enum Sandbox {
  /// What kind of sandbox this process is in.
  public struct Inside: Sendable, Equatable {
    /// Whether it has a process namespace; where it has none, processes that a server left on its
    /// own may survive a `kill -9` of plumbline.
    public let hasOwnProcesses: Bool
  }

  /// The variable that says so to the program inside.
  static let marker = "PLUMBLINE_SANDBOX"

  /// The sandbox that this process is in, or nil when it is in none.
  ///
  /// The marker names the network namespace, so one that was inherited or made up elsewhere is not
  /// believed.
  public static var inside: Inside? {
    guard let value = getenv(marker) else { return nil }
    let parts = String(cString: value).split(separator: ":")
    var status = stat()
    guard parts.count == 2, let number = UInt64(parts[1]), number > 0,
      stat("/proc/self/ns/net", &status) == 0, UInt64(status.st_ino) == number
    else { return nil }
    return Inside(hasOwnProcesses: parts[0] == "processes")
  }

  /// Whether this process is in a sandbox.
  public static var isInside: Bool { inside != nil }
}
