import Foundation
import TestMachine
import Testing

/// `docs/how-to/bring-your-own-log.md` is done as a reader would do it.
@Suite(.needs(programs: ["bash"], packages: ["bash"]))
struct OwnLogPageTests {
  private static let page = "docs/how-to/bring-your-own-log.md"

  /// Each command ends as the page says; what it writes goes elsewhere.
  @Test func thePageWorks() throws {
    let page = try String(contentsOf: CommandTests.root.appending(path: Self.page), encoding: .utf8)
    let map = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).map")
    defer { try? FileManager.default.removeItem(at: map) }
    var commands = 0
    for (place, part) in page.components(separatedBy: "```").enumerated()
    where place % 2 == 1 && part.hasPrefix("sh\n") {
      for line in part.split(separator: "\n").dropFirst() {
        let expected = line.firstMatch(of: /# exits (\d+)/).map { String($0.output.1) } ?? "0"
        let command = line.replacing("client.map", with: map.path)
        let ending = try shell(String(command))
        #expect(ending.code == Int32(expected), "\(line)\n\(ending.text)")
        commands += 1
      }
    }
    #expect(commands == 15)
  }

  /// Every example is on the page, and every one that needs a map has it.
  @Test func everyExampleIsThere() throws {
    let page = try String(contentsOf: CommandTests.root.appending(path: Self.page), encoding: .utf8)
    let folder = CommandTests.root.appending(path: "histories/foreign")
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      #expect(page.contains(name), "\(name)")
    }
  }

  /// A project's map is for what nobody knows without it.
  @Test func aProjectHasItsMap() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let foreign = CommandTests.root.appending(path: "histories/foreign").path
    let map = try String(contentsOfFile: foreign + "/slog.map", encoding: .utf8)
    let project = folder.appending(path: ".plumbline.json5")
    let object = String(map.drop { $0 != "{" })
    try "{ map: \(object) }".write(to: project, atomically: true, encoding: .utf8)
    func check(_ name: String) throws -> (code: Int32, text: String) {
      try shell("cd \(folder.path) && plumbline check -q \(foreign)/\(name)")
    }
    #expect(try check("slog.jsonl").code == 0)
    // What is known is read as ever.
    #expect(try check("client-1.jsonl").code == 1)
    try "{ mop: {} }".write(to: project, atomically: true, encoding: .utf8)
    let refused = try check("slog.jsonl")
    #expect(refused.code == 65 && refused.text.contains("did you mean map?"), "\(refused.text)")
  }

  private func shell(_ command: String) throws -> (code: Int32, text: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["bash", "-c", "set -o pipefail\n" + command]
    process.currentDirectoryURL = CommandTests.root
    var environment = ProcessInfo.processInfo.environment
    let path = environment["PATH"] ?? "/usr/bin:/bin"
    environment["PATH"] = CommandTests.binary.deletingLastPathComponent().path + ":" + path
    process.environment = environment
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: text, as: UTF8.self))
  }
}
