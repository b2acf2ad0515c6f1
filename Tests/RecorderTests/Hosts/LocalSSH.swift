import Base
import Foundation
import Glibc

@testable import Recorder

/// An ssh server on loopback addresses with keys of its own, for one test.
final class LocalSSH {
  let folder: String
  private let server: ChildProcess
  private static let port = 20_000 + Int(getpid()) % 20_000

  /// Where the programs are, or why there are none.
  static let obstacle: String? = {
    for path in ["/usr/sbin/sshd", "/usr/bin/ssh", "/usr/bin/ssh-keygen"]
    where access(path, X_OK) != 0 {
      return "\(path) is missing (Debian's openssh-server and openssh-client)"
    }
    return nil
  }()

  /// The ssh client for it.
  var client: String { "ssh -F \(folder)/ssh_config" }

  /// Starts one in a folder.
  init(_ parent: String, hosts: [String]) throws {
    folder = parent + "/ssh"
    try File.makeFolder(folder)
    // The server insists on it where it runs as root.
    if getuid() == 0 { mkdir("/run/sshd", 0o755) }
    for name in ["host", "user"] {
      let maker = Process()
      maker.executableURL = URL(filePath: "/usr/bin/ssh-keygen")
      maker.arguments = ["-q", "-t", "ed25519", "-N", "", "-f", "\(folder)/\(name)"]
      try maker.run()
      maker.waitUntilExit()
    }
    let listen = hosts.map { "ListenAddress \($0)\n" }.joined()
    try """
    Port \(Self.port)
    \(listen)HostKey \(folder)/host
    AuthorizedKeysFile \(folder)/user.pub
    PidFile none
    StrictModes no
    UsePAM no
    PasswordAuthentication no

    """.write(toFile: folder + "/sshd_config", atomically: true, encoding: .utf8)
    try """
    Host *
      Port \(Self.port)
      IdentityFile \(folder)/user
      IdentitiesOnly yes
      UserKnownHostsFile \(folder)/known
      StrictHostKeyChecking no
      LogLevel ERROR

    """.write(toFile: folder + "/ssh_config", atomically: true, encoding: .utf8)
    server = try ChildProcess(
      server: "/usr/sbin/sshd", arguments: ["-D", "-e", "-f", folder + "/sshd_config"],
      environment: Environment.variables(), log: folder + "/sshd.log")
    let log = folder + "/sshd.log"
    _ = waits {
      ((try? String(contentsOfFile: log, encoding: .utf8)) ?? "")
        .split(whereSeparator: \.isNewline).count { $0.contains("listening") } >= hosts.count
    }
  }

  deinit { server.end() }
}
