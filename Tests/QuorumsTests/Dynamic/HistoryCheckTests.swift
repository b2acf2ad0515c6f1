import Base
import Formats
import Foundation
import Histories
import Testing

@testable import Quorums

struct HistoryCheckTests {
  /// A history from lines `process function value members`, each an operation from its invocation
  /// to its completion; `+` in front only invokes, `-` only completes.
  static func history(_ text: String, header: String = "") throws -> History {
    var lines = ["{\"plumbline\":1,\"model\":\"register\",\"initial\":0\(header)}"]
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      let mark = words[0].first == "+" ? "+" : words[0].first == "-" ? "-" : ""
      let process = words[0].drop { "+-".contains($0) }
      let head = { (type: String, value: Substring) in
        "{\"process\":\(process),\"type\":\"\(type)\",\"f\":\"\(words[1])\",\"key\":\"x\","
          + "\"value\":\(value)"
      }
      let more = words.dropFirst(3).map { word -> String in
        let parts = word.split(separator: ":", maxSplits: 1)
        return ",\"\(parts[0])\":\(parts[1])"
      }.joined()
      if mark != "-" { lines.append(head("invoke", words[1] == "read" ? "null" : words[2]) + "}") }
      if mark != "+" { lines.append(head("ok", words[2]) + more + "}") }
    }
    let path = FileManager.default.temporaryDirectory.path + "/h\(UUID().uuidString).jsonl"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try File.replace(path, with: Array((lines.joined(separator: "\n") + "\n").utf8))
    return try HistoryReader.read(path: path)
  }

  private static let five = ",\"nodes\":[\"a\",\"b\",\"c\",\"d\",\"e\"]"

  private func report(
    _ text: String, header: String = five, system: QuorumSystem? = nil
  ) throws -> DynamicReport {
    HistoryCheck.run(try Self.history(text, header: header), file: "h", system: system)
  }

  private func broken(_ report: DynamicReport) -> [String: [[Int]]] {
    var found: [String: [[Int]]] = [:]
    for violation in report.violations {
      found[violation.rule.name, default: []].append(violation.events.map { Int($0.line) })
    }
    return found
  }

  @Test func allEvidenceHolds() throws {
    let found = try report(
      """
      0 write 1 acks:["a","b","c"] term:1 leader:"a" revision:1
      1 read 1 acks:["c","d","e"] term:1 leader:"a" revision:1
      0 write 2 acks:["b","c","d"] term:2 leader:"b" revision:2
      """)
    #expect(found.violations == [] && found.notApplied.isEmpty)
    #expect(
      found.applied.map(\.rule) == [.quorum, .overlap, .revision, .leader, .splitBrain])
    #expect(found.notes == ["a quorum is taken to be a majority, 3 of the 5 nodes that are named"])
  }

  @Test func aReadThatMissesAWrite() throws {
    let found = try report(
      """
      0 write 1 acks:["a","b","c"]
      1 read 0 acks:["d","e"]
      """)
    #expect(broken(found) == ["quorum": [[5]], "overlap": [[3, 5]]])
    #expect(
      found.violations.map(\.sentence) == [
        "the read of key \"x\" by process 1 (line 5) used {d, e}, and the write of key \"x\" by "
          + "process 0 (line 3) was acknowledged by {a, b, c}: they share no node",
        "the read of key \"x\" by process 1 was served by {d, e}, and a majority of 5 nodes is 3",
      ])
    #expect(
      found.notApplied.map(\.reason) == [
        "no completion has “revision”", "no completion has “term” or “leader”",
        "no completion has “term” or “leader”",
      ])
  }

  /// Two of five that always meet may be quorums of a system that nobody has told: no alarm.
  @Test func smallQuorumsThatMeetAreNotCalledWrong() throws {
    let text = """
      0 write 1 acks:["a","b","c","d"]
      1 read 1 acks:["d","e"]
      """
    let found = try report(text)
    #expect(found.violations == [])
    #expect(found.notApplied.map(\.rule) == [.quorum, .revision, .leader, .splitBrain])
    let header = Self.five + ",\"quorums\":{\"read\":3,\"write\":3}"
    #expect(broken(try report(text, header: header)) == ["quorum": [[5]]])
    let system = QuorumSystem(
      nodes: ["a", "b", "c", "d", "e"].map { QuorumNode($0) }, votes: [1, 1, 1, 1, 1], read: 2,
      write: 4)
    let given = try report(text, system: system)
    #expect(given.violations == [] && given.notes == ["the quorums are those given"])
  }

  /// A compare-and-set that found another value has read it: a read quorum may serve it, and must
  /// meet the writes before it.
  @Test func aRefusedCompareAndSetIsARead() throws {
    let header = Self.five + ",\"quorums\":{\"read\":2,\"write\":4}"
    let write = "0 write 1 acks:[\"a\",\"b\",\"c\",\"d\"]\n"
    for (swapped, acks, expected) in [
      (false, #"["d","e"]"#, [:]), (true, #"["d","e"]"#, ["quorum": [[5]]]),
      (false, #"["e"]"#, ["quorum": [[5]], "overlap": [[3, 5]]]),
    ] as [(Bool, String, [String: [[Int]]])] {
      let text = write + "1 cas [5,6] acks:\(acks) swapped:\(swapped)"
      #expect(broken(try report(text, header: header)) == expected, "\(swapped) \(acks)")
    }
  }

  /// A number of nodes proves no breach; it may prove that there can be none.
  @Test func numbersOfNodesSayWhetherTheyMustMeet() throws {
    func reasons(_ read: Int, header: String = Self.five) throws -> [String] {
      let found = try report(
        "0 write 1 acks:3\n0 write 2 acks:4\n1 read 1 acks:\(read)", header: header)
      #expect(found.violations == [] && found.holds == nil)
      return found.notApplied.filter { [.quorum, .overlap].contains($0.rule) }.map(\.reason)
    }
    let unlisted = "no completed operation lists the nodes in “acks”"
    let numbers = "\(unlisted); by number, reads had at least"
    #expect(
      try reasons(2) == [
        unlisted, "\(numbers) 2 nodes and writes 3 of 5: they are not guaranteed to meet",
      ])
    #expect(
      try reasons(3) == [unlisted, "\(numbers) 3 nodes and writes 3 of 5: they must meet"])
    #expect(try reasons(3, header: "") == [unlisted, unlisted])
    let mixed = try report("0 write 1 acks:[\"a\",\"b\",\"c\"]\n1 read 1 acks:1")
    #expect(mixed.violations == [])
    #expect(
      mixed.notes == [
        "1 operation gives “acks” as a number and not by name: left out",
        "a quorum is taken to be a majority, 3 of the 5 nodes that are named",
      ])
  }

  @Test func aWriteThatIsOpenMayBeMissed() throws {
    let found = try report(
      """
      +0 write 1
      1 read 0 acks:["c","d","e"]
      -0 write 1 acks:["a","b"]
      """, header: ",\"nodes\":[\"a\",\"b\",\"c\",\"d\",\"e\"],\"quorums\":{\"read\":3,\"write\":2}"
    )
    #expect(found.violations == [])
  }

  @Test func revisionsAndTerms() throws {
    let found = try report(
      """
      0 write 1 term:1 leader:"a" revision:5
      1 read 1 term:1 leader:"b" revision:4
      """)
    #expect(broken(found) == ["leader": [[3, 5]], "revision": [[3, 5]]])
    #expect(
      found.violations.map(\.sentence) == [
        "the read of key \"x\" by process 1 saw revision 4, and the write of key \"x\" by process "
          + "0, which had ended before it began, revision 5",
        "term 1 has two leaders, a and b",
      ])
  }

  @Test func twoLeadersThatServe() throws {
    let found = try report(
      """
      0 write 1 term:1 leader:"a"
      1 write 2 term:2 leader:"b" time:5000000
      0 read 1 term:1 leader:"a" time:9000000
      """)
    #expect(broken(found) == ["split-brain": [[5, 7]]])
    #expect(
      found.violations.map(\.sentence) == [
        "a, leader of term 1, served 1 operation that began after b, leader of term 2, had "
          + "served one, for 4 ms (from 5000000 to 9000000 ns)"
      ])
  }

  @Test func theCauseIsTheWriteThatWasMissed() throws {
    let history = try Self.history(
      """
      0 write 1 acks:["a","b","c"]
      1 read 0 acks:["d","e"]
      """, header: Self.five)
    #expect(
      Cause.sentence([0, 1], of: history)
        == "The read of key \"x\" by process 1 (line 5) used {d, e}, and the write of key \"x\" by "
        + "process 0 (line 3) was acknowledged by {a, b, c}: they share no node.")
  }

  @Test func theCauseIsAReadThatDoesNotWriteBack() throws {
    let history = try Self.history(
      """
      +0 write 1
      1 read 1 acks:["a","b"] revision:1
      2 read 0 acks:["b","c"] revision:0
      -0 write 1 acks:["a","c"] revision:1
      """, header: ",\"nodes\":[\"a\",\"b\",\"c\"]")
    #expect(
      Cause.sentence([0, 1, 2], of: history)
        == "The quorums were fine: each read's nodes met those of the writes that had ended before "
        + "it. The reason is another: the read of key \"x\" by process 1 (line 4) used {a, b} and "
        + "saw revision 1, but the read of key \"x\" by process 2 (line 6), which began after "
        + "that, "
        + "used {b, c} and has revision 0. What a read has returned must be at a write quorum "
        + "before it ends: the second phase of Attiya, Bar-Noy and Dolev.")
  }

  @Test func withoutEvidenceNothingIsSaid() throws {
    let history = try Self.history("0 write 1\n1 read 0")
    #expect(!HistoryCheck.hasEvidence(history))
    #expect(Cause.sentence([0, 1], of: history) == nil)
    #expect(HistoryCheck.run(history, file: "h").holds == nil)
  }
}
