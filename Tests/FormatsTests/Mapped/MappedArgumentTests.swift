import Base
import Formats
import Histories
import Testing

/// What an operation was asked to do is never nothing because nobody found it.
@Suite struct MappedArgumentTests {
  private static let intervals =
    "shape: 'intervals', fields: { process: 'p', f: 'f', value: 'v', start: 's', end: 'e' }"
  private static let events = "fields: { process: 'p', type: 't', f: 'f', value: 'v' }"

  private func options(_ map: String) throws -> ReadOptions {
    var options = ReadOptions()
    options.map = try FieldMap.parse(Array("{ \(map) }".utf8), file: "m")
    return options
  }

  @Test(arguments: ["set", "add", "enq", "push", "insert", "append", "remove", "contains", "cas"])
  func anArgumentIsNeeded(function: String) throws {
    let there = #"{"p":1,"f":"set","v":1,"s":1,"e":2}"# + "\n"
    let text = there + #"{"p":1,"f":"\#(function)","s":3,"e":4}"#
    let message = refusal(of: text, try options(Self.intervals))
    #expect(message.hasPrefix("h:2:1: found no “v” in this record, the argument of"), "\(message)")
    #expect(message.contains("(--map) says in") && message.contains("fields.value"))
    let nowhere = refusal(
      of: text,
      try options("shape: 'intervals', fields: { process: 'p', f: 'f', start: 's', end: 'e' }"))
    #expect(nowhere.contains("this write needs an argument, and nothing says where it is"))
  }

  /// Null is a value; it is not the same as none.
  @Test func nullIsSaid() throws {
    let text = #"{"p":1,"f":"set","v":null,"s":1,"e":2}"#
    #expect(try read(text, try options(Self.intervals)).input == [ValueTable.null])
  }

  /// Events say it in the invocation.
  @Test func anInvocationSaysIt() throws {
    let text = #"{"p":1,"t":"call","f":"set"}"# + "\n" + #"{"p":1,"t":"return","f":"set","v":1}"#
    #expect(refusal(of: text, try options(Self.events)).hasPrefix("h:1:1: found no “v”"))
    // What is no operation of its own is told as that.
    let lone = #"{"p":1,"t":"return","f":"set"}"# + "\n" + #"{"p":2,"t":"call","f":"set","v":1}"#
    #expect(refusal(of: lone, try options(Self.events)).contains("has no operation open"))
  }

  @Test func halfOfACasIsNone() throws {
    let map = Self.intervals.replacing("value: 'v'", with: "from: 'a', to: 'b', swapped: 'w'")
    let text = #"{"p":1,"f":"cas","a":1,"b":2,"w":true,"s":1,"e":2}"# + "\n"
    #expect(try read(text, try options(map)).count == 1)
    let half = refusal(
      of: text + #"{"p":1,"f":"cas","a":1,"w":true,"s":3,"e":4}"#, try options(map))
    #expect(half.hasPrefix("h:2:1: found no “a” and “b” in this record"), "\(half)")
    // The empty cell of another row is no value to expect.
    let rows = "p,f,a,b,w,s,e\n1,cas,1,2,true,1,2\n1,cas,,2,true,3,4\n"
    #expect(refusal(of: rows, try options(map + ", records: 'csv'")).hasPrefix("h:3:1: "))
  }

  /// As in histories of our own: the same value, or none.
  @Test(arguments: ["set", "enq", "append"])
  func aCompletionSaysTheSame(function: String) throws {
    func log(_ said: String) -> String {
      #"{"p":1,"t":"call","f":"\#(function)","v":1}"# + "\n"
        + #"{"p":1,"t":"return","f":"\#(function)"\#(said)}"#
    }
    for said in ["", #","v":null"#, #","v":1"#] {
      #expect(try read(log(said), try options(Self.events)).count == 1)
    }
    let message = refusal(of: log(#","v":5"#), try options(Self.events))
    #expect(message.hasPrefix("h:2:1: “v” of this "), "\(message)")
    #expect(message.contains("is 5, but its invocation on line 1 says 1"))
    // An answer is no argument.
    let answers = Self.events.replacing("value: 'v'", with: "value: 'v', result: 'v'")
    #expect(try read(log(#","v":"OK""#), try options(answers)).count == 1)
  }

  @Test func aDeletionMayAnswerWhatItDeleted() throws {
    let text = #"{"p":1,"t":"call","f":"del"}"# + "\n" + #"{"p":1,"t":"return","f":"del","v":5}"#
    #expect(try read(text, try options(Self.events)).input == [ValueTable.null])
  }

  /// An operation on nobody knows which object is no operation on one of its own.
  @Test func aKeyIsNeededWhereOthersHaveOne() throws {
    let map = Self.intervals.replacing("value: 'v'", with: "value: 'v', key: 'k'")
    let keyed = #"{"p":1,"f":"set","k":"x","v":1,"s":1,"e":2}"# + "\n"
    let message = refusal(of: keyed + #"{"p":1,"f":"get","v":1,"s":3,"e":4}"#, try options(map))
    #expect(message.hasPrefix("h:2:1: found no “k” in this record, the key of this read"))
    let null = try read(keyed + #"{"p":1,"f":"get","k":null,"v":1,"s":3,"e":4}"#, try options(map))
    #expect(null.key[1] == ValueTable.none)
    let rows = "p,f,k,v,s,e\n1,set,x,1,1,2\n1,set,,1,3,4\n"
    let empty = refusal(of: rows, try options(map + ", records: 'csv'"))
    #expect(empty.hasPrefix("h:3:1: “k” of this write is empty, and others are not"), "\(empty)")
    #expect(try read(rows, try options(map + ", records: 'csv', keys: 'text'")).count == 2)
    // A column that is always empty is a log of one object.
    let one = rows.replacing(",x,", with: ",,")
    #expect(Set(try read(one, try options(map + ", records: 'csv'")).key).count == 1)
  }

  /// A mistyped function of the map is told with the word of the log that it is for.
  @Test func aMistypedFunctionIsTold() throws {
    let text = #"{"p":1,"f":"PUT","v":1,"s":1,"e":2}"#
    let message = refusal(of: text, try options(Self.intervals + ", functions: { PUT: 'wrtie' }"))
    #expect(
      message.hasPrefix(
        "h:1:1: “f” is “PUT”, which the map (--map) calls “wrtie” in its functions; did you mean "
          + "write?"), "\(message)")
    // A model of one's own has functions of its own.
    let own = try read(text, try options(Self.intervals + ", functions: { PUT: 'transmogrify' }"))
    #expect(own.functions == ["transmogrify"])
  }
}
