import Foundation
import TestMachine
import Testing

/// Runs the built binary as its user would, and looks at all it says.
struct CommandTests {
  static let root = Built.root

  struct Ending: Equatable {
    var code: Int32
    var output: String
    var errors: String
  }

  /// The binary that was built beside these tests.
  static let binary = URL(filePath: Built.program("plumbline"))

  static func run(_ words: String..., input: String = "") throws -> Ending {
    try run(words, input: input)
  }

  static func run(
    _ words: [String], input: String = "", environment: [String: String] = [:]
  ) throws -> Ending {
    let process = Process()
    process.environment = ProcessInfo.processInfo.environment
      .filter { $0.key != "COLUMNS" }.merging(environment) { $1 }
    process.executableURL = binary
    process.arguments = words
    process.currentDirectoryURL = root
    let (output, errors, source) = (Pipe(), Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = source
    try process.run()
    source.fileHandleForWriting.write(Data(input.utf8))
    try source.fileHandleForWriting.close()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let said = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Ending(
      code: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
      errors: String(decoding: said, as: UTF8.self))
  }

  @Test func aMistypedCommandGetsASuggestion() throws {
    #expect(
      try Self.run("chekc")
        == Ending(
          code: 64, output: "",
          errors: "plumbline: unknown command “chekc”; did you mean check?\n"))
  }

  @Test(arguments: [
    (["check"], "check needs at least one FILE (- is standard input)"),
    (["check", "--modle", "x", "f"], "unknown option --modle; did you mean --model?"),
    (
      ["check", "--time-limit", "8", "f"],
      "--time-limit is “8”, expected a duration such as 8s or 500ms"
    ),
    (["check", "--json=1", "f"], "--json takes no value"),
    (["check", "--model"], "--model needs a value (NAME)"),
    (
      ["check", "--keyed", "--not-keyed", "f"],
      "--keyed and --not-keyed contradict each other"
    ),
    (
      ["check", "--color", "alwys", "f"],
      "--color is “alwys”, expected auto, always, never; did you mean always?"
    ),
    (["test", "--nodes", "0"], "--nodes: found 0, expected a whole number from 1 to 64"),
    (["test", "stray"], "“stray” is no option; arguments of --node come after --"),
    (
      ["node", "raft", "--bug", "stale-read"],
      "raft has no bug “stale-read”; did you mean stale-reads?"
    ),
    (["completions"], "completions needs one shell: bash, zsh or fish"),
  ])
  func wrongUsageIsNamed(words: [String], message: String) throws {
    let ending =
      switch words.count {
      case 1: try Self.run(words[0])
      case 2: try Self.run(words[0], words[1])
      case 3: try Self.run(words[0], words[1], words[2])
      default: try Self.run(words[0], words[1], words[2], words[3])
      }
    #expect(ending == Ending(code: 64, output: "", errors: "plumbline: \(message)\n"))
  }

  @Test func everyCommandHasHelp() throws {
    let help = try Self.run("help")
    #expect(help.code == 0)
    let names = help.output.split(separator: "\n").filter { $0.hasPrefix("  ") }
      .compactMap { $0.split(separator: " ").first.map(String.init) }
    #expect(names.contains("test") && names.contains("check"))
    #expect(Set(names).count == names.count, "listed twice")
    for name in names {
      let own = try Self.run("help", name)
      #expect(own.code == 0)
      #expect(own.output.hasPrefix("usage: plumbline \(name)"))
    }
  }

  @Test func theWorstVerdictDecidesTheExitCode() throws {
    let fine = "histories/register/late-write.jsonl"
    let broken = "histories/register/stale-read.jsonl"
    #expect(try Self.run("check", fine).code == 0)
    #expect(try Self.run("check", fine, broken).code == 1)
    #expect(try Self.run("check", fine, "no-such-file").code == 66)
    #expect(try Self.run("check", broken, "no-such-file").code == 1)
    #expect(try Self.run("check", "-", input: "rubbish\n").code == 65)
    #expect(try Self.run("check", "-", input: "").code == 3)
    #expect(
      try Self.run("check", "--initial", "unknown", "-", input: "# nothing\n").errors
        .isEmpty)
  }

  @Test func aBrokenRuleNamesFileAndLine() throws {
    let twice = """
      {"process":0,"type":"invoke","f":"write","value":1}
      {"process":0,"type":"invoke","f":"write","value":2}

      """
    let ending = try Self.run("check", "--json", "-", input: twice)
    #expect(ending.code == 65)
    #expect(ending.output.hasPrefix(#"{"file":"-","verdict":"error","error":"-:2:"#))
  }

  @Test func theWitnessIsTheAcceptedOrder() throws {
    let file = NSTemporaryDirectory() + "plumbline-witness-\(UUID().uuidString)"
    defer { unlink(file) }
    let fine = "histories/register/late-write.jsonl"
    #expect(try Self.run("check", "--witness", file, fine).code == 0)
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let lines = text.matches(of: /"line":(\d+)/).map { Int($0.output.1) }
    #expect(lines == [4, 8, 10, 6, 12])
  }

  @Test func aFullDiskIsAnInputOutputError() throws {
    let process = Process()
    process.executableURL = Self.binary
    process.arguments = ["models"]
    process.standardOutput = FileHandle(forWritingAtPath: "/dev/full")
    process.standardError = Pipe()
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 74)
  }

  @Test func theModelsPageIsMadeFromTheTable() throws {
    let page = try String(
      contentsOf: Self.root.appending(path: "docs/reference/models.md"), encoding: .utf8)
    #expect(
      try Self.run("models", "--markdown").output == page,
      "plumbline models --markdown > docs/reference/models.md")
  }

  @Test func ownHistoriesHaveTheirVerdicts() throws {
    let table = try String(
      contentsOf: Self.root.appending(path: "histories/verdicts.tsv"), encoding: .utf8)
    let rows = table.split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(rows.count >= 7)
    for row in rows {
      let cells = row.split(separator: "\t").map(String.init)
      let ending = try Self.run("check", "--json", "histories/\(cells[0])")
      #expect(ending.output.contains("\"verdict\":\"\(cells[2])\""), "\(cells[0])")
    }
  }
}
