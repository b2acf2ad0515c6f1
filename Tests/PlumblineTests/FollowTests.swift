import Checker
import Findings
import Foundation
import Histories
import Report
import Testing

@testable import plumbline

private struct Unfinished: Error {
  var said: String
}

/// `check --follow`, as its user runs it.
struct FollowTests {
  private static let header = #"{"plumbline":1,"model":"register","initial":0}"#

  private static func event(
    _ process: Int, _ type: String, _ function: String, _ value: String
  ) -> String {
    #"{"process":\#(process),"type":"\#(type)","f":"\#(function)","value":\#(value)}"#
  }

  /// What is whole and of another format is read as check reads it, or refused with its reason.
  @Test func anotherFormatHasItsOwnReason() throws {
    let text = "process,type,f,value,time\n0,invoke,write,1,10\n0,ok,write,1,5\n"
    let followed = try CommandTests.run("check", "--follow", "-", input: text)
    #expect(followed == (try CommandTests.run("check", "-", input: text)))
    #expect(followed.output.contains("before it was invoked at 10"))
  }

  /// Where nobody knows what was there at first, one read proves nothing.
  @Test func theFirstSightOfTheUnknownIsNoPass() throws {
    let read = [Self.event(0, "invoke", "read", "null"), Self.event(0, "ok", "read", "7")]
    for (lines, code) in [(read, 3), (read + read, 0)] {
      let text = ([#"{"plumbline":1,"model":"register"}"#] + lines).joined(separator: "\n") + "\n"
      #expect(try Self.growing(text, "--initial", "unknown").code == Int32(code))
      let checked = try CommandTests.run("check", "--initial", "unknown", "-", input: text)
      #expect(checked.code == Int32(code))
    }
  }

  /// A model that nobody named is no reason for a violation that another has not.
  @Test func aGuessIsNoViolation() throws {
    let lines = [
      Self.event(0, "invoke", "enqueue", "1"), Self.event(0, "ok", "enqueue", "1"),
      Self.event(0, "invoke", "enqueue", "2"), Self.event(0, "ok", "enqueue", "2"),
      Self.event(1, "invoke", "dequeue", "null"), Self.event(1, "ok", "dequeue", "2"),
    ]
    let text = lines.joined(separator: "\n") + "\n"
    let followed = try Self.growing(text)
    #expect(followed.code == 65)
    #expect(followed == (try CommandTests.run("check", "-", input: text)))
    #expect(try Self.growing(text, "--model", "queue").code == 1)
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

  /// A file of which nobody knows whether it is whole, so that it is really followed.
  private static func growing(_ text: String, _ words: String...) throws -> CommandTests.Ending {
    let file = FileManager.default.temporaryDirectory.appending(
      path: "follow-\(UUID().uuidString).jsonl")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(text.utf8).write(to: file)
    var ending = try CommandTests.run(
      ["check", "--follow", "--until-quiet=200ms"] + words + [file.path])
    ending.output = ending.output.replacing(file.path, with: "-")
    ending.errors = ending.errors.replacing(file.path, with: "-")
    return ending
  }

  @Test(arguments: ["--json", "--ascii"])
  func aViolationReadsAsCheckSaysIt(form: String) throws {
    let text = Self.violation.joined(separator: "\n") + "\n"
    let later = text + Self.event(1, "invoke", "read", "null") + "\n"
    let followed = try Self.growing(later, form)
    let checked = try CommandTests.run("check", form, "-", input: text)
    #expect(followed.code == 1)
    #expect(Self.timeless(followed.output) == Self.timeless(checked.output))
    #expect(followed.errors == "")
  }

  @Test func whatEndsWellIsLinearizable() throws {
    let lines = Self.violation.dropLast() + [Self.event(1, "ok", "read", "1")]
    let text = lines.joined(separator: "\n") + "\n{\"process\":0,\"ty"
    let followed = try Self.growing(text)
    let checked = try CommandTests.run("check", "-", input: text)
    #expect(followed.code == 0)
    // What answered is another; what was found, and the torn last line, is the same.
    let algorithm = /, , [-+a-z]+/
    #expect(
      Self.timeless(followed.output).replacing(algorithm, with: "")
        == Self.timeless(checked.output).replacing(algorithm, with: ""))
    #expect(followed.output.contains("streaming"))
  }

  /// What is there and whole at the start is read as `check` reads it.
  @Test func whatIsWholeIsChecked() throws {
    let well = Self.violation.dropLast() + [Self.event(1, "ok", "read", "1")]
    for lines in [Array(well), Self.violation] {
      let input = FileManager.default.temporaryDirectory.appending(
        path: "follow-\(UUID().uuidString).jsonl")
      defer { try? FileManager.default.removeItem(at: input) }
      let text = lines.joined(separator: "\n") + "\n"
      try Data(text.utf8).write(to: input)
      let file = try FileHandle(forReadingFrom: input)
      let arguments = try ParsedArguments(
        ["--follow", "-"], options: CheckCommand.options, command: "check")
      var followed = try FollowedCheck(arguments, CheckSettings(arguments), Terminal())
      let found = try followed.run(standardInput: dup(file.fileDescriptor))
      #expect(found.findings?.result?.algorithm == "register-zones")
      #expect(found.findings?.result?.verdict == (lines == Self.violation ? .violation : .holds))
    }
  }

  @Test(arguments: [
    ["{\"process\":0}"], [event(0, "ok", "read", "1")], ["nonsense"],
    [event(0, "invoke", "write", "1"), event(0, "ok", "write", "2")],
    [event(0, "invoke", "enqueue", "1")],
  ])
  func aBadLineIsRefusedAsCheckRefusesIt(lines: [String]) throws {
    let text = ([Self.header] + lines).joined(separator: "\n") + "\n"
    let followed = try Self.growing(text)
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

  /// Standard input that is longer than what is kept of it: the violation is told from what is
  /// remembered, without the check of the whole.
  @Test(arguments: [100, 0]) func standardInputThatIsTooLongIsTold(mostKept: Int) throws {
    let (text, result) = try follow(Self.violation, mostKept: mostKept)
    #expect(result.algorithm == "streaming")
    #expect(
      text == """
        X violation    -  register, 2 operations, , streaming

        Violation
          Two values must each have been overwritten before the other, certain since line 5. \
        What is shown
          is what is remembered of the history; a check of the recorded file tells more.

          client 0  |- write 1 -|
          client 1                |= read -> 0 =|
                    |==| cannot be explained

            lines  client  operation
              2-3       0  write 1
          >   4-5       1  read -> 0

        """)
    let kept = try follow(Self.violation, mostKept: 1 << 10)
    #expect(kept.result.algorithm == "register-zones")
  }

  /// The write that a late read saw is forgotten, which is no reason to say that it never was.
  @Test func whatIsForgottenIsNotDenied() throws {
    var lines = [Self.header]
    for number in 1...500 {
      lines += [
        Self.event(0, "invoke", "write", "\(number)"), Self.event(0, "ok", "write", "\(number)"),
      ]
    }
    lines += [Self.event(1, "invoke", "read", "null"), Self.event(1, "ok", "read", "7")]
    let (text, result) = try follow(lines, mostKept: 0)
    #expect(result.verdict == .violation)
    #expect(
      text == """
        X violation    -  register, 501 operations, , streaming

        Violation
          A value was seen that nobody had written, or that had been overwritten long before, \
        certain since
          line 1003. What is shown is what is remembered of the history; a check of the \
        recorded file tells
          more.

          client 1  |= read -> 7 =|
                    |==| cannot be explained

                lines  client  operation
          > 1002-1003       1  read -> 7

        """)
  }

  /// What is said of lines on standard input of which at most so many bytes are kept.
  private func follow(
    _ lines: [String], mostKept: Int
  ) throws -> (text: String, result: CheckResult) {
    let arguments = try ParsedArguments(
      ["--follow", "-"], options: CheckCommand.options, command: "check")
    var followed = try FollowedCheck(
      arguments, CheckSettings(arguments), Terminal(), mostKept: mostKept)
    let file = FileManager.default.temporaryDirectory.appending(
      path: "follow-\(UUID().uuidString).jsonl")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)
    let input = try FileHandle(forReadingFrom: file)
    let checked = try followed.run(standardInput: dup(input.fileDescriptor))
    guard let result = checked.findings?.result else {
      throw Unfinished(said: "\(checked)")
    }
    let report = TextReport(palette: Palette(color: false), width: 100, ascii: true)
    return (Self.timeless(report.line(checked) + "\n" + report.details(checked)), result)
  }

  /// A run's faults are those that `check` shows.
  @Test func theFaultsOfARunAreShown() throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "follow-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let lines = Self.violation.enumerated().map { number, line in
      number == 0 ? line : line.dropLast() + ",\"time\":\(number)000000}"
    }
    let history = folder.appending(path: "history.jsonl")
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: history)
    let faults = [
      #"{"time":1500000,"fault":1,"name":"partition","step":"begin","value":"n1 | n2 n3"}"#,
      #"{"time":1600000,"fault":1,"name":"partition","step":"done"}"#,
    ]
    try Data((faults.joined(separator: "\n") + "\n").utf8)
      .write(to: folder.appending(path: "faults.jsonl"))
    let followed = try CommandTests.run("check", "--follow", "--ascii", history.path)
    let checked = try CommandTests.run("check", "--ascii", history.path)
    #expect(followed.code == 1)
    #expect(followed.output.contains("partition"))
    #expect(Self.timeless(followed.output) == Self.timeless(checked.output))
  }

  /// Nothing new for a while is the end, where the user says so.
  @Test func silenceEndsTheFile() throws {
    let file = FileManager.default.temporaryDirectory.appending(
      path: "follow-\(UUID().uuidString).jsonl")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data((Self.violation.dropLast().joined(separator: "\n") + "\n").utf8).write(to: file)
    let ending = try CommandTests.run("check", "--follow", "--until-quiet=200ms", file.path)
    // What is left is a write alone.
    #expect(ending.code == 3)
    #expect(
      Self.timeless(ending.output).contains("register, 2 operations, 1 unknown, , streaming\n  - "))
  }
}
