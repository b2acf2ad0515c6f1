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
}
