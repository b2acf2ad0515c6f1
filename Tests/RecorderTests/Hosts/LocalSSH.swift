import Base
import Foundation
import Glibc
import Sandbox
import TestMachine

@testable import Experiments
@testable import Recorder

/// An ssh server on loopback addresses with keys of its own, for one test.
final class LocalSSH {
  let folder: String
  private let server: ChildProcess
  private static let port = 20_000 + Int(getpid()) % 20_000

  /// What it takes: the programs, and that the server lets in who runs the tests, which it does not
  /// do for an account that is locked, has no shell or has no name.
  static let works = Need { obstacle }

  private static let obstacle: String? = {
    for (program, package) in [
      ("ssh", "openssh-client"), ("ssh-keygen", "openssh-client"), ("sshd", "openssh-server"),
    ] {
      if let obstacle = ThisMachine.obstacle(program, [package]) { return obstacle }
    }
    let folder = FileManager.default.temporaryDirectory.path + "/plumbline-ssh-\(UUID())"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    do {
      try File.makeFolder(folder)
      var plan = Plan()
      plan.cluster = "http"
      plan.commands = [UserCommand("start", "true")]
      plan.hosts = [OwnCluster.address(17)]
      plan.hostFolder = folder
      let server = try LocalSSH(folder, hosts: plan.hosts)
      plan.ssh = server.client
      try HostTrial.require(plan, clock: MonotonicClock(), signal: { nil })
      withExtendedLifetime(server) {}
      return nil
    } catch {
      return "\(error)".split(separator: "\n").first.map(String.init)
    }
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
      maker.executableURL = URL(filePath: "/usr/bin/env")
      maker.arguments = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "\(folder)/\(name)"]
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
      server: try ProgramPath.resolve("sshd", packages: ["openssh-server"]),
      arguments: ["-D", "-e", "-f", folder + "/sshd_config"],
      environment: Environment.variables(), log: folder + "/sshd.log")
    let log = folder + "/sshd.log"
    _ = waits {
      ((try? String(contentsOfFile: log, encoding: .utf8)) ?? "")
        .split(whereSeparator: \.isNewline).count { $0.contains("listening") } >= hosts.count
    }
  }

  deinit { server.end() }
}
