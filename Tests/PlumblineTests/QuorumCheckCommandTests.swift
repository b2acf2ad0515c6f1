import Foundation
import Testing

/// `plumbline quorum check` as its user runs it.
struct QuorumCheckCommandTests {
  private func run(_ words: String..., input: String = "") throws -> CommandTests.Ending {
    try CommandTests.run(["quorum", "check"] + words, input: input)
  }

  @Test(arguments: [
    ("histories/recorded/healthy-under-faults.jsonl", Int32(0)),
    ("histories/recorded/stale-reads.jsonl", 1),
    ("histories/queue/delivered-twice.jsonl", 3),
    ("histories/README.md", 65),
    ("histories/none.jsonl", 66),
    ("histories/recorded", 66),
  ])
  func theExitCodeSaysWhatWasFound(path: String, code: Int32) throws {
    #expect(try run(path).code == code)
  }

  @Test(arguments: [
    ([], "quorum check needs a HISTORY, TRACE or RUN (- is a trace on standard input)"),
    (["--rule", "gifford", "x"], "--rule is not for quorum check"),
    (
      ["--nodes", "5", "--read", "9", "x"], "--read is 9, expected 1 to 5, the votes that there are"
    ),
  ])
  func wrongUsage(words: [String], message: String) throws {
    #expect(
      try CommandTests.run(["quorum", "check"] + words)
        == CommandTests.Ending(code: 64, output: "", errors: "plumbline: \(message)\n"))
  }

  /// Rules that a short trace does not let be applied, and what each would need.
  private let needed = [
    ("E5", "granted vote with candLast and ownLast"), ("L1", "append with entries"),
    ("L2", "append to a log of which something is known"), ("L3", "entry that was dropped"),
    ("L4", "node that restarts or drops entries after a commit"),
    ("C1", "commit of a leader whose term or voters are known"), ("C2", "commit"),
    ("C3", "leader of a later term than a commit"),
    ("A1", "apply that follows a boot, a commit or another apply"),
    ("S1", "snapshot of a committed index, or two of an index with stateHash"),
    ("R1", "readindex that follows a commit or has acks, and no two leases"), ("M1", "conf"),
  ]

  private func notApplied(_ rules: [(String, String)]) -> String {
    rules.map { "  not applied: \($0) (the trace has no \($1))" }.joined(separator: "\n")
      // The one that is wider than the page.
      .replacing("index with stateHash", with: "index with\n  stateHash")
  }

  @Test func aTraceOnStandardInput() throws {
    let trace = """
      {"n":"a","q":0,"t":1,"event":"config","ep":0,"voters":["a","b","c"]}
      {"n":"a","q":1,"t":2,"event":"vote","term":1,"cand":"a","granted":true}
      {"n":"a","q":2,"t":3,"event":"leader","term":1,"votes":["a"],"ep":0,"lastIndex":0}
      {"n":"a","q":3,"t":4,"event":"tick"}

      """
    #expect(
      try run("-", input: trace)
        == CommandTests.Ending(
          code: 1,
          output: """
            ✗ broken  -  4 events, 4 rules applied

              BROKEN   E4: a leader was given the votes of a quorum
                       a leads term 1 by the votes of {a}, which are no quorum (Ongaro and \
            Ousterhout, extended
                       version 2014, section 5.2)
                       at -:1
                       at -:3

              holds    E1          a node's term never decreases, over restarts too  (1 time)
              holds    E2          a node votes for one candidate a term, over restarts too  \
            (1 time)
              holds    E3          a term has one leader (election safety)  (1 time)

            \(notApplied(needed))

              events of unknown kinds: tick (1)

            """, errors: ""))
    let programs = try run("--json", "-", input: trace)
    #expect(programs.code == 1)
    #expect(
      programs.output
        == "{\"file\":\"-\",\"holds\":false,\"events\":4,\"applied\":["
        + "{\"rule\":\"E1\",\"times\":1},{\"rule\":\"E2\",\"times\":1},"
        + "{\"rule\":\"E3\",\"times\":1},{\"rule\":\"E4\",\"times\":1}],"
        + "\"broken\":[{\"rule\":\"E4\",\"times\":1}],\"violations\":[{\"rule\":\"E4\","
        + "\"claim\":\"a leader was given the votes of a quorum\",\"source\":\"Ongaro and "
        + "Ousterhout, extended version 2014, section 5.2\",\"sentence\":\"a leads term 1 by the "
        + "votes of {a}, which are no quorum\",\"events\":[{\"file\":\"-\",\"line\":1},"
        + "{\"file\":\"-\",\"line\":3}]}],\"notApplied\":["
        + needed.map {
          "{\"rule\":\"\($0)\",\"reason\":\"the trace has no \($1)\"}"
        }.joined(separator: ",")
        + "],\"unknownEvents\":[{\"event\":\"tick\",\"times\":1}],\"notes\":[]}\n")
    #expect(
      try run("-", input: trace + "{\"n\":\"a\",\"q\":1,\"event\":\"tick\"}\n")
        == CommandTests.Ending(
          code: 65, output: "",
          errors: "plumbline: -:5:1: “q” is 1 after 3 of the same node, expected it to grow\n"))
  }

  /// The verdict of linearizability and its exit code do not change.
  @Test func checkSaysItBesideTheVerdict() throws {
    let ending = try CommandTests.run("check", "histories/recorded/healthy-under-faults.jsonl")
    #expect(ending.code == 0)
    #expect(
      ending.output.split(separator: "\n").dropFirst()
        == [
          "Quorums: all rules hold that could be applied (quorum, overlap, revision, leader, "
            + "split-brain)."
        ])
    let programs = try CommandTests.run("check", "--json", "histories/recorded/stale-reads.jsonl")
    #expect(programs.code == 1 && programs.output.contains("\"quorums\":{\"holds\":false,"))
  }
}
