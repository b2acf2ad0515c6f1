import Testing

/// All that `plumbline explain` says, but for the first line, which has a duration.
struct ExplainTests {
  private static func explained(_ words: String...) throws -> (code: Int32, text: String) {
    let ending =
      words.count == 1
      ? try CommandTests.run("explain", words[0])
      : try CommandTests.run("explain", words[0], words[1])
    let rest = ending.output.split(separator: "\n", maxSplits: 1).dropFirst().joined()
    return (ending.code, rest)
  }

  @Test func aTimedOutWriteThatWasRead() throws {
    let (code, text) = try Self.explained("histories/register/timed-out-write.jsonl")
    #expect(code == 1)
    #expect(
      text == """

        Reads went back in time
        """)
  }

  @Test func aStaleRead() throws {
    let (code, text) = try Self.explained("--ascii", "histories/cas-register/lost-write.jsonl")
    #expect(code == 1)
    #expect(
      text == """

        Lost write
        """)
  }

  @Test func anElementDeliveredTwice() throws {
    let (_, text) = try Self.explained("histories/queue/delivered-twice.jsonl")
    #expect(
      text == """

        Delivered twice
        """)
  }

  @Test func aLockHeldTwice() throws {
    let (_, text) = try Self.explained("histories/lock/two-holders.jsonl")
    #expect(
      text == """

        Held twice
        """)
  }

  @Test func nothingToExplain() throws {
    let (code, text) = try Self.explained("histories/register/late-write.jsonl")
    #expect(code == 0)
    #expect(
      text == """

          Nothing to explain: one order of all 5 operations, true to real time, gives every client the
          answer that it got, and a second program has replayed it.

        """)
  }

  @Test func theKeyMustBeOneThatBroke() throws {
    let file = "histories/recorded/stale-reads.jsonl"
    let ending = try CommandTests.run("explain", "--key", "k7", file)
    #expect(
      ending
        == CommandTests.Ending(
          code: 64, output: "",
          errors: "plumbline: --key is “k7”, expected one that is not linearizable: k0, k1\n"))
    #expect(try CommandTests.run("explain", "--key", "k1", file).output.contains("on key \"k1\""))
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
