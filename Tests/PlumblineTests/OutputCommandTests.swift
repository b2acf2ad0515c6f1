import Foundation
import Glibc
import TestMachine
import Testing

/// Every option that names an output, of every command, on whatever it names.
struct OutputCommandTests {
  /// The commands, up to the name of the output.
  static let commands = [
    ["convert", "histories/register/late-write.jsonl", "-o"],
    ["generate", "-n", "50", "--output"],
    ["report", "histories/register/late-write.jsonl", "-o"],
    ["check", "histories/register/late-write.jsonl", "--witness"],
  ]

  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "plumbline-o-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    // Another user writes there, too.
    chmod(folder, 0o777)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  private func kind(_ path: String) -> mode_t {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode & S_IFMT : 0
  }

  private func size(_ path: String) -> Int {
    (FileManager.default.contents(atPath: path) ?? Data()).count
  }

  @Test(arguments: commands) func eachIsWrittenAsWhatItIs(words: [String]) throws {
    try withFolder { folder in
      let whole = "\(folder)/new"
      #expect(try CommandTests.run(words + [whole]).code == 0)
      #expect(size(whole) > 100)
      try "old".write(toFile: "\(folder)/target", atomically: false, encoding: .utf8)
      chmod("\(folder)/target", 0o640)
      symlink("target", "\(folder)/link")
      #expect(try CommandTests.run(words + ["\(folder)/link"]).code == 0)
      #expect(kind("\(folder)/link") == S_IFLNK && size("\(folder)/target") == size(whole))
      var status = stat()
      stat("\(folder)/target", &status)
      #expect(status.st_mode & 0o777 == 0o640)
      let full = try CommandTests.run(words + ["/dev/full"])
      #expect(full.code == 74 && full.errors.hasPrefix("plumbline: /dev/full: No space left"))
      #expect(kind("/dev/full") == S_IFCHR)
      #expect(try CommandTests.run(words + ["/dev/null"]).code == 0)
      #expect(kind("/dev/null") == S_IFCHR)
      let missing = try CommandTests.run(words + ["\(folder)/no/such"])
      #expect(
        missing.code == 73
          && missing.errors == "plumbline: \(folder)/no/such: No such file or directory\n")
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == [
          "link", "new", "target",
        ])
    }
  }

  @Test(arguments: commands) func standardOutputHasTwoNames(words: [String]) throws {
    let words = words + ["-"]
    let dash = try CommandTests.run(words)
    #expect(dash.code == 0)
    let path = try CommandTests.run(words.dropLast() + ["/dev/stdout"])
    // What a check prints beside its witness has a duration.
    let timeless = { (text: String) in text.replacing(#/, [0-9.]+ (?:µs|ms|s), /#, with: "") }
    #expect(timeless(path.output) == timeless(dash.output) && dash.output.utf8.count > 100)
  }

  /// A check that ran out of time has its page all the same.
  @Test func aPageIsWrittenWithoutAVerdict() throws {
    try withFolder { folder in
      let found = try CommandTests.run(
        "report", "histories/register/late-write.jsonl", "--time-limit", "1ns", "-o",
        "\(folder)/page.html")
      #expect(found.code == 0)
      let page = try String(contentsOfFile: "\(folder)/page.html", encoding: .utf8)
      #expect(page.contains("Undecided</b>"))
    }
  }

  /// `>> file` of a shell: what was there stays.
  @Test func whatAShellAppendsToIsAppendedTo() throws {
    try withFolder { folder in
      let process = Process()
      process.executableURL = URL(filePath: "/bin/sh")
      process.arguments = [
        "-c", #"echo first >"$1"; "$0" generate -n 5 -o /dev/stdout >>"$1""#,
        CommandTests.binary.path, "\(folder)/log",
      ]
      try process.run()
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
      let text = try String(contentsOfFile: "\(folder)/log", encoding: .utf8)
      #expect(text.hasPrefix("first\n{") && text.hasSuffix("}\n"))
    }
  }

  /// A user who may write a file but not its folder, or not as its owner.
  @Test(Self.asUser) func aUserWritesWhatAUserMay() throws {
    try withFolder { folder in
      let words = ["generate", "-n", "50", "-o"]
      let ordinary = { (path: String) in try Self.runAsUser(words + [path]) }
      #expect(try ordinary("\(folder)/own").code == 0)
      chmod("\(folder)/own", 0o640)
      #expect(try ordinary("\(folder)/own").code == 0)
      var status = stat()
      stat("\(folder)/own", &status)
      #expect(status.st_mode & 0o777 == 0o640 && size("\(folder)/own") > 100)
      chmod("\(folder)/own", 0o444)
      #expect(try ordinary("\(folder)/own").code == 73)
      try FileManager.default.createDirectory(
        atPath: "\(folder)/closed", withIntermediateDirectories: false)
      try "old".write(toFile: "\(folder)/closed/open", atomically: false, encoding: .utf8)
      try "old".write(toFile: "\(folder)/closed/shut", atomically: false, encoding: .utf8)
      chmod("\(folder)/closed/open", 0o666)
      chmod("\(folder)/closed/shut", 0o444)
      chmod("\(folder)/closed", 0o555)
      defer { chmod("\(folder)/closed", 0o755) }
      let new = try ordinary("\(folder)/closed/new")
      #expect(new.code == 73)
      #expect(
        new.errors
          == "plumbline: \(folder)/closed/new: Permission denied; its folder cannot be written\n")
      #expect(try ordinary("\(folder)/closed/open").code == 0)
      #expect(size("\(folder)/closed/open") > 100)
      let shut = try ordinary("\(folder)/closed/shut")
      #expect(shut.code == 73)
      #expect(shut.errors == "plumbline: \(folder)/closed/shut: Permission denied\n")
      #expect(size("\(folder)/closed/shut") == 3)
    }
  }

  private static let user = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]

  /// As root another user is needed, who can run the binary.
  private static let asUser = Need {
    guard geteuid() == 0 else { return nil }
    if let obstacle = ThisMachine.obstacle("setpriv", ["util-linux"]) { return obstacle }
    let run = Built.run("/usr/bin/env", user + [CommandTests.binary.path, "--version"])
    return run.code == 0 ? nil : "another user cannot run \(CommandTests.binary.path): \(run.said)"
  }

  private static func runAsUser(_ words: [String]) throws -> CommandTests.Ending {
    guard geteuid() == 0 else { return try CommandTests.run(words) }
    let run = Built.run("/usr/bin/env", user + [CommandTests.binary.path] + words)
    return CommandTests.Ending(code: run.code, output: "", errors: run.said)
  }
}
