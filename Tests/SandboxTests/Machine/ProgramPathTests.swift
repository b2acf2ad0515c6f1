import Base
import Foundation
import Glibc
import Testing

@testable import Sandbox

/// Programs are found as a shell finds them, and what is missing is said with its package.
struct ProgramPathTests {
  private func failure(_ program: String, packages: [String] = []) -> String? {
    ProgramPath.obstacle(program, packages: packages)
  }

  @Test func aProgramThatIsNotThereIsAMessage() {
    #expect(
      failure("/no/such")
        == "the program of a node cannot be run: /no/such: No such file or directory")
    #expect(failure("no-such-program") == "the program of a node is not in PATH: no-such-program")
    #expect(failure("/tmp") == "the program of a node cannot be run: /tmp: is a directory")
    #expect(
      failure("no-such-server", packages: ["a", "b"])
        == "the program of a node is not in PATH: no-such-server; it is in the Debian package a, b")
    #expect(
      ProgramPath.obstacle("no-ssh", role: "the ssh client")
        == "the ssh client is not in PATH: no-ssh")
  }

  /// Something of that name that is no program of a file does not count, whoever asks.
  @Test func onlyAFileThatMayBeRunIsAProgram() throws {
    #expect(try ProgramPath.resolve("sh").hasSuffix("/sh"))
    let path = FileManager.default.temporaryDirectory.path + "/plumbline-program-\(UUID())"
    try File.replace(path, with: [])
    defer { unlink(path) }
    chmod(path, 0o644)
    #expect(
      failure(path) == "the program of a node cannot be run: \(path): Permission denied")
    chmod(path, 0o755)
    #expect(failure(path) == nil)
    #expect(
      failure("/dev/null") == "the program of a node cannot be run: /dev/null: Permission denied")
  }
}
