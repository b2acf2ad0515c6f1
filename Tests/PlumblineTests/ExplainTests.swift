import Foundation
import Testing

/// `plumbline explain` as its user sees it, all of it.
struct ExplainTests {
  /// The pages show commands and all that they print; only the first line of each, the verdict with
  /// its duration, may differ.
  @Test(arguments: ["docs/how-to/read-a-counterexample.md", "histories/stories.md"])
  func thePageShowsWhatTheCommandPrints(page: String) throws {
    let text = try String(
      contentsOf: CommandTests.root.appending(path: page), encoding: .utf8)
    let blocks = text.components(separatedBy: "```\n$ ").dropFirst()
    #expect(blocks.count >= 5)
    for block in blocks {
      let lines = block.components(separatedBy: "```")[0]
        .split(separator: "\n", omittingEmptySubsequences: false)
      var words = lines[0].split(separator: " ").map(String.init)
      var environment: [String: String] = [:]
      if words[0].hasPrefix("COLUMNS=") {
        environment["COLUMNS"] = String(words.removeFirst().dropFirst(8))
      }
      #expect(words.removeFirst() == "plumbline")
      let ending = try CommandTests.run(words, environment: environment)
      let printed = ending.output.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(printed.dropFirst() == lines.dropFirst(2), "\(lines[0])")
      let verdict = printed[0].split(separator: " ").dropFirst().first ?? ""
      #expect(ending.code == ["violation": 1, "undecided": 2][verdict] ?? 0)
    }
  }

  @Test func theKeyMustBeOneThatBroke() throws {
    let file = "histories/recorded/stale-reads.jsonl"
    let ending = try CommandTests.run("explain", "--key", "k7", file)
    #expect(
      ending
        == CommandTests.Ending(
          code: 64, output: "",
          errors: "plumbline: --key is “k7”, expected one that is not linearizable: k0, k1\n"))
    #expect(
      try CommandTests.run("explain", "--key", "k1", file).output.contains(
        "Stale read on key \"k1\""))
  }

  @Test func programsGetTheSame() throws {
    let file = "histories/register/timed-out-write.jsonl"
    let ending = try CommandTests.run("explain", "--json", file)
    #expect(ending.code == 1)
    #expect(
      ending.output.contains(
        #""staleness":{"reads":3,"staleReads":2,"versions":1,"nanoseconds":1398000000,"#))
  }

  /// A run's list of faults speaks where its history is silent.
  @Test func theFaultsOfARunAreReadFromItsFolder() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let lines = try String(
      contentsOf: CommandTests.root.appending(path: "histories/register/timed-out-write.jsonl"),
      encoding: .utf8
    ).split(separator: "\n").filter { !$0.contains("nemesis") }
    try lines.joined(separator: "\n").write(
      to: folder.appending(path: "history.jsonl"), atomically: true, encoding: .utf8)
    let without = try CommandTests.run("explain", folder.path)
    #expect(!without.output.contains("fault"))
    try """
    {"time":199000000,"fault":1,"name":"partition","step":"planned","value":[["n1"],["n2","n3"]]}
    {"time":200000000,"fault":1,"name":"partition","step":"done"}
    {"time":201000000,"fault":1,"name":"partition","step":"verified"}
    not a line of JSON
    {"time":1500000000,"fault":1,"name":"partition","step":"undone"}
    """.write(to: folder.appending(path: "faults.jsonl"), atomically: true, encoding: .utf8)
    let ending = try CommandTests.run("explain", folder.path)
    #expect(ending.code == 1)
    let printed = ending.output.split(separator: "\n").map(String.init)
    #expect(
      printed.filter { $0.contains("fault") || $0.contains("▒") } == [
        "  The fault “partition” (n1 | n2, n3, from 0.200 s to 1.500 s) was on during all of "
          + "client 1’s write",
        "  partition                ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒",
      ])
  }

  /// The words begin where `--initial` does, and are right at the end of the numbers' range.
  @Test(arguments: [("5", "2"), ("-9223372036854775808", "9223372036854775815")])
  func aCountBeginsWithTheInitialValue(seen: String, missing: String) throws {
    let history = """
      {"process":0,"type":"invoke","f":"read","value":null}
      {"process":0,"type":"ok","f":"read","value":\(seen)}

      """
    let ending = try CommandTests.run(
      ["explain", "-m", "counter", "--initial", "7", "-"], input: history,
      environment: ["COLUMNS": "200"])
    #expect(ending.code == 1)
    #expect(
      ending.output.contains(
        "Client 0 read \(seen) (lines 1–2), although 0 additions had been acknowledged before it "
          + "began and the count was at least 7: \(missing) is missing."), "\(ending.output)")
  }

  @Test func severalKeysHaveAnOrderEach() throws {
    let history = try CommandTests.run("generate", "--keys", "3", "-n", "60").output
    let ending = try CommandTests.run(
      ["explain", "-"], input: history, environment: ["COLUMNS": "80"])
    #expect(ending.code == 0)
    #expect(
      ending.output.hasSuffix(
        """

          Nothing to explain: an order for each of 3 keys, 60 operations in all, true to
          real time, gives every client the answer that it got, and a second program has
          replayed it.

        """))
  }
}
