import Base
import Checker
import Findings
import Formats
import Foundation
import Histories
import TestSupport
import Testing

/// Public recordings and others with known verdicts, in `shared/corpus` beside the package or
/// further up: they are not part of the repository.
private let field: String = {
  var folder = URL(fileURLWithPath: #filePath)
  while folder.path != "/" {
    folder.deleteLastPathComponent()
    let candidate = folder.appendingPathComponent("shared/corpus/field").path
    if File.kind(candidate) == .folder { return candidate }
  }
  return "shared/corpus/field"
}()
private let hasField = File.kind(field) == .folder

/// Small changes of the recording under which a violation would vanish.
@Suite struct RepairsTests {
  private func judged(
    _ history: History, reading: ReadOptions = ReadOptions(),
    _ change: @escaping @Sendable (inout CheckOptions) -> Void = { _ in }
  ) throws -> HistoryFindings {
    let investigate = Investigate(
      reading: reading,
      options: {
        var options = CheckOptions()
        change(&options)
        return options
      })
    var signal: Int32?
    return try investigate.judge(history, file: "history.jsonl", signal: &signal)
  }

  /// The repairs of a history with a violation, which stays one.
  private func repairs(
    _ history: History, reading: ReadOptions = ReadOptions(),
    _ change: @escaping @Sendable (inout CheckOptions) -> Void = { _ in },
    at place: SourceLocation = #_sourceLocation
  ) throws -> [Repair] {
    let findings = try judged(history, reading: reading, change)
    #expect(findings.result?.verdict == .violation, sourceLocation: place)
    #expect(findings.ending == .violation, sourceLocation: place)
    return findings.repairs
  }

  private func jsonl(
    _ lines: [String], _ options: ReadOptions = ReadOptions()
  ) throws -> History {
    let text = lines.map { line in
      let head = line.prefix { $0 != " " }
      return "{\"process\":\(head),\(line.dropFirst(head.count + 1))}\n"
    }.joined()
    return try HistoryReader.read(Array(text.utf8), file: "history.jsonl", options: options)
  }

  /// A counter that stood somewhere at first: what a read saw without what was added.
  @Test func aCounterMayHaveStoodAnywhere() throws {
    let history = try jsonl([
      #"0 "type":"invoke","f":"add","value":3"#, #"0 "type":"ok","f":"add","value":3"#,
      #"1 "type":"invoke","f":"read","value":null"#, #"1 "type":"ok","f":"read","value":13"#,
    ])
    let found = try repairs(history) { $0.model = "counter" }
    #expect(found.map(\.option) == ["--initial 10"])
    #expect(found.map(\.lines) == [[4]])
  }

  // MARK: - Recordings

  @Test(
    "public recordings have their hints", .enabled(if: hasField),
    arguments: [
      ("made/jepsen596.jsonl", "unknown-outcome", nil, [2]),
      ("made/numstr.jsonl", "text-numbers", nil, [1, 4]),
      ("real/craft.edn.gz", "initial", "--initial 0", [30]),
    ] as [(String, String, String?, [Int])])
  func recordings(_ name: String, _ kind: String, _ option: String?, _ lines: [Int]) throws {
    let found = try repairs(try HistoryReader.read(path: field + "/" + name))
    #expect(found.map(\.kind) == [kind])
    #expect(found.map(\.option) == [option])
    #expect(found.map(\.lines) == [lines])
  }

  @Test(
    "violations of systems have none", .enabled(if: hasField),
    arguments: [
      "real/ratis-3.2.2__EXPECTED-RED-seeded-stale-reads.edn.gz",
      "real/ratis-3.3.0-rc2__EXPECTED-RED-seeded-stale-reads.edn.gz", "made/lost-update.jsonl",
      "made/write-skew.jsonl", "made/etcd-stale-get-at-rev.json",
    ])
  func systems(_ name: String) throws {
    #expect(try repairs(try HistoryReader.read(path: field + "/" + name)).isEmpty)
  }

  // MARK: - Small histories

  private static let stale = """
    0 invoke write 1
    0 ok write 1
    0 invoke write 2
    0 ok write 2
    1 invoke read nil
    1 ok read 1
    """

  @Test func staleReadHasNone() throws {
    #expect(try repairs(try History.text(Self.stale)).isEmpty)
  }

  @Test func staleReadOfNothingHasNone() throws {
    let history = try History.text(
      """
      0 invoke write 1
      0 ok write 1
      1 invoke read nil
      1 ok read nil
      """)
    #expect(try repairs(history).isEmpty)
  }

  @Test func aPassIsNotLookedAt() throws {
    let history = try History.text("0 invoke write 1\n0 ok write 1\n0 invoke read nil\n0 ok read 1")
    #expect(try judged(history).repairs.isEmpty)
  }

  @Test func remnantsAndThoseWhoDoNotAskHaveNone() throws {
    let history = try History.text("0 invoke read nil\n0 ok read 5\n0 invoke write 1\n0 ok write 1")
    let result = try Checker.check(history, CheckOptions())
    var investigate = Investigate()
    #expect(try investigate.judge(history, result, file: "h").repairs.count == 1)
    #expect(try investigate.judge(history, result, file: "h", isWhole: false).repairs.isEmpty)
    investigate.seeksRepairs = false
    #expect(try investigate.judge(history, result, file: "h").repairs.isEmpty)
  }

  @Test(
    "the initial value of every kind of object",
    arguments: [
      (
        "write 5, read 7 early", "0 invoke read nil\n0 ok read 7\n0 invoke write 5\n0 ok write 5",
        "7"
      ),
      ("cas", "0 invoke cas [3,4]\n0 ok cas [3,4]\n0 invoke read nil\n0 ok read 4", "3"),
      (
        "counter",
        "0 invoke read nil\n0 ok read 10\n0 invoke add 2\n0 ok add 2\n0 invoke read nil\n"
          + "0 ok read 12", "10"
      ),
      (
        "queue",
        "0 invoke dequeue nil\n0 ok dequeue 8\n0 invoke enqueue 1\n0 ok enqueue 1\n"
          + "0 invoke dequeue nil\n0 ok dequeue 9", "'[8,9]'"
      ),
      (
        "text", "0 invoke write b\n0 ok write b\n0 invoke cas [a,c]\n0 ok cas [a,c]", nil
      ),
      (
        "word", "0 invoke read nil\n0 ok read it's\n0 invoke write b\n0 ok write b", #"'"it'\''s"'"#
      ),
      (
        "transaction",
        "0 invoke txn [[r,x,nil],[w,y,2]]\n0 ok txn [[r,x,1],[w,y,2]]", #"'{"x":1}'"#
      ),
    ] as [(String, String, String?)])
  func initial(_ name: String, _ lines: String, _ words: String?) throws {
    let found = try repairs(try History.text(lines)).filter { $0.kind == "initial" }
    #expect(found.compactMap(\.option) == (words.map { ["--initial \($0)"] } ?? []), "\(name)")
  }

  @Test func initialOfKeysThatDiffer() throws {
    let history = try History.text(
      """
      0 invoke read nil x
      0 ok read 5 x
      0 invoke read nil y
      0 ok read 6 y
      0 invoke write 1 y
      0 ok write 1 y
      0 invoke read nil y
      0 ok read 1 y
      """)
    let found = try repairs(history)
    #expect(found.map(\.option) == ["--initial unknown"])
  }

  @Test func initialMayNotBreakAnotherKey() throws {
    let history = try History.text(
      """
      0 invoke read nil x
      0 ok read 5 x
      0 invoke read nil y
      0 ok read nil y
      0 invoke write 1 y
      0 ok write 1 y
      """)
    #expect(try repairs(history).isEmpty)
  }

  @Test func initialOfTheHeader() throws {
    let history = try jsonl([
      #"0 "type":"invoke","f":"read""#, #"0 "type":"ok","f":"read","value":null"#,
      #"0 "type":"invoke","f":"write","value":1"#, #"0 "type":"ok","f":"write","value":1"#,
      #"0 "type":"invoke","f":"read""#, #"0 "type":"ok","f":"read","value":1"#,
    ])
    let found = try repairs(history) { $0.initial = .value(0) }
    #expect(found.map(\.option) == ["--initial null", "--null-read any"])
  }

  @Test(
    "errors that leave the outcome open",
    arguments: [
      (#""timeout""#, true), (#""Read timed out""#, true), (#"[":time-out","x"]"#, true),
      (#""ECONNRESET""#, true), (#""Connection reset by peer""#, true), (#""socket closed""#, true),
      (#""ConnectionClosed""#, true), (#""SocketTimeoutException""#, true),
      (#""unopened, disclosed account""#, false), (#""preset is read-only""#, false),
      (#""write: broken pipe""#, true), (#""unexpected EOF""#, true), (#""HTTP 503""#, true),
      (#"504"#, true), (#"{"code":"UNAVAILABLE"}"#, true),
      (#""java.net.SocketTimeoutException""#, true), (#""connection refused""#, false),
      (#""not found""#, false), (#""value was 500123""#, false), (#""CLUSTERDOWN""#, false),
      (#""precondition failed (412)""#, false), (#"null"#, false),
    ])
  func errors(_ error: String, _ isOpen: Bool) throws {
    let history = try jsonl([
      #"0 "type":"invoke","f":"write","value":1"#,
      #"0 "type":"fail","f":"write","value":1,"error":\#(error)"#,
      // A process that goes on after its time-out.
      #"0 "type":"invoke","f":"read""#, #"0 "type":"ok","f":"read","value":1"#,
    ])
    let found = try repairs(history)
    #expect(found.map(\.kind) == (isOpen ? ["unknown-outcome"] : []))
    #expect(found.first.map(\.lines) ?? [2] == [2])
  }

  @Test func onlyTheFailedWriteThatWasSeenIsBlamed() throws {
    let write = { (process: Int, value: Int) in
      [
        #"\#(process) "type":"invoke","f":"write","value":\#(value)"#,
        #"\#(process) "type":"fail","f":"write","value":\#(value),"error":"timeout"#
          + #" \#(process)""#,
      ]
    }
    let history = try jsonl(
      write(0, 1) + write(1, 2) + write(2, 3) + [
        #"3 "type":"invoke","f":"read""#, #"3 "type":"ok","f":"read","value":2"#,
      ])
    let found = try #require(try repairs(history).first)
    #expect(found.kind == "unknown-outcome")
    #expect(found.lines == [4])
    #expect(found.sentence.contains("“timeout 1”"))
    #expect(found.option == nil)
  }

  @Test func numbersAsText() throws {
    let values = try jsonl([
      #"0 "type":"invoke","f":"add","value":"10""#, #"0 "type":"ok","f":"add","value":"10""#,
      #"0 "type":"invoke","f":"add","value":"9""#, #"0 "type":"ok","f":"add","value":"9""#,
      #"0 "type":"invoke","f":"read""#, #"0 "type":"ok","f":"read","value":[9,10]"#,
    ])
    let found = try repairs(values) { $0.model = "set" }
    #expect(found.map(\.kind).contains("text-numbers"))
    let keys = try jsonl([
      #"0 "type":"invoke","f":"write","key":7,"value":true"#,
      #"0 "type":"ok","f":"write","key":7,"value":true"#,
      #"0 "type":"invoke","f":"read","key":"7""#,
      #"0 "type":"ok","f":"read","key":"7","value":true"#,
    ])
    #expect(try repairs(keys).map(\.kind).contains("text-numbers"))
    let words = try jsonl([
      #"0 "type":"invoke","f":"write","value":42"#, #"0 "type":"ok","f":"write","value":42"#,
      #"1 "type":"invoke","f":"read""#, #"1 "type":"ok","f":"read","value":"forty-two""#,
    ])
    #expect(try !repairs(words).map(\.kind).contains("text-numbers"))
  }

  @Test func keyedOrNot() throws {
    let text = """
      0 invoke write [1,2]
      0 ok write [1,2]
      0 invoke write [3,4]
      0 ok write [3,4]
      1 invoke read [1,2]
      1 ok read [1,2]
      """
    let found = try repairs(try History.text(text), reading: ReadOptions(keyed: false))
    #expect(found.map(\.option) == ["--keyed"])

    let answers = try History.text(
      """
      0 invoke write [1,2]
      0 ok write [1,2]
      0 invoke write [3,4]
      0 ok write [3,4]
      1 invoke read nil
      1 ok read [1,2]
      1 invoke read nil
      1 info read nil
      """)
    let split = try repairs(answers)
    #expect(split.map(\.kind) == ["keyed"])
    #expect(split.map(\.option) == [nil])
    #expect(try repairs(try History.text(Self.stale), reading: ReadOptions(keyed: false)).isEmpty)
  }

  @Test(arguments: [("time", "time"), ("index", "index")])
  func otherOrders(_ name: String, _ order: String) throws {
    let lines = [
      #"0 "type":"invoke","f":"write","value":1,"\#(name)":1"#,
      #"0 "type":"ok","f":"write","value":1,"\#(name)":2"#,
      #"0 "type":"invoke","f":"write","value":2,"\#(name)":5"#,
      #"0 "type":"ok","f":"write","value":2,"\#(name)":6"#,
      #"1 "type":"invoke","f":"read","\#(name)":3"#,
      #"1 "type":"ok","f":"read","value":1,"\#(name)":4"#,
    ]
    let found = try repairs(try jsonl(lines))
    #expect(found.map(\.option) == ["--order \(order)"])
    #expect(found.map(\.lines) == [[5]])
    let sorted = ReadOptions(order: EventOrder(rawValue: order))
    #expect(try judged(try jsonl(lines, sorted)).result?.verdict == .holds)

    // The same the other way round.
    let wrong = lines.map {
      $0.replacingOccurrences(of: ":3", with: ":7").replacingOccurrences(of: ":4", with: ":8")
    }
    let inLines = [wrong[0], wrong[1], wrong[4], wrong[5], wrong[2], wrong[3]]
    let back = try repairs(try jsonl(inLines, sorted), reading: sorted)
    #expect(back.map(\.option) == ["--order line"])
  }

  @Test func failedSwaps() throws {
    let history = try History.text(
      """
      0 invoke write 1
      0 ok write 1
      0 invoke cas [1,2]
      0 fail cas [1,2]
      0 invoke read nil
      0 ok read 1
      """)
    let found = try repairs(history) { $0.failedCas = .observes }
    #expect(found.map(\.option) == ["--failed-cas drops"])
  }

  // MARK: - Bounds

  @Test func aLongHistoryIsLeftAlone() throws {
    var builder = HistoryBuilder()
    let (read, write) = (builder.function("read"), builder.function("write"))
    let five = builder.values.intern(integer: -5)
    for number in 0..<100_001 {
      let value = number == 0 ? five : builder.values.intern(integer: Int64(number))
      let function = number == 0 ? read : write
      let line = 2 * number + 1
      try builder.add(
        Event(
          .invoke, process: .client(0), function: function,
          value: number == 0 ? ValueTable.null : value, line: line))
      try builder.add(
        Event(.ok, process: .client(0), function: function, value: value, line: line + 1))
    }
    #expect(try repairs(builder.build()).isEmpty)
  }

  @Test func aFullBudgetAllowsNone() throws {
    let history = try History.text("0 invoke read nil\n0 ok read 5\n0 invoke write 1\n0 ok write 1")
    let result = try Checker.check(history, CheckOptions())
    let investigate = Investigate(options: { CheckOptions(budget: Budget(bytes: 1000)) })
    #expect(try investigate.judge(history, result, file: "h").repairs.isEmpty)
  }
}
