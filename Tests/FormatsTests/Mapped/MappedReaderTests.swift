import Base
import Formats
import Histories
import Testing

/// What a map decides, and what is refused where it decides nothing.
@Suite struct MappedReaderTests {
  private static let events = "fields: { process: 'p', type: 't', f: 'f', value: 'v', error: 'e' }"
  private static let timed =
    "fields: { process: 'p', type: 't', f: 'f', value: 'v', time: 'ts', error: 'e' }"
  private static let intervals = intervals("process f value start end")

  /// A map of intervals with fields that are called as their first letters.
  private static func intervals(_ fields: String) -> String {
    let pairs = fields.split(separator: " ").map { name in
      "\(name): '\(name == "from" || name == "to" ? name : name.prefix(1))'"
    }
    return "shape: 'intervals', fields: { \(pairs.joined(separator: ", ")) }"
  }

  private func options(_ map: String) throws -> ReadOptions {
    var options = ReadOptions()
    options.map = try FieldMap.parse(Array("{ \(map) }".utf8), file: "m")
    return options
  }

  private func lines(_ text: String, _ map: String) throws -> [String] {
    written(try read(text, try options(map))).split(separator: "\n").map(String.init)
  }

  @Test func whoIsNotANumberGetsOne() throws {
    let text = """
      {"p":"c9","t":"call","f":"put","v":1}
      {"p":"c2","t":"call","f":"get"}
      {"p":"c9","t":"return","f":"put"}
      {"p":"c2","t":"return","v":1}
      """
    #expect(
      try lines(text, Self.events) == [
        #"{"process":0,"type":"invoke","f":"write","value":1}"#,
        #"{"process":1,"type":"invoke","f":"read","value":null}"#,
        #"{"process":0,"type":"ok","f":"write","value":1,"client":"c9"}"#,
        #"{"process":1,"type":"ok","f":"read","value":1,"client":"c2"}"#,
      ])
  }

  /// Nobody knows whether it happened, so the client goes on under another number.
  @Test func afterAnUnknownOneAClientIsAnother() throws {
    let text = """
      {"p":4,"t":"call","f":"set","v":1}
      {"p":4,"t":"timeout","f":"set"}
      {"p":4,"t":"call","f":"set","v":2}
      {"p":4,"t":"return","f":"set"}
      """
    let history = try read(text, try options(Self.events))
    #expect(history.processes == [4, 5])
    #expect(history.outcome == [.indeterminate, .ok])
  }

  /// An error beside a return is no success.
  @Test func anErrorIsNoAnswer() throws {
    let text = """
      {"p":1,"t":"call","f":"set","v":1}
      {"p":1,"t":"return","f":"set","e":"deadline exceeded"}
      """
    let history = try read(text, try options(Self.events))
    #expect(history.outcome == [.indeterminate])
    #expect(history.warnings.contains { $0.contains("1 operations have an error") })
    let refused = try read(
      text, try options(Self.events + ", outcomes: { 'deadline exceeded': 'fail' }"))
    #expect(refused.outcome == [.fail])
  }

  @Test func whatEndsAsTheNextBeginsIsConcurrent() throws {
    let text = """
      {"p":1,"f":"set","v":1,"s":1,"e":5}
      {"p":1,"f":"set","v":2,"s":5,"e":9}
      {"p":2,"f":"get","r":1,"s":9,"e":11}
      """
    let history = try read(text, try options(Self.intervals("process f value result start end")))
    #expect(history.invoked[1] < history.completed[0])
    #expect(history.invoked[2] < history.completed[1])
    #expect(Set(history.processes).count == 3)
    #expect(history.warnings.contains { $0.contains("count as concurrent") })
  }

  @Test func comparedAndNotSwapped() throws {
    let text = """
      {"p":1,"f":"compareAndSet","from":1,"to":2,"r":false,"s":1,"e":2}
      {"p":1,"f":"cas","from":3,"to":4,"r":true,"s":3,"e":4}
      """
    let history = try read(text, try options(Self.intervals("process f from to result start end")))
    #expect(history.functions == ["cas"])
    #expect(history.evidence("swapped", of: 0) == ValueTable.false)
    #expect(history.evidence("swapped", of: 1) == nil)
    #expect(history.values.describe(history.input[0]) == "[1,2]")
  }

  @Test func aDeletionWritesNothing() throws {
    let text = #"{"p":1,"f":"del","k":"x","s":1,"e":2}"#
    let history = try read(text, try options(Self.intervals("process f key start end")))
    #expect(history.functionName(0) == "write" && history.input[0] == ValueTable.null)
  }

  @Test(arguments: [
    ("number", #""42""#, "42"), ("number", #""a""#, #""a""#), ("text", "42", #""42""#),
    ("json", #""[1,2]""#, "[1,2]"), ("auto", #""42""#, #""42""#), ("auto", "42", "42"),
  ])
  func valuesAreReadAsAsked(reading: String, value: String, wanted: String) throws {
    let text = #"{"p":1,"f":"set","k":"x","v":\#(value),"s":1,"e":2}"#
    let map = Self.intervals("process f key value start end")
    let history = try read(text, try options(map + ", values: '\(reading)'"))
    #expect(history.values.json(history.input[0]).description == wanted)
  }

  @Test(
    arguments: [
      ("ns", "5", 5), ("us", "5", 5_000), ("ms", "1.5", 1_500_000), ("s", "0.000000001", 1),
      ("s", "1e-3", 1_000_000), ("ms", #""7""#, 7_000_000),
      ("ns", "9223372036854775807", Int64.max),
      ("s", "2.0000000019", 2_000_000_001),
    ] as [(String, String, Int64)])
  func timesAreExact(unit: String, time: String, nanoseconds: Int64) throws {
    let text =
      #"{"p":1,"t":"call","f":"set","v":1,"ts":0}"# + "\n"
      + #"{"p":1,"t":"return","f":"set","ts":\#(time)}"#
    let history = try read(text, try options(Self.timed + ", times: '\(unit)'"))
    #expect(history.completedTime[0] == nanoseconds)
  }

  @Test(
    arguments: [
      ("2026-03-01T00:00:00Z", "2026-03-01T00:00:00.000000001Z", 1),
      ("2024-02-29T23:59:59Z", "2024-03-01T00:00:00Z", 1_000_000_000),
      ("2026-01-01T01:00:00+01:00", "2026-01-01 00:00:01", 1_000_000_000),
      ("1999-12-31T23:00:00-0100", "2000-01-01T00:00:00.5Z", 500_000_000),
      ("2100-02-28T00:00:00Z", "2100-03-01T00:00:00Z", 86_400_000_000_000),
    ] as [(String, String, Int64)])
  func datesAreExact(first: String, second: String, gap: Int64) throws {
    let text =
      #"{"p":1,"t":"call","f":"set","v":1,"ts":"\#(first)"}"# + "\n"
      + #"{"p":1,"t":"return","f":"set","ts":"\#(second)"}"#
    let history = try read(text, try options(Self.timed))
    #expect(history.invokedTime[0] == 0 && history.completedTime[0] == gap)
  }

  @Test(arguments: [
    (events, #"{"p":1,"t":"error","f":"set","v":1}"#, "“t” is “error”, of which nobody knows"),
    (
      events, #"{"p":1,"t":"call","f":"get"}"# + "\n" + #"{"t":"call","f":"set","v":1}"#,
      "h:2:1: found no “p” in this record"
    ),
    (
      events, #"{"p":1,"t":"call","f":"get"}"# + "\n" + #"{"p":2,"t":"call","v":1}"#,
      "h:2:1: found no “f” in this record"
    ),
    (
      timed, #"{"p":1,"t":"call","f":"set","v":1,"ts":"noon"}"#,
      "“ts” is \"noon\", which is no time"
    ),
    (timed, #"{"p":1,"t":"call","f":"set","v":1,"ts":1.5}"#, "“ts” is 1.5, which is no time"),
    (events, "{\"p\":1,\n\"t\":", "the object that begins here does not end"),
    (events, "{\"p\":1,\n\"t\":x}", "h:2:5: "),
    (events, "nonsense", "expected a JSON object"),
    (intervals, #"{"p":1,"f":"get","s":1,"e":2}"#, "this read is complete and has no result (“v”)"),
    (
      intervals("process f value result start end"),
      #"{"p":1,"f":"get","v":null,"s":1,"e":2}"# + "\n" + #"{"p":1,"f":"get","r":1,"s":3,"e":4}"#,
      "h:1:1: this read is complete and has no result (“r”)"
    ),
    (
      intervals, #"{"p":1,"f":"set","v":1,"s":3,"e":2}"#,
      "the operation ends (“e”) before it starts"
    ),
    (
      intervals,
      #"{"p":1,"f":"set","v":1,"s":1,"e":2}"# + "\n" + #"{"p":1,"f":"set","v":1,"e":2}"#,
      "h:2:1: found no “s” in this record"
    ),
    (
      intervals("process f value start end outcome"),
      #"{"p":1,"f":"set","v":1,"s":1,"e":2,"o":"odd"}"#, "“o” is “odd”, of which nobody"
    ),
    (intervals + ", values: 'json'", #"{"p":1,"f":"set","v":"x","s":1,"e":2}"#, "“x” is no JSON"),
    (intervals + ", records: 'csv'", "p,f,v,s,e\n1,set,,1,2\n", "“v” of this write is empty"),
    (intervals + ", records: 'csv'", "p,f,v,s,e\n1,set\n", "found 2 fields, expected 5"),
    (intervals + ", records: 'csv'", "p,p\n", "the header names “p” twice"),
    (intervals + ", records: 'csv'", "p,f,v,s,e\n1,\"set,1,2\n", "h:2:3: the quoted field"),
    (intervals + ", records: 'logfmt'", "p=1 p=2\n", "“p” is given twice"),
    (intervals + ", records: 'logfmt'", "words only\n", "expected pairs such as name=value"),
    (intervals + ", records: 'otlp'", "{}", "found no “resourceSpans”"),
  ])
  func whatTheMapDoesNotDecideIsRefused(map: String, text: String, words: String) throws {
    let message = refusal(of: text, try options(map))
    #expect(message.contains(words), "\(message)")
    #expect(message.hasPrefix("h:"))
  }

  /// Nothing of an empty result is guessed; the map says it.
  @Test(arguments: [("absent", "null"), ("text", "\"\"")])
  func emptyResultsMeanWhatTheMapSays(empty: String, seen: String) throws {
    let text = "p,f,v,r,s,e\n1,get,,,1,2\n1,get,,3,3,4\n"
    let map = Self.intervals("process f value result start end") + ", records: 'csv'"
    let history = try read(text, try options(map + ", empty: '\(empty)'"))
    #expect(history.values.json(history.output[0]).description == seen)
    // What nobody knows the answer of may have happened or not, and its client goes on.
    let unknown = try read(text, try options(map + ", empty: 'unknown'"))
    #expect(unknown.outcome == [.indeterminate, .ok])
    #expect(unknown.output[0] == ValueTable.none && unknown.processes == [1, 2])
  }

  @Test func quotedFieldsHoldAnything() throws {
    let text = "p,f,v,s,e\r\n1,set,\"a \"\"b\"\", c\nd\",1,2\r\n2,set,\"x\",3,4"
    let history = try read(text, try options(Self.intervals + ", records: 'csv', values: 'text'"))
    #expect(history.values.string(history.input[0]) == "a \"b\", c\nd")
    #expect(history.line == [2, 4])
  }

  /// What other lines of a program say is no operation, and is counted.
  @Test func otherLinesAreCounted() throws {
    let text = """
      {"msg":"up","addr":":80"}
      {"msg":"kv","p":1,"t":"call","f":"set","v":1}
      {"msg":"kv","p":1,"t":"return","f":"set"}
      """
    let history = try read(text, try options(Self.events + ", where: { msg: 'kv' }"))
    #expect(history.count == 1)
    #expect(history.warnings.contains { $0.hasPrefix("1 of 3 records are not those") })
    let bytes = Array(text.utf8)
    let guess = try bytes.withUnsafeBytes { all throws(FormatError) in
      try MapGuess(all, file: "h")
    }
    #expect(guess.map.conditions == [FieldPath("msg"): "kv"])
  }

  /// A library that gives back as text what it was sent as a number: that is told.
  @Test func numbersAsTextAreNumbers() throws {
    let text = """
      {"client":1,"op":"set","value":83,"start":1,"end":2}
      {"client":1,"op":"get","value":"83","start":3,"end":4}
      """
    let history = try read(text, ReadOptions(format: "records"))
    #expect(history.input[0] == history.output[1])
    #expect(history.warnings.contains { $0.contains("so 83 and \"83\" are taken for one") })
    // By a map that does not say so they are two.
    let two = try read(
      text,
      try options(
        "shape: 'intervals', fields: { process: 'client', f: 'op', value: 'value', "
          + "start: 'start', end: 'end' }"))
    #expect(two.input[0] != two.output[1])
    // Where other text is there as well, text is text.
    let words = text + #"{"client":1,"op":"set","value":"x","start":5,"end":6}"#
    let other = try read(words, ReadOptions(format: "records"))
    #expect(other.input[0] != other.output[1])
    // Where two arguments or two answers would become one, a person must say it.
    for more in [
      #"{"client":1,"op":"set","value":"83","start":5,"end":6}"#,
      #"{"client":1,"op":"get","value":83,"start":5,"end":6}"#,
      #"{"client":1,"op":"get","value":"083","start":5,"end":6}"#,
    ] {
      let message = refusal(of: text + more, ReadOptions(format: "records"))
      #expect(message.contains("are 83 and \"83\" one (number) or two (auto)?"), "\(message)")
    }
  }

  /// It did not happen, whenever that was said.
  @Test func aFailureNeedsNoEnd() throws {
    let text = "p,f,v,s,e,o\n1,set,1,1,2,ok\n1,set,2,3,,fail\n1,get,1,5,6,ok\n"
    let history = try read(
      text, try options(Self.intervals("process f value start end outcome") + ", records: 'csv'"))
    #expect(history.outcome == [.ok, .fail, .ok])
    #expect(history.processes == [1, 1, 1])
  }

  /// Where a failed cas counts as one that saw another value, it may have looked until the end.
  @Test func aFailedCasMayHaveLookedLate() throws {
    let text = "p,f,v,s,e,o\n1,cas,\"[1,2]\",3,,fail\n2,set,1,5,6,ok\n"
    let history = try read(
      text, try options(Self.intervals("process f value start end outcome") + ", records: 'csv'"))
    #expect(history.outcome == [.fail, .ok])
    #expect(history.completedTime == [6, 6])
  }

  /// Who makes the faults is no client, under a name or as a keyword.
  @Test(arguments: ["nemesis", ":nemesis"])
  func faultsAreNoOperations(name: String) throws {
    let text = """
      {"p":7,"t":"call","f":"set","v":1}
      {"p":"\(name)","t":"info","f":"start-kill","v":["n1"]}
      {"p":7,"t":"return","f":"set"}
      """
    let history = try read(text, try options(Self.events))
    #expect(history.processes == [7] && history.nemesis.count == 1)
    #expect(history.functions.contains("start-kill"))
    // No word of it is asked about.
    let named = text.replacing("\"p\"", with: "\"process\"").replacing("\"t\"", with: "\"type\"")
      .replacing("\"v\"", with: "\"value\"")
    #expect(try read(named, ReadOptions(format: "records")).nemesis.count == 1)
  }

  /// What may change a verdict is a doubt, not a guess.
  @Test(arguments: [
    (
      #"{"client":1,"op":"set","value":1,"start":1,"end":2,"status":"weird"}"#, "what “weird” means"
    ),
    (#"{"client":1,"op":"set","value":1,"start":1,"end":2,"ok":false}"#, "what “false” means"),
    (#"{"client":1,"op":"frob","value":1,"start":1,"end":2}"#, "what “frob” is here"),
    (#"{"client":1,"op":"cas","from":1,"to":2,"start":1,"end":2}"#, "whether a cas swapped"),
    (
      #"{"client":1,"op":"set","operation":"get","value":1,"start":1,"end":2}"#,
      "“op” or “operation”"
    ),
    (#"{"a":1}"#, "fields.process: no field looks like it (there are “a”)"),
  ])
  func doubtsAreTold(text: String, words: String) throws {
    let message = refusal(of: text, ReadOptions(format: "records"))
    #expect(message.contains("is not certain") && message.contains(words), "\(message)")
  }

  @Test func whatWeKnowNeedsNoMap() throws {
    let native = #"{"process":0,"type":"invoke","f":"read","value":null}"#
    var options = try options(Self.events)
    options.otherMap = options.map
    options.map = nil
    #expect(try read(native, options).count == 1)
    let other = #"{"p":1,"t":"call","f":"set","v":1}"#
    #expect(try read(other, options).functions == ["write"])
    #expect(refusal(of: other).contains("plumbline import --guess finds one"))
    // What is ours but for clients' names or dates is another program's.
    for event in [
      #"{"process":"c1","type":"invoke","f":"write","value":1}"#,
      #"{"process":1,"type":"invoke","f":"write","value":1,"time":"2026-01-01T00:00:00Z"}"#,
    ] {
      #expect(refusal(of: event).contains("--format records"))
      let whole = event + "\n" + event.replacing("invoke", with: "ok")
      #expect(try read(whole, ReadOptions(format: "records")).count == 1)
    }
  }
}
