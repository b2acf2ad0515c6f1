import Base
import Checker
import Findings
import Histories
import TestSupport
import Testing

/// Transactions whose writes are mixed, and whom the evidence shows.
@Suite struct MixedWritesTests {
  private func judged(_ lines: String) throws -> HistoryFindings {
    var signal: Int32?
    return try Investigate().judge(
      History.text(lines.replacing("; ", with: "\n")), file: "h.jsonl", signal: &signal)
  }

  private static let writes =
    "0 invoke txn [[w,x,1],[w,y,1]]; 1 invoke txn [[w,x,2],[w,y,2]]; "
    + "0 ok txn [[w,x,1],[w,y,1]]; 1 ok txn [[w,x,2],[w,y,2]]; "

  @Test func whatIsMixedBeforeItIsReadIsADirtyWrite() throws {
    let findings = try judged(
      Self.writes + "2 invoke txn [[r,x,nil],[r,y,nil]]; 2 ok txn [[r,x,1],[r,y,2]]")
    let words = try #require(findings.explanations.first)
    #expect(words.kind == .dirtyWrite)
    #expect(words.operations == [0, 1, 2])
  }

  @Test func whatIsReadMeanwhileMayBeTheReadersFault() throws {
    let findings = try judged(
      "2 invoke txn [[r,x,nil],[r,y,nil]]; " + Self.writes + "2 ok txn [[r,x,1],[r,y,2]]")
    #expect(findings.explanations.first?.kind == .fracturedRead)
  }
}
