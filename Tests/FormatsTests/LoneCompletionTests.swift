import Base
import Formats
import Histories
import TestSupport
import Testing

/// Completions whose invocations nobody recorded.
@Suite struct LoneCompletionTests {
  private func line(_ process: Int, _ type: String, _ f: String, _ value: String) -> String {
    #"{"process":\#(process),"type":"\#(type)","f":"\#(f)","value":\#(value)}"# + "\n"
  }

  private func options(_ order: EventOrder? = nil) -> ReadOptions {
    var options = ReadOptions(order: order)
    options.loneCompletions = .earliest
    return options
  }

  /// Right behind the process's event before, or at the very beginning.
  @Test func begunAtTheEarliest() throws {
    let history = try read(
      line(0, "invoke", "write", "1") + line(1, "ok", "read", "null") + line(0, "ok", "write", "1")
        + line(0, "ok", "write", "2") + line(1, "ok", "read", "2"), options())
    #expect(
      written(history) == line(1, "invoke", "read", "null") + line(0, "invoke", "write", "1")
        + line(1, "ok", "read", "null") + line(1, "invoke", "read", "null")
        + line(0, "ok", "write", "1") + line(0, "invoke", "write", "2")
        + line(0, "ok", "write", "2") + line(1, "ok", "read", "2"))
    #expect(
      history.warnings == [
        "3 completions have no invocation, first on line 2: their operations may have begun at any "
          + "time since the process's event before (--lone-completions earliest)"
      ])
  }

  /// What was asked is what the completion says.
  @Test(arguments: [
    ("ok", "read", "5", "null"), ("info", "read", "null", "null"), ("ok", "dequeue", "5", "null"),
    ("ok", "write", "5", "5"), ("info", "write", "5", "5"), ("ok", "cas", "[1,2]", "[1,2]"),
    ("ok", "cas", "[1,null]", "[1,null]"), ("ok", "contains", "[3,true]", "3"),
    ("ok", "acquire", "7", "null"), ("fail", "write", "null", "null"),
    ("ok", "txn", #"[["r","x",1]]"#, #"[["r","x",1]]"#),
  ])
  func arguments(type: String, function: String, value: String, asked: String) throws {
    let history = try read(line(0, type, function, value), options())
    #expect(history.values.json(history.input[0]).description == asked)
  }

  @Test func underKeys() throws {
    let text =
      line(0, "ok", "write", "[7,1]") + line(0, "ok", "read", "[7,1]")
      + line(0, "ok", "cas", "[7,[1,2]]") + line(0, "ok", "contains", "[7,[1,true]]")
    var options = options()
    options.keyed = true
    let history = try read(text, options)
    #expect(history.key.allSatisfy { history.values.describe($0) == "7" })
    #expect(history.input.map { history.values.describe($0) } == ["1", "1", "[1,2]", "1"])
  }

  /// An argument that is not there is no null.
  @Test(arguments: [
    ("info", "write", "null"), ("ok", "write", "null"), ("info", "write", "\":timed-out\""),
    ("info", "add", "[7,null]"), ("info", "cas", "\":timeout\""),
  ])
  func unknownArguments(type: String, function: String, value: String) {
    let words = refusal(of: line(0, type, function, value), options())
    #expect(words.hasPrefix("h:1:1: “\(function)” was completed (\(type)) without an invocation"))
    #expect(words.contains("--lone-completions"))
  }

  @Test func everyNotation() throws {
    for text in [
      line(0, "ok", "read", "5"), "[" + line(0, "ok", "read", "5") + "]",
      "{:process 0 :type :ok :f :read :value 5}\n", "0\t:ok\t:read\t5\n",
      String(decoding: JepsenTestTests.file([("ok", "read", .int(5))]), as: UTF8.self),
    ] {
      let bytes =
        text.hasPrefix("JEPSEN")
        ? JepsenTestTests.file([("ok", "read", .int(5))]) : Array(text.utf8)
      let history = try HistoryReader.read(bytes, file: "h", options: options())
      #expect(history.count == 1 && history.output.map { history.values.describe($0) } == ["5"])
      #expect(refusal(of: bytes).contains("--lone-completions earliest"))
    }
    var mapped = options()
    mapped.map = try FieldMap.parse(
      Array("{ fields: { process: 'p', type: 't', f: 'f', value: 'v' } }".utf8), file: "m")
    let log = """
      {"p":"a","t":"return","f":"put","v":1}
      {"p":"a","t":"return","f":"get","v":1}
      """
    #expect(try read(log, mapped).input.map { $0 == ValueTable.null } == [false, true])
  }

  @Test func sortedByTimes() throws {
    let text = """
      {"process":1,"type":"ok","f":"write","value":2,"time":40}
      {"process":1,"type":"ok","f":"write","value":1,"time":10}

      """
    let history = try read(text, options(.time))
    #expect(history.completedTime == [10, 40])
    #expect(history.invokedTime == [Event.noTime, Event.noTime])
    #expect(history.invoked == [0, 2] && history.completed == [1, 3])
  }

  /// The rules stay: nobody goes on after an info.
  @Test func rules() {
    #expect(
      refusal(of: line(0, "info", "write", "1") + line(0, "ok", "read", "1"), options()).contains(
        "a second time; it ended as info on line 1"))
    #expect(
      refusal(of: line(0, "invoke", "write", "1") + line(0, "ok", "read", "1"), options()).contains(
        "completes “read” but invoked “write”"))
  }

  /// With its invocations taken away a history keeps its operations, and each begins no later.
  @Test func nothingIsNarrowed() throws {
    var random = SplitMix64(seed: 3)
    for _ in 0..<trials(300) {
      var lines: [(text: String, isKept: Bool)] = []
      var open: [Int: Int] = [:]
      for number in 0..<20 {
        let process = Int(random.next() % 3)
        if let value = open.removeValue(forKey: process) {
          lines.append((line(process, "ok", "write", "\(value)"), true))
        } else {
          open[process] = number
          lines.append((line(process, "invoke", "write", "\(number)"), random.next() % 2 == 0))
        }
      }
      // What is open at the end has no completion to be known by.
      for (process, value) in open.sorted(by: { $0.key < $1.key }) {
        lines.append((line(process, "ok", "write", "\(value)"), true))
      }
      let whole = try read(lines.map(\.text).joined())
      let less = try read(lines.filter(\.isKept).map(\.text).joined(), options())
      #expect(less.count == whole.count)
      func order(_ history: History) -> Set<[String]> {
        var pairs: Set<[String]> = []
        for one in 0..<history.count {
          for other in 0..<history.count where history.completed[one] < history.invoked[other] {
            pairs.insert([one, other].map { history.values.describe(history.input[$0]) })
          }
        }
        return pairs
      }
      #expect(order(less).isSubset(of: order(whole)))
    }
  }
}
