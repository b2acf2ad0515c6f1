import Base
import Formats
import Histories
import Testing

/// A path that leads nowhere is mistyped, and what says nothing of its end is not over well.
@Suite struct MapSurveyTests {
  private static let log = """
    {"p":"a","f":"set","k":"x","v":1,"s":1,"e":2,"o":"ok"}
    {"p":"b","f":"get","k":"x","r":1,"s":3,"e":4,"o":"ok"}
    """
  private static let fields: [(String, String)] = [
    ("process", "p"), ("f", "f"), ("key", "k"), ("value", "v"), ("result", "r"), ("start", "s"),
    ("end", "e"), ("outcome", "o"),
  ]

  private func options(_ map: String) throws -> ReadOptions {
    var options = ReadOptions()
    options.map = try FieldMap.parse(Array("{ \(map) }".utf8), file: "m")
    return options
  }

  private func map(_ fields: [(String, String)], _ rest: String = "") -> String {
    let pairs = fields.map { "\($0.0): '\($0.1)'" }.joined(separator: ", ")
    return "shape: 'intervals', fields: { \(pairs) }" + rest
  }

  @Test(arguments: fields.map(\.0))
  func aMistypedPathIsTold(field: String) throws {
    #expect(try read(Self.log, try options(map(Self.fields))).count == 2)
    let mistyped = Self.fields.map { ($0.0, $0.0 == field ? "typo" : $0.1) }
    let message = refusal(of: Self.log, try options(map(mistyped)))
    #expect(message.hasPrefix("h:1:1: fields.\(field): “typo” is in no record"), "\(message)")
    #expect(message.contains("“v”") && message.contains("(--map)"))
  }

  /// A logger writes no error where there was none, and one map is for many logs.
  @Test func whatNoOperationNeedsMayBeMissing() throws {
    let more = Self.fields + [("error", "x"), ("node", "x"), ("from", "x"), ("to", "x")]
    #expect(try read(Self.log, try options(map(more))).count == 2)
    let open = #"{"p":"a","f":"set","k":"x","v":1,"s":1,"o":"timeout"}"#
    #expect(
      try read(open, try options(map(Self.fields))).outcome == [.indeterminate])
  }

  @Test func aConditionOnNothing() throws {
    let message = refusal(of: Self.log, try options(map(Self.fields, ", where: { msg: 'kv' }")))
    #expect(message.contains("where: “msg” is in no record"), "\(message)")
  }

  @Test(arguments: ["", #","o":null"#, #","o":"""#])
  func anUnsaidOutcomeIsNotOk(said: String) throws {
    let text = Self.log + "\n" + #"{"p":"a","f":"set","k":"x","v":2,"s":5,"e":6\#(said)}"#
    let message = refusal(of: text, try options(map(Self.fields)))
    #expect(message.hasPrefix("h:3:1: "), "\(message)")
    #expect(message.contains("nobody knows how the operation ended"))
    #expect(message.contains("outcomes: { \"\": \"ok\""))
    let told = try read(text, try options(map(Self.fields, ", outcomes: { '': 'ok' }")))
    #expect(told.outcome == [.ok, .ok, .ok])
    // The same without a map.
    let named = text.replacing("\"o\"", with: "\"outcome\"").replacing("\"s\"", with: "\"start\"")
      .replacing("\"e\"", with: "\"end\"").replacing("\"p\"", with: "\"process\"")
    #expect(
      refusal(of: named, ReadOptions(format: "intervals"))
        .contains("outcomes: how an operation ended that has no “outcome”"))
  }

  /// What is still under way has neither.
  @Test func anOpenOperationHasNoOutcome() throws {
    let text = Self.log + "\n" + #"{"p":"a","f":"set","k":"x","v":2,"s":5}"#
    #expect(
      try read(text, try options(map(Self.fields))).outcome == [.ok, .ok, .indeterminate])
  }

  /// Whose map it was is told where no option names it.
  @Test func theProjectsMapIsNamed() throws {
    var options = ReadOptions()
    options.otherMap = try FieldMap.parse(
      Array("{ shape: 'intervals', fields: { f: 'op', start: 's', end: 'e' } }".utf8),
      file: ".plumbline.json5")
    let message = refusal(of: "client,op,value,start,end\na,set,1,1,2\n", options)
    #expect(message.hasSuffix("; the map is that of .plumbline.json5"), "\(message)")
  }
}
