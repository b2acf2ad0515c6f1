import Foundation
import Testing

/// `docs/explanation/checking.md` shows commands and what they print.
struct CheckingPageTests {
  /// Every `$` line of the page is run by a shell, and what follows it is what was printed; only
  /// the durations may differ.
  @Test func thePageShowsWhatTheCommandsPrint() throws {
    let page = try String(
      contentsOf: CommandTests.root.appending(path: "docs/explanation/checking.md"),
      encoding: .utf8)
    let blocks = page.components(separatedBy: "```\n").filter { $0.hasPrefix("$ ") }
    #expect(blocks.count == 2)
    for block in blocks {
      let lines = block.split(separator: "\n", omittingEmptySubsequences: false)
      let printed = try lines.filter { $0.hasPrefix("$ ") }
        .map { "\($0)\n" + (try shell(String($0.dropFirst(2)))) }
      #expect(timeless(printed.joined()) == timeless(block))
    }
  }

  /// The rungs and engines that the page names are those that there are.
  @Test func thePageNamesEveryRung() throws {
    let page = try String(
      contentsOf: CommandTests.root.appending(path: "docs/explanation/checking.md"),
      encoding: .utf8)
    var named: Set<String> = []
    for line in page.split(separator: "\n") where line.hasPrefix("| `") {
      let cell = line.dropFirst(2).prefix { $0 != "|" }
      named.formUnion(cell.matches(of: /`([a-z-]+)`/).map { String($0.output.1) })
    }
    named.subtract(["ok", "info", "fail", "algorithm"])
    var names: Set<String> = []
    let checker = CommandTests.root.appending(path: "Sources/Checker")
    for folder in ["Monitors", "Search"] {
      let files = FileManager.default.enumerator(atPath: checker.appending(path: folder).path)
      while let file = files?.nextObject() as? String {
        guard file.hasSuffix(".swift") else { continue }
        let text = try String(
          contentsOf: checker.appending(path: "\(folder)/\(file)"), encoding: .utf8)
        names.formUnion(
          text.matches(of: /Rung\((?:name: )?"([a-z-]+)"/).map { String($0.output.1) })
        names.formUnion(
          text.matches(of: /static let (?:depthFirst|frontier|beam) = "([a-z-]+)"/)
            .map { String($0.output.1) })
      }
    }
    #expect(named == names)
  }

  private func shell(_ command: String) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", command]
    process.currentDirectoryURL = CommandTests.root
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    process.environment = [
      "PATH": "\(CommandTests.binary.deletingLastPathComponent().path):\(path)", "NO_COLOR": "1",
    ]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: text, as: UTF8.self)
  }

  private func timeless(_ text: String) -> String {
    text.replacing(#/, [0-9.]+ (?:µs|us|ms|s), /#, with: ", …, ")
  }
}
