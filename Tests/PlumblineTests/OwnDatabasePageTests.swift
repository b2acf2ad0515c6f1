import Foundation
import TestMachine
import Testing

/// `docs/how-to/test-your-own-database.md` is done as a reader would do it.
@Suite(.needsPython, .needs(programs: ["bash"], packages: ["bash"]))
struct OwnDatabasePageTests {
  /// Its programs are saved under the names that it gives, its commands are run in one shell, and
  /// each ends as it says; only the durations are shorter and the port is this test's.
  @Test(.timeLimit(.minutes(2))) func thePageWorks() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let page = try String(
      contentsOf: CommandTests.root.appending(path: "docs/how-to/test-your-own-database.md"),
      encoding: .utf8)
    var script = "trap 'kill $(jobs -p) 2>/dev/null' EXIT\n"
    var files: [String] = []
    var commands = 0
    let parts = page.components(separatedBy: "```")
    for index in stride(from: 1, to: parts.count, by: 2) {
      if parts[index].hasPrefix("python\n") {
        let name = try #require(
          parts[index - 1].matches(of: /`([a-z]+\.py)`/).first?.output.1)
        try parts[index].dropFirst(7).write(
          to: folder.appending(path: name), atomically: true, encoding: .utf8)
        files.append(String(name))
      } else if parts[index].hasPrefix("sh\n") {
        for line in parts[index].split(separator: "\n").dropFirst() {
          let expected = line.firstMatch(of: /# exits (\d)/).map { String($0.output.1) } ?? "0"
          commands += 1
          script += "\(line)\n"
          script +=
            "code=$?; [ $code -eq \(expected) ] || { echo \(commands): exit $code; exit 9; }\n"
        }
      }
    }
    #expect(files == ["store.py", "repair.py", "gossip.py"])
    #expect(commands == 9)
    let port = 20_000 + Int(ProcessInfo.processInfo.processIdentifier) % 10_000
    script.replace("8001", with: "\(port)")
    script.replace("--duration 5s", with: "--duration 2s")
    let ending = try run(script, in: folder)
    #expect(ending.code == 0, "\(ending.text)")
  }

  /// Runs it in a shell that takes signals as a reader's does: a test runs on a thread that has
  /// them blocked, and who is started from there would never hear of `kill`.
  private func run(_ script: String, in folder: URL) throws -> (code: Int32, text: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    let unblock = """
      import os, signal, sys
      signal.pthread_sigmask(signal.SIG_SETMASK, [])
      os.execv("/bin/bash", ["bash", "-c", sys.argv[1]])
      """
    process.arguments = ["python3", "-c", unblock, script]
    process.currentDirectoryURL = folder
    var environment = ProcessInfo.processInfo.environment
    let path = environment["PATH"] ?? "/usr/bin:/bin"
    environment["PATH"] = "\(CommandTests.binary.deletingLastPathComponent().path):\(path)"
    environment["NO_COLOR"] = "1"
    process.environment = environment
    let output = folder.appending(path: "output.txt")
    try Data().write(to: output)
    let handle = try FileHandle(forWritingTo: output)
    process.standardOutput = handle
    process.standardError = handle
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    let text = try String(contentsOf: output, encoding: .utf8)
    return (process.terminationStatus, text)
  }
}
