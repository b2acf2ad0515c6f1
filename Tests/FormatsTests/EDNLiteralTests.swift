import Base
import Formats
import Histories
import Testing

/// EDN's rarer literals, each as a value, as one of a collection and as a key.
@Suite struct EDNLiteralTests {
  /// What a value is read as, in JSON.
  private func json(_ value: String) throws -> String {
    let history = try read("{:process 0 :type :invoke :f :f :value \(value)}\n")
    return history.values.json(history.input[0]).description
  }

  private func refused(_ value: String) -> String {
    refusal(of: "{:a \(value)}\n", ReadOptions(format: "edn"))
  }

  @Test(arguments: [
    (#"#"a\d+\"b(""#, #""a\\d+\\\"b(""#), (#"#"""#, #""""#),
    ("##NaN", "\"##NaN\""), ("##-Inf", "\"##-Inf\""), ("##Inf", "\"##Inf\""),
    ("1/2", #""1/2""#), ("-3/9", #""-1/3""#), ("+2/6", #""1/3""#), ("4/2", "2"), ("-0/7", "0"),
    ("18446744073709551616/3", #""18446744073709551616/3""#),
    (#"\a"#, #""a""#), (#"\é"#, #""é""#), (#"\newline"#, #""\n""#), (#"\space"#, #"" ""#),
    (#"\tab"#, #""\t""#), (#"\return"#, #""\r""#), (#"\u00e9"#, #""é""#), (#"\o101"#, #""A""#),
    (#"\o"#, #""o""#), (#"\u"#, #""u""#), (#"\}"#, #""}""#), (#"\\"#, #""\\""#), (#"\""#, #""\"""#),
    (#"\;"#, #"";""#), (#"\,"#, #"",""#),
    ("#:a{:x 1, :b/y 2, :_/z 3, \"s\" 4, 5 6}", #"{"5":6,":a/x":1,":b/y":2,":z":3,"s":4}"#),
    ("#:a{:x #:b{:y {:z 1}}}", #"{":a/x":{":b/y":{":z":1}}}"#),
    ("#:a {}", "{}"), ("#::a{:x 1}", #"{":a/x":1}"#), ("#::{:x 1}", #"{":x":1}"#),
    ("#:a #_ #:b{:c 1} {:x 1}", #"{":a/x":1}"#),
    ("#_ 1 2", "2"), ("#_ #_ 1 2 3", "3"), ("#_#{1 2}#_[3]4", "4"), ("[1 #_ 2]", "[1]"),
    ("[#_ ; a comment\n {:a \"]\"} 1]", "[1]"), ("{#_ :a :b #_ 1 2}", #"{":b":2}"#),
    ("#_ #inst \"2020\" 1", "1"), ("#_ #\"[\" 1", "1"), ("#_ \\] 1", "1"),
    ("#knossos.model.CASRegister{:value 3}", #"{":value":3}"#),
    ("#uuid \"f81d\"", #""f81d""#), ("#a #b 3", "3"), ("#my/tag [1 #x 2 3]", "[1,2,3]"),
    ("#object[clojure.core$_PLUS_ 0x1f \"f@1\"]", #"["clojure.core$_PLUS_",31,"f@1"]"#),
    ("1e-3", "0.001"), ("+0", "0"), ("-0.0", "0"),
  ])
  func literals(text: String, expected: String) throws {
    #expect(try json(text) == expected)
    #expect(try json("[\(text) \(text) 0]") == "[\(expected),\(expected),0]")
    #expect(try json("#{\(text)}") == "[\(expected)]")
  }

  /// Maps in different namespaces are different values, and the short notation is the long one.
  @Test func namespaces() throws {
    #expect(try json("#:a{:x 1}") == (try json("{:a/x 1}")))
    #expect(try json("#:a{:x 1}") != (try json("#:b{:x 1}")))
    let writes = "{:process 0 :type :invoke :f :write :value #:a{:x 1}}\n"
    #expect(written(try read(writes)).contains(#""value":{":a/x":1}"#))
  }

  @Test func records() throws {
    let text = """
      #jepsen.history.Op{:index 0, :time 5, :type :invoke, :process 0, :f :read, :value nil}
      #jepsen.history.Op{:index 1, :time 9, :type :ok, :process 0, :f :read, :value #r.R{:v 1/2}}

      """
    let history = try read(text)
    #expect(history.values.json(history.output[0]).description == #"{":v":"1/2"}"#)
    #expect(history.invokedTime == [5])
  }

  @Test(arguments: [
    ("1/0", "1:5: found “1/0”, expected a number"),
    ("1/-2", "1:5: found “1/-2”, expected a number"),
    ("1/2/3", "1:5: found “1/2/3”, expected a number"),
    ("1/", "1:5: found “1/”, expected a number"),
    ("##Infinity", "1:5: found “##Infinity”, expected ##Inf, ##-Inf or ##NaN"),
    ("## 1", "1:5: found “##”, expected ##Inf, ##-Inf or ##NaN"),
    ("#a", "1:5: found a tag before “}”, expected the value that it is of"),
    ("[1 #a ]", "1:8: found a tag before “]”, expected the value that it is of"),
    ("#a #_ 1", "1:5: found a tag before “}”, expected the value that it is of"),
    ("#:a [1]", "1:9: found “[” after “#:a”, expected a map"),
    ("#:a{:x 1 :a/x 2}", "1:8: found \":a/x\" twice in one map"),
    ("#_", "1:7: found “}”, expected a value"),
    (#"\o400"#, #"1:5: found “\o400”, expected a character"#),
    (#"\ud800"#, #"1:5: found “\ud800”, expected a character"#),
    ("#<Object 1>", "1:5: found “#” before “<”, expected a set, a tag or “#_”"),
  ])
  func bad(text: String, message: String) {
    #expect(refused(text) == "h:" + message)
  }

  /// An end that was torn inside a literal is dropped like any other.
  @Test(arguments: [
    "#\"[", "#jepsen.history.O", "##N", "1/", "\\", "#", "#_", "#:a", "#:a{:x",
  ])
  func torn(end: String) throws {
    let text = "{:process 0 :type :invoke :f :read}\n{:process 0 :type :ok :value \(end)"
    let history = try read(text)
    #expect(history.count == 1)
    #expect(history.warnings.count == 1 && history.warnings[0].contains("is torn"))
  }
}
