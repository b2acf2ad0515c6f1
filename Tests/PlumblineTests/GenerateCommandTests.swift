import Foundation
import Testing

/// `plumbline generate`, as its user runs it.
struct GenerateCommandTests {
  @Test func whatIsGeneratedHasItsVerdict() throws {
    for (error, code) in [("none", Int32(0)), ("stale-read", 1)] {
      let history = try CommandTests.run(
        "generate", "-n", "60", "--clients", "3", "--values", "4", "--indeterminate", "5%",
        "--error", error)
      #expect(history.code == 0 && history.errors == "")
      #expect(history.output.split(separator: "\n").count > 100)
      #expect(try CommandTests.run("check", "-", input: history.output).code == code)
    }
  }

  /// Also where the header's initial value occurs nowhere else in the history.
  @Test func everyViolationOfEveryModelIsTold() throws {
    let help = try CommandTests.run("help", "generate").output
    let list = try #require(help.components(separatedBy: "\nerrors:\n").last)
    var model = ""
    var kinds = 0
    for line in list.split(separator: "\n") where line.hasPrefix("  ") {
      let word = String(line.split(separator: " ")[0])
      guard line.hasPrefix("    ") else {
        model = word
        continue
      }
      kinds += 1
      let history = try CommandTests.run(
        "generate", "--model", model, "-n", "30", "--error", word)
      let ending = try CommandTests.run("explain", "-", input: history.output)
      #expect(ending.code == 1 && ending.errors == "", "\(model) \(word): \(ending.errors)")
    }
    #expect(kinds > 60)
  }

  @Test func theFileIsWhatStandardOutputWouldBe() throws {
    let file = NSTemporaryDirectory() + "plumbline-generate-\(UUID().uuidString)"
    defer { unlink(file) }
    func generate(_ path: String) throws -> CommandTests.Ending {
      try CommandTests.run(
        "generate", "--model", "semaphore", "--permits", "3", "--seed", "9", "-o", path)
    }
    #expect(try generate(file) == .init(code: 0, output: "", errors: ""))
    let output = try generate("-").output
    #expect(try String(contentsOfFile: file, encoding: .utf8) == output)
    #expect(
      output.hasPrefix(
        #"{"plumbline":1,"model":"semaphore","permits":3,"verdict":"linearizable","generator":{"#))
  }

  @Test(arguments: [
    (
      ["--error", "two-holders"],
      "the model “register” has no error “two-holders”; there are "
        + "stale-read, lost-write, never-written, read-before-written, reads-go-back"
    ),
    (["--indeterminate", "5"], "--indeterminate is “5”, expected a share such as 5% or 0.05"),
    (["--seed", "x"], "--seed is “x”, expected a whole number of at least 0"),
    (["history.jsonl", "-q"], "generate takes no argument; the file to write is --output FILE"),
  ])
  func wrongUsageIsNamed(words: [String], message: String) throws {
    let ending = try CommandTests.run("generate", words[0], words[1])
    #expect(ending == .init(code: 64, output: "", errors: "plumbline: \(message)\n"))
  }

  @Test func wrongOptionsCostNoFile() throws {
    let file = NSTemporaryDirectory() + "plumbline-generate-\(UUID().uuidString)"
    defer { unlink(file) }
    try "precious".write(toFile: file, atomically: true, encoding: .utf8)
    #expect(try CommandTests.run("generate", "--error", "none-such", "-o", file).code == 64)
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "precious")
  }
}
