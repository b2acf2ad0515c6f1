import Base
import Checker
import Formats
import Histories
import Testing

/// What a compare-and-set says of `swapped` is yes or no, or the history is refused.
@Suite struct PlainSwapTests {
  private func verdict(_ swapped: String) throws -> Verdict {
    let text = """
      {"process":0,"type":"invoke","f":"write","value":1}
      {"process":0,"type":"ok","f":"write","value":1}
      {"process":0,"type":"invoke","f":"cas","value":[2,3]}
      {"process":0,"type":"ok","f":"cas","value":[2,3],"swapped":\(swapped)}
      {"process":0,"type":"invoke","f":"read","value":null}
      {"process":0,"type":"ok","f":"read","value":1}

      """
    let history = try HistoryReader.read(Array(text.utf8), file: "h", options: ReadOptions())
    return try Checker.check(history, CheckOptions()).verdict
  }

  @Test func yesAndNo() throws {
    #expect(try verdict("false") == .holds)
    #expect(try verdict("true") == .violation)
    #expect(try verdict("null") == .violation)
  }

  @Test(arguments: [#""false""#, "0", "[]", #""no""#])
  func anythingElseIsRefused(swapped: String) {
    let error = #expect(throws: CheckError.self) { try verdict(swapped) }
    #expect(error?.code == .badInput && error?.line == 4)
    #expect(error?.message.hasSuffix("as “swapped”, expected true or false") == true)
  }
}
