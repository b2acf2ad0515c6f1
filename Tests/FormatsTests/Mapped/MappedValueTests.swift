import Base
import Formats
import Histories
import TestSupport
import Testing

/// Texts that differ stay different values.
@Suite struct MappedValueTests {
  private func read(values: [String]) throws(Failure) -> History {
    let rows = values.map { value in
      "a,set,\"\(value.replacing("\"", with: "\"\""))\",1,2"
    }
    return try FormatsTests.read(
      "client,op,value,start,end\n" + rows.joined(separator: "\n") + "\n")
  }

  /// Random texts: two that differ are two values, or are refused.
  @Test func noTwoTextsAreOne() throws {
    var random = SplitMix64(seed: 11)
    let parts = ["-", "0", "1", ".", "e", "[", "]", ",", " ", "\"", "{", "}", ":", "a", "null"]
    var refused = 0
    for _ in 0..<trials(400) {
      let texts = (0..<12).map { _ in
        (0..<Int.random(in: 1...5, using: &random)).map { _ in
          parts.randomElement(using: &random)!
        }.joined()
      }
      do throws(Failure) {
        let history = try read(values: texts)
        #expect(Set(history.input).count == Set(texts).count, "\(texts)")
      } catch {
        refused += 1
        #expect(error.message.contains("are one value as JSON"), "\(error.message)")
      }
    }
    #expect(refused < trials(400) / 2)
  }

  @Test(arguments: [
    "1e3", "1000", "1.0", "1.00", "01", "1", "+1", "-0", "0", "-1", "- 1", " 1", "1 ", "0x10", "16",
    "--1", "-", "1_000", "9223372036854775808", "09", "null", "NULL", "true", "True", "\"1\"",
    "\"a\"",
    "a", "[1]", "[\"1\"]", "{\"a\":1}", "[1", "NaN",
  ])
  func eachIsItself(text: String) throws {
    let others = ["1e3", "1000", "1.0", "1", "0", "[1]", "a", "null"].filter { $0 != text }
    let history = try read(values: [text] + others)
    #expect(Set(history.input).count == others.count + 1)
  }

  @Test func onlyTheUsualFormIsANumber() throws {
    let history = try read(values: ["12", "-7", "0", "012", "1.5", "1e3", "-0"])
    #expect(
      history.input.map { history.values.describe($0) } == [
        "12", "-7", "0", "\"012\"", "\"1.5\"", "\"1e3\"", "\"-0\"",
      ])
  }

  /// One list in two notations is one value or two, which nobody knows.
  @Test func twoTextsOfOneListAreAsked() throws {
    let text = "client,op,value,start,end\na,set,\"[1,2]\",1,2\na,set,\"[1, 2]\",3,4\n"
    let message = refusal(of: text)
    #expect(message.hasPrefix("h:3:1: “[1, 2]” and “[1,2]” on line 2 are one value"), "\(message)")
    #expect(message.contains("(--map) say json or text"))
  }

  @Test func keysLikewise() throws {
    let text = "client,op,key,value,start,end\na,set,1e2,A,1,2\na,set,100,B,3,4\n"
    let history = try FormatsTests.read(text)
    #expect(Set(history.key).count == 2)
  }
}
