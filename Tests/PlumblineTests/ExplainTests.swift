import Foundation
import Testing

/// `plumbline explain` as its user sees it, all of it.
struct ExplainTests {
  /// The page of the documentation shows commands and all that they print; only the first line of
  /// each, the verdict with its duration, may differ.
  @Test func thePageShowsWhatTheCommandPrints() throws {
    let page = try String(
      contentsOf: CommandTests.root.appending(path: "docs/how-to/read-a-counterexample.md"),
      encoding: .utf8)
    let mark = "```\n$ plumbline explain "
    let blocks = page.components(separatedBy: mark).dropFirst()
    #expect(blocks.count >= 5)
    for block in blocks {
      let text = block.components(separatedBy: "```")[0]
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      let words = lines[0].split(separator: " ").map(String.init)
      let ending =
        words.count == 1
        ? try CommandTests.run("explain", words[0])
        : try CommandTests.run("explain", words[0], words[1])
      let printed = ending.output.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(printed.dropFirst() == lines.dropFirst(2), "plumbline explain \(lines[0])")
      #expect(ending.code == (printed[0].contains("violation") ? 1 : 0))
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
