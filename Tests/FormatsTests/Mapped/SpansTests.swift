import Base
import Formats
import Histories
import Testing

/// What is no OTLP is an error with its place; no span is passed over.
@Suite struct SpansTests {
  private static let map = """
    { records: 'otlp', shape: 'intervals',
      fields: { process: 'attributes.c', f: 'name', value: 'attributes.v',
                start: 'startTimeUnixNano', end: 'endTimeUnixNano' } }
    """

  private func options(_ map: String = map) throws -> ReadOptions {
    var options = ReadOptions()
    options.map = try FieldMap.parse(Array(map.utf8), file: "m")
    return options
  }

  private static func span(_ number: Int, _ more: String = "", value: String? = nil) -> String {
    let value = value ?? #"{"intValue":"\#(number)"}"#
    return #"{"spanId":"\#(number)","name":"put","startTimeUnixNano":"\#(2 * number + 1)","#
      + #""endTimeUnixNano":"\#(2 * number + 2)"\#(more),"attributes":["#
      + #"{"key":"c","value":{"stringValue":"a"}},{"key":"v","value":\#(value)}]}"#
  }

  private static func batch(_ spans: String, name: String = "scopeSpans") -> String {
    #"{"resourceSpans":[{"resource":{"attributes":[]},"\#(name)":[{"spans":[\#(spans)]}]}]}"#
  }

  @Test func valuesOfEveryType() throws {
    for (value, seen) in [
      (#"{"intValue":7}"#, "7"), (#"{"stringValue":"7"}"#, #""7""#),
      (#"{"boolValue":true}"#, "true"),
      (#"{"arrayValue":{"values":[{"intValue":"1"},{},{}]}}"#, "[1,null,null]"),
      (#"{"kvlistValue":{"values":[{"key":"k","value":{"intValue":"1"}}]}}"#, #"{"k":1}"#),
      (#"{"doubleValue":1.5}"#, "1.5"), (#"{"doubleValue":"NaN"}"#, #""NaN""#), ("{}", "null"),
    ] {
      let history = try read(Self.batch(Self.span(1, value: value)), try options())
      #expect(history.values.json(history.input[0]).description == seen)
    }
  }

  @Test(arguments: [
    (#"{"resourceSpans":{}}"#, "resourceSpans is an object, expected a list"),
    (#"{"resourceSpans":["x"]}"#, "resourceSpans.0 is a string, expected an object"),
    (#"{"resourceSpans":[{}]}"#, "resourceSpans.0 has no “scopeSpans”"),
    (#"{"resourceSpans":[{"scopeSpans":"oops"}]}"#, "resourceSpans.0.scopeSpans is a string"),
    (#"{"resourceSpans":[{"scopeSpans":[{"span":[]}]}]}"#, "scopeSpans.0 has no “spans”"),
    (#"{"resourceSpans":[{"scopeSpans":[{"spans":{}}]}]}"#, "scopeSpans.0.spans is an object"),
    (batch("1"), "spans.0 is a number, expected an object"),
    (
      #"{"resourceSpans":[{"resource":{"attributes":{}},"scopeSpans":[]}]}"#,
      "resourceSpans.0.resource.attributes is an object, expected a list"
    ),
    (batch(#"{"attributes":{"a":1}}"#), "spans.0.attributes is an object, expected a list"),
    (batch(#"{"attributes":[{"value":{}}]}"#), "attributes.0 has no “key”"),
    (batch(span(1, value: #"{"intValue":"9e9"}"#)), "attributes.1.value is {\"intValue\":\"9e9\"}"),
    (batch(span(1, value: #"{"strValue":"x"}"#)), "expected a stringValue, boolValue"),
    (batch(span(1, value: #"{"intValue":1,"boolValue":true}"#)), "expected one typed value"),
    (
      batch(span(1).replacing(#""key":"v""#, with: #""key":"c""#)),
      "the attribute “c” is given twice"
    ),
  ])
  func damageHasItsPlace(text: String, words: String) throws {
    let message = refusal(of: Self.batch(Self.span(0)) + "\n" + text, try options())
    #expect(message.hasPrefix("h:2:1: ") && message.contains(words), "\(message)")
  }

  @Test func aTornLastLineIsTold() throws {
    let text = Self.batch(Self.span(1)) + "\n" + Self.batch(Self.span(2)).prefix(80)
    let history = try read(text, try options())
    #expect(history.count == 1)
    #expect(history.warnings.contains("line 2, the last, is torn and was dropped"))
  }

  @Test func theOldNameOfScopes() throws {
    let text = Self.batch(Self.span(1), name: "instrumentationLibrarySpans")
    #expect(try read(text, try options()).count == 1)
  }

  /// A status without a code is the one that is not set.
  @Test func aStatusMayBeLeftOut() throws {
    let map = Self.map.replacing("start:", with: "outcome: 'status.code', start:")
      .replacing("} }", with: "}, outcomes: { '0': 'ok', '2': 'info' } }")
    let text = Self.batch(
      [
        Self.span(1), Self.span(2, #","status":{"code":2}"#), Self.span(3, #","status":{}"#),
      ].joined(separator: ","))
    #expect(try read(text, try options(map)).outcome == [.ok, .indeterminate, .ok])
  }

  /// Lines are those of the spans, whatever stands on one line.
  @Test func spansHaveTheirLines() throws {
    let text =
      Self.batch(Self.span(1)) + "\n"
      + Self.batch(Self.span(2) + ",\n" + Self.span(3) + ",\n" + Self.span(4))
      + Self.batch(Self.span(5) + ",\n" + Self.span(1)) + "\n\n" + Self.batch(Self.span(7))
    let history = try read(text, try options())
    #expect(history.line == [1, 5, 2, 3, 4, 4, 7])
  }
}
