import Foundation
import Testing

/// `check --follow`, as its user runs it.
struct FollowTests {
  private static let header = #"{"plumbline":1,"model":"register","initial":0}"#

  private static func event(
    _ process: Int, _ type: String, _ function: String, _ value: String
  ) -> String {
    #"{"process":\#(process),"type":"\#(type)","f":"\#(function)","value":\#(value)}"#
  }

  /// A write that is over, then a read of what was before.
  private static let violation = [
    header, event(0, "invoke", "write", "1"), event(0, "ok", "write", "1"),
    event(1, "invoke", "read", "null"), event(1, "ok", "read", "0"),
  ]

  /// What nobody else may come to say: times.
  private static func timeless(_ text: String) -> String {
    text.replacing(/"seconds":[0-9.e-]+/, with: "")
      .replacing(/[0-9.]+ (µs|us|ms|ns|s)/, with: "")
  }

  @Test(arguments: ["--json", "--ascii"])
  func aViolationReadsAsCheckSaysIt(form: String) throws {
    let text = Self.violation.joined(separator: "\n") + "\n"
    let later = text + Self.event(1, "invoke", "read", "null") + "\n"
    let followed = try CommandTests.run("check", "--follow", form, "-", input: later)
    let checked = try CommandTests.run("check", form, "-", input: text)
    #expect(followed.code == 1)
    #expect(Self.timeless(followed.output) == Self.timeless(checked.output))
    #expect(followed.errors == "")
  }

  @Test func standardInputThatEndsWellIsLinearizable() throws {
    let lines = Self.violation.dropLast() + [Self.event(1, "ok", "read", "1")]
    let text = lines.joined(separator: "\n") + "\n{\"process\":0,\"ty"
    let followed = try CommandTests.run("check", "--follow", "-", input: text)
    let checked = try CommandTests.run("check", "-", input: text)
    #expect(followed.code == 0)
    // What answered is another; what was found, and the torn last line, is the same.
    let algorithm = /, , [-+a-z]+/
    #expect(
      Self.timeless(followed.output).replacing(algorithm, with: "")
        == Self.timeless(checked.output).replacing(algorithm, with: ""))
    #expect(followed.output.contains("streaming"))
  }

  @Test(arguments: [
    ["{\"process\":0}"], [event(0, "ok", "read", "1")], ["nonsense"],
    [event(0, "invoke", "write", "1"), event(0, "ok", "write", "2")],
    [event(0, "invoke", "enqueue", "1")],
  ])
  func aBadLineIsRefusedAsCheckRefusesIt(lines: [String]) throws {
    let text = ([Self.header] + lines).joined(separator: "\n") + "\n"
    let followed = try CommandTests.run("check", "--follow", "-", input: text)
    #expect(followed == (try CommandTests.run("check", "-", input: text)))
    #expect(followed.code == 65)
  }

  @Test(arguments: [
    (["check", "--follow"], "check needs at least one FILE (- is standard input)"),
    (["check", "--follow", "a", "b"], "--follow takes one FILE (- is standard input)"),
    (["check", "--follow", "--format=edn", "a"], "--follow reads jsonl, not edn"),
    (["check", "--until-quiet=1s", "a"], "--until-quiet is for --follow"),
    (
      ["check", "--follow", "--witness=w", "a"],
      "--follow forgets operations, so there is no --witness"
    ),
  ])
  func wrongUsageIsNamed(words: [String], message: String) throws {
    let ending =
      switch words.count {
      case 2: try CommandTests.run(words[0], words[1])
      case 3: try CommandTests.run(words[0], words[1], words[2])
      default: try CommandTests.run(words[0], words[1], words[2], words[3])
      }
    #expect(
      ending == CommandTests.Ending(code: 64, output: "", errors: "plumbline: \(message)\n"))
  }

  /// The file grows while it is followed, a line in two halves, and the violation ends it.
  @Test func aGrowingFileIsFollowed() throws {
    let file = FileManager.default.temporaryDirectory.appending(
      path: "follow-\(UUID().uuidString).jsonl")
    defer { try? FileManager.default.removeItem(at: file) }
    let text = Array((Self.violation.joined(separator: "\n") + "\n").utf8)
    try Data(text[..<60]).write(to: file)
    let process = Process()
    process.executableURL = CommandTests.binary
    process.arguments = ["check", "--follow", "--json", file.path]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let writer = try FileHandle(forWritingTo: file)
    try writer.seekToEnd()
    for start in stride(from: 60, to: text.count, by: 50) {
      try writer.write(contentsOf: text[start..<min(text.count, start + 50)])
      usleep(20_000)
    }
    let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 1)
    let checked = try CommandTests.run("check", "--json", file.path)
    #expect(Self.timeless(said) == Self.timeless(checked.output))
  }

  /// Nothing new for a while is the end, where the user says so.
  @Test func silenceEndsTheFile() throws {
    let file = FileManager.default.temporaryDirectory.appending(
      path: "follow-\(UUID().uuidString).jsonl")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data((Self.violation.dropLast().joined(separator: "\n") + "\n").utf8).write(to: file)
    let ending = try CommandTests.run("check", "--follow", "--until-quiet=200ms", file.path)
    #expect(ending.code == 0)
    #expect(
      Self.timeless(ending.output).hasSuffix("register, 2 operations, 1 unknown, , streaming\n"))
  }
}
