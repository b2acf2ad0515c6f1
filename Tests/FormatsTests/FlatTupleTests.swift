import Base
import Formats
import Histories
import Testing

/// `[key old new]` as the value of a compare-and-set, in every notation.
@Suite struct FlatTupleTests {
  /// Written, set from 1 to 2 and read under the key `k`, with the tuples as a recorder has them.
  private static let events = [
    ("invoke", "write", "[\"k\" 1]"), ("ok", "write", "[\"k\" 1]"),
    ("invoke", "cas", "[\"k\" 1 2]"), ("ok", "cas", "[\"k\" 1 2]"),
    ("invoke", "cas", "[\"k\" 7 8]"), ("fail", "cas", "[\"k\" 7 8]"),
    ("invoke", "cas", "[\"k\" null 8]"), ("fail", "cas", ":precondition"),
    ("invoke", "cas", "[\"k\" 2 [3 4]]"), ("info", "cas", ":timeout"),
  ]

  private static func json(_ value: String) -> String {
    value.hasPrefix(":") ? "\"\(value)\"" : value.replacing(" ", with: ",")
  }

  private static func edn(_ value: String) -> String { value.replacing("null", with: "nil") }

  private static let notations: [String] = [
    events.map { "{\"process\":0,\"type\":\"\($0)\",\"f\":\"\($1)\",\"value\":\(json($2))}\n" }
      .joined(),
    "["
      + events.map { "{\"process\":0,\"type\":\"\($0)\",\"f\":\"\($1)\",\"value\":\(json($2))}" }
      .joined(separator: ",") + "]",
    events.map { "{:process 0, :type :\($0), :f :\($1), :value \(edn($2))}\n" }.joined(),
    "["
      + events.map { "#jepsen.history.Op{:process 0 :type :\($0) :f :\($1) :value \(edn($2))}" }
      .joined() + "]",
    events.map { "0\t:\($0)\t:\($1)\t\(edn($2))\n" }.joined(),
    events.map { "INFO  jepsen.util - 0\t:\($0)\t:\($1)\t\(edn($2))\n" }.joined(),
  ]

  @Test(arguments: notations.indices)
  func everyNotation(place: Int) throws {
    let history = try read(Self.notations[place])
    let shown = (0..<history.count).map { operation in
      history.values.describe(history.key[operation]) + " "
        + history.values.describe(history.input[operation])
    }
    #expect(
      shown == ["\"k\" 1", "\"k\" [1,2]", "\"k\" [7,8]", "\"k\" [null,8]", "\"k\" [2,[3,4]]"])
    #expect(history.outcome == [.ok, .ok, .fail, .fail, .indeterminate])
  }

  /// Events and intervals of another program, by a map, with its words for functions.
  @Test func mapped() throws {
    var options = ReadOptions()
    options.map = try FieldMap.parse(
      Array("{ fields: { process: 'p', type: 't', f: 'f', value: 'v' } }".utf8), file: "m")
    let events = """
      {"p":"a","t":"call","f":"put","v":["k",1]}
      {"p":"a","t":"return"}
      {"p":"a","t":"call","f":"compareAndSet","v":["k",1,2]}
      {"p":"a","t":"return"}
      """
    #expect(written(try read(events, options)).contains(#""key":"k","value":[1,2]"#))
    options.map = try FieldMap.parse(
      Array(
        """
        { shape: 'intervals', fields: { f: 'f', value: 'v', start: 's', end: 'e' },
          swaps: { '': true } }
        """.utf8), file: "m")
    let rows = "f,v,s,e\nput,\"[\"\"k\"\",1]\",1,2\ncas,\"[\"\"k\"\",1,2]\",3,4\n"
    #expect(written(try read(rows, options)).contains(#""key":"k","value":[1,2]"#))
  }

  /// Three values under another function, or a collection as the first, are no tuple.
  @Test func noTuples() throws {
    for (function, value) in [
      ("write", "[\"k\",1,2]"), ("cas", "[[1],1,2]"), ("cas", "[\"k\",1,2,3]"),
      ("cas", "[null,1,2]"),
    ] {
      let text = "{\"process\":0,\"type\":\"invoke\",\"f\":\"\(function)\",\"value\":\(value)}\n"
      #expect(try read(text).key == [ValueTable.none], "\(function) \(value)")
    }
  }

  /// A completion of another key, or of a value that is no tuple, is refused.
  @Test func wrongAnswers() {
    func text(_ answer: String) -> String {
      """
      {"process":0,"type":"invoke","f":"cas","value":["k",1,2]}
      {"process":0,"type":"ok","f":"cas","value":\(answer)}

      """
    }
    #expect(
      refusal(of: text("[\"j\",1,2]"), ReadOptions(keyed: true))
        == "h:2:1: found the key \"j\", expected \"k\" as on line 1")
    #expect(
      refusal(of: text("[1,2,3,4]"), ReadOptions(keyed: true)).hasPrefix(
        "h:2:1: found [1,2,3,4] as the value of “cas”, expected [key value]"))
  }
}
