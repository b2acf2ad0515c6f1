import Base
import Testing

struct JSONTests {
  @Test(arguments: [
    "null", "true", "-12", "9223372036854775807", "123456789012345678901234567890", "1.50e-3",
    #""a\"b\\c\nd""#, "[]", "[1,[2,{}],null]", #"{"a":1,"b":{"c":[true]}}"#, #""é 漢 🙂""#,
  ])
  func whatIsWrittenIsWhatWasRead(text: String) throws {
    #expect(try JSONParser.parse(text).description == text)
  }

  @Test func escapesAreDecoded() throws {
    let parsed = try JSONParser.parse(#""\u00e9\ud83d\ude42\/\b\f""#)
    #expect(parsed == .string("é🙂/\u{8}\u{C}"))
  }

  @Test("a name that is given twice is found among few and many")
  func duplicates() {
    for count in [1, 2, 15, 16, 17, 40] {
      let names = (0..<count).map { "\"n\($0)\":0" }.joined(separator: ",")
      #expect(throws: Never.self) { try JSONParser.parse("{\(names)}") }
      for again in [0, count / 2, count - 1] {
        let error = JSONError(
          line: 1, column: names.utf8.count + 3, message: "“n\(again)” is given twice")
        #expect(throws: error) { try JSONParser.parse("{\(names),\"n\(again)\":0}") }
      }
    }
  }

  @Test(arguments: [
    ("", "1:1: found the end of the text, expected a value"),
    ("[1,]", "1:4: found “]”, expected a value"),
    ("{\"a\":1,\n  \"a\":2}", "2:3: “a” is given twice"),
    ("[1 2]", "1:4: found “2” in an array, expected “,” or “]”"),
    ("{\"a\" 1}", "1:6: found “1” after a name, expected “:”"),
    ("01", "1:1: a number must not begin with 0"),
    ("1.", "1:3: found the end of the text, expected a digit"),
    ("\"abc", "1:1: this string is never closed"),
    ("\"\\ud800x\"", "1:2: half of a surrogate pair"),
    ("\"\\q\"", "1:2: “\\q” is no JSON escape"),
    ("tru", "1:1: found “t”, expected a value (strings need quotes)"),
    ("1 x", "1:3: found “x” after the value, expected the end"),
    ("{a:1}", "1:2: found “a”, expected a name in quotes"),
    ("[1, // no\n2]", "1:5: found “/”, expected a value"),
  ])
  func badTextIsNamed(text: String, message: String) {
    #expect(throws: JSONError.self) { try JSONParser.parse(text) }
    do throws(JSONError) {
      _ = try JSONParser.parse(text)
    } catch {
      #expect(error.description == message)
    }
  }

  @Test func nestingIsBounded() {
    let text = String(repeating: "[", count: 100_000)
    #expect(
      throws: JSONError(line: 1, column: 129, message: "nested deeper than 128 levels")
    ) { try JSONParser.parse(text) }
  }

  @Test func invalidUTF8IsRefused() {
    #expect(
      throws: JSONError(line: 1, column: 1, message: "this string is not valid UTF-8")
    ) { try JSONParser.parse([0x22, 0xFF, 0x22]) }
  }

  @Test func relaxedTextIsWhatPeopleWritePlansIn() throws {
    let text = """
      // a plan
      { nodes: 5, 'faults': ["kill", "pause",], /* both */ "keys": 10, }
      """
    let expected: JSON = ["nodes": 5, "faults": ["kill", "pause"], "keys": 10]
    #expect(try JSONParser.parse(text, relaxed: true) == expected)
  }
}
