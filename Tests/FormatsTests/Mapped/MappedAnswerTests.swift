import Base
import Formats
import Histories
import Testing

/// Whether a compare-and-set swapped, and what else was answered, is never guessed.
@Suite struct MappedAnswerTests {
  private static let map =
    "shape: 'intervals', fields: { f: 'f', from: 'a', to: 'b', result: 'r', start: 's', end: 'e' }"

  private func options(_ map: String) throws -> ReadOptions {
    var options = ReadOptions()
    options.map = try FieldMap.parse(Array("{ \(map) }".utf8), file: "m")
    return options
  }

  private func cas(_ result: String) -> String {
    #"{"f":"cas","a":1,"b":2,"s":1,"e":2,"r":\#(result)}"#
  }

  @Test(arguments: [
    ("true", true), ("false", false), (#""True""#, true), (#""FALSE""#, false),
  ])
  func clearWords(result: String, swapped: Bool) throws {
    let history = try read(cas(result), try options(Self.map))
    #expect((history.evidence("swapped", of: 0) == nil) == swapped)
  }

  @Test(arguments: [
    #""mismatch""#, "0", "1", #""no""#, #""not swapped""#, #"{"swapped":false}"#, #""OK""#,
  ])
  func unclearWords(result: String) throws {
    let message = refusal(of: cas(result), try options(Self.map))
    #expect(message.hasPrefix("h:1:1: “r” of this cas is “"), "\(message)")
    #expect(message.contains("say in the map (--map) swaps: {"), "\(message)")
    #expect(
      refusal(
        of: cas(result).replacing("\"r\"", with: "\"result\""), ReadOptions(format: "intervals")
      )
      .contains("is not certain"))
  }

  @Test func theMapSaysWhatWordsMean() throws {
    let map = Self.map + ", swaps: { mismatch: false, 'done': true, '': true }"
    for (result, swapped) in [(#""mismatch""#, false), (#""done""#, true), ("null", true)] {
      let history = try read(cas(result), try options(map))
      #expect((history.evidence("swapped", of: 0) == nil) == swapped)
    }
  }

  /// In a field that is named for it, a bit is a word as well.
  @Test func aBitIsClearWhereItIsNamed() throws {
    let map = Self.map.replacing("result: 'r'", with: "swapped: 'r'")
    let history = try read(cas("0") + "\n" + cas("1"), try options(map))
    #expect(history.evidence("swapped", of: 0) == ValueTable.false)
    #expect(history.evidence("swapped", of: 1) == nil)
  }

  @Test func nothingIsNoAnswer() throws {
    let words = "“r” of this cas says nothing, so nobody knows whether it swapped"
    #expect(refusal(of: cas("null"), try options(Self.map)).contains(words))
    let both = cas("true") + "\n" + cas("null")
    #expect(refusal(of: both, try options(Self.map)).hasPrefix("h:2:1: " + words))
    // Where none says it, the outcome does.
    let outcomes = Self.map.replacing("result: 'r'", with: "outcome: 'r'")
    #expect(try read(cas(#""ok""#), try options(outcomes)).outcome == [.ok])
  }

  /// Answers of reads in one column, of compare-and-sets in another.
  @Test func twoColumnsOfAnswers() throws {
    let text = """
      client,op,key,expected,to,value,start,end,swapped
      a,write,x,,,1,1,2,
      a,cas,x,1,2,,3,4,True
      b,read,x,,,2,5,6,
      """
    let history = try read(text)
    #expect(history.values.describe(history.output[2]) == "2")
    #expect(history.evidence("swapped", of: 1) == nil)
  }

  @Test func whetherAnElementWasThere() throws {
    let map =
      "shape: 'intervals', fields: { f: 'f', value: 'v', result: 'r', start: 's', end: 'e' }"
    func log(_ result: String) -> String {
      #"{"f":"contains","v":7,"s":1,"e":2,"r":\#(result)}"#
    }
    let history = try read(log("true"), try options(map))
    #expect(history.values.describe(history.output[0]) == "[7,true]")
    #expect(refusal(of: log(#""maybe""#), try options(map)).contains("expected true or false"))
    #expect(refusal(of: log("null"), try options(map)).contains("complete and has no result"))
  }
}
