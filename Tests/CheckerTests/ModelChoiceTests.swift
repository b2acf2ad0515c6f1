import Base
import Histories
import TestSupport
import Testing

@testable import Checker

/// Which model a history is checked against, and what is refused.
@Suite struct ModelChoiceTests {
  private func check(
    _ text: String, model: String = "auto", header: JSON? = nil,
    _ change: (inout CheckOptions) -> Void = { _ in }
  ) throws -> CheckResult {
    var history = try History.text(text.split(separator: "; ").joined(separator: "\n"))
    history.header = header
    var options = CheckOptions()
    options.model = model
    change(&options)
    return try Checker.check(history, options)
  }

  private func message(_ body: () throws -> CheckResult) -> String {
    do {
      return "no error but \(try body().verdict)"
    } catch {
      return "\(error)"
    }
  }

  @Test(arguments: [
    ("register", "0 invoke write 1; 1 invoke read nil"), ("cas-register", "0 invoke cas [1,2]"),
    ("multi-register", "0 invoke txn [[write,x,1],[read,y,nil]]"),
    ("queue", "0 invoke dequeue nil"), ("stack", "0 invoke push 1"),
    ("text", "0 invoke append a; 1 invoke get nil"), ("lock", "0 invoke acquire nil"),
    ("unique-ids", "0 invoke generate nil"), ("append-log", "0 invoke append 1"),
    ("set", "0 invoke add 1; 0 ok add 1; 0 invoke read nil; 0 ok read [1]"),
    ("counter", "0 invoke add 1; 0 ok add 1; 0 invoke read nil; 0 ok read 1"),
    ("set", "0 invoke add 1; 1 invoke remove 1"), ("register", ""),
    ("set", "0 invoke add a; 0 ok add a"), ("append-log", "0 invoke append 1; 1 invoke append 2"),
    (
      "set",
      "0 invoke add 1; 0 ok add 1; 1 invoke read nil; 1 ok read nil; 2 invoke read nil; "
        + "2 ok read [1]"
    ),
    ("register", "0 invoke read nil; 0 ok read nil"),
  ]) func functionsNameTheModel(model: String, text: String) throws {
    let result = try check(text)
    #expect(result.model == model)
    #expect(result.verdict == .holds)
  }

  @Test func theHeaderNamesTheModelAndTheOptionOutranksIt() throws {
    let text =
      "0 invoke enqueue 1; 0 ok enqueue 1; 0 invoke enqueue 2; 0 ok enqueue 2; "
      + "1 invoke dequeue nil; 1 ok dequeue 2"
    #expect(throws: CheckError.self) { try check(text) }
    #expect(try check(text, header: ["model": "bag"]).verdict == .holds)
    #expect(try check(text, model: "queue", header: ["model": "bag"]).verdict == .violation)
    let permits = "0 invoke acquire nil; 0 ok acquire nil; 1 invoke acquire nil; 1 ok acquire nil"
    let header: JSON = ["model": "semaphore", "permits": 2]
    #expect(try check(permits, header: header).verdict == .holds)
    #expect(try check(permits, header: header) { $0.permits = 1 }.verdict == .violation)
  }

  @Test func initialValues() throws {
    let text = "0 invoke read nil; 0 ok read 7; 1 invoke read nil; 1 ok read 7"
    #expect(try check(text).verdict == .violation)
    #expect(try check(text, header: ["initial": 7]).verdict == .holds)
    #expect(try check(text) { $0.initial = .value(7) }.verdict == .holds)
    #expect(try check(text) { $0.initial = .unknown }.verdict == .holds)
    let two = "0 invoke read nil; 0 ok read 7; 1 invoke read nil; 1 ok read 8"
    #expect(try check(two) { $0.initial = .unknown }.verdict == .violation)
    let pop = "0 invoke pop nil; 0 ok pop 2; 0 invoke pop nil; 0 ok pop 1"
    #expect(try check(pop) { $0.initial = .value([1, 2]) }.verdict == .holds)
  }

  /// The header has no word for what nobody knows: it is an option's, and else a text.
  @Test func unknownIsAnOption() throws {
    let text = "0 invoke read nil; 0 ok read 7"
    let said = message { try check(text, header: ["initial": "unknown"]) }
    #expect(
      said.hasPrefix("1: “initial” in the header is \"unknown\"") && said.contains("--initial"))
    #expect(
      try check(text, header: ["initial": "unknown"]) { $0.initial = .unknown }.verdict == .holds)
  }

  /// Words of other programs, and mistyped ones.
  @Test(arguments: [
    (
      "0 invoke wrtie 1; 1 invoke read nil",
      "; did you mean write?; where “wrtie” is another program's word, a map"
    ),
    (
      "0 invoke put 1; 1 invoke del nil",
      "; where “del” is another program's word, --format records"
    ),
    ("0 invoke put 1; 1 invoke write 1", "; where “put” is another program's word"),
  ])
  func wordsOfOtherPrograms(text: String, words: String) {
    let said = message { try check(text) }
    #expect(said.contains(words) && said.contains("(--map) says in its functions"), "\(said)")
  }

  /// What no model is about says what it is, whatever else would fit.
  @Test(arguments: [
    (
      "0 invoke broadcast 1; 1 invoke read nil",
      "1: the functions “broadcast”, “read” are those of Maelstrom's broadcast, in which a message "
        + "may be seen late and only one that stays lost is wrong; no model of plumbline's is "
        + "about it"
    ),
    ("0 invoke echo 1", "1: the functions “echo” are those of Maelstrom's echo"),
    ("0 invoke send 1; 1 invoke poll nil", "1: the functions “send”, “poll” are those of a log of"),
    (
      "0 invoke txn [[append,x,1]]",
      "1: “txn” has the value [[\"append\",\"x\",1]]; expected a list of [\"read\",key,null] and "
        + "[\"write\",key,value]; appending to lists (Elle's list-append, Maelstrom's"
    ),
  ])
  func foreignWorkloads(text: String, words: String) {
    let said = message { try check(text) }
    #expect(said.hasPrefix(words), "\(said)")
  }

  /// Each key has a value of its own, and what was read first is what it was.
  @Test func unknownInitialValuesOfKeys() throws {
    func reads(_ parts: String...) -> String {
      parts.enumerated().map { process, part in
        let asked = part.replacing(/read,([a-z]),[0-9]/) { "read,\($0.1),nil" }
        return "\(process) invoke txn \(asked); \(process) ok txn \(part)"
      }.joined(separator: "; ")
    }
    func verdict(_ text: String) throws -> Verdict {
      try check(text) { $0.initial = .unknown }.verdict
    }
    let two = reads("[[read,x,7],[read,y,8]]", "[[read,y,8],[read,x,7]]")
    #expect(try check(two).verdict == .violation)
    #expect(try verdict(two) == .holds)
    #expect(try verdict(reads("[[read,x,7]]", "[[read,x,8]]")) == .violation)
    #expect(try verdict(reads("[[read,x,7],[read,x,8]]")) == .violation)
    #expect(try verdict(reads("[[read,x,7],[write,x,1],[read,x,1]]", "[[read,x,1]]")) == .holds)
    #expect(try verdict(reads("[[write,x,1]]", "[[read,x,7]]")) == .violation)
    // Which of two concurrent ones comes first tells what was there.
    let late =
      "0 invoke txn [[write,x,1]]; 1 invoke txn [[read,x,nil]]; 2 invoke txn [[read,x,nil]]; "
      + "1 ok txn [[read,x,1]]; 2 ok txn [[read,x,5]]; 0 ok txn [[write,x,1]]"
    #expect(try verdict(late) == .holds)
  }

  /// Where several are possible none is chosen that makes a violation of what another allows.
  @Test func initialValuesDecideToo() throws {
    let zero = "0 invoke read nil; 0 ok read 0"
    #expect(try check(zero, header: ["initial": 0]).verdict == .holds)
    let adds = "0 invoke add 1; 0 ok add 1"
    #expect(try check(adds, header: ["initial": 5]).model == "counter")
    #expect(try check(adds, header: ["initial": [5]]).model == "set")
  }

  @Test(arguments: [
    ("counter", "0 invoke add 1; 0 ok add 1", "1"), ("set", "0 invoke add 1; 0 ok add 1", "[1]"),
    ("append-log", "0 invoke append 1; 0 ok append 1", "[1]"),
  ]) func aReadOfNullIsUnknownWhereThereIsNoAbsent(model: String, text: String, value: String)
    throws
  {
    let unknown = "; 1 invoke read nil; 1 ok read nil"
    let result = try check(text + unknown, model: model)
    #expect(result.verdict == .holds)
    #expect(result.indeterminate == 1)
    let seen = "; 2 invoke read nil; 2 ok read \(value); 1 invoke read nil; 1 ok read nil"
    #expect(try check(text + unknown + seen, model: model).verdict == .holds)
    let wrong = "; 1 invoke read nil; 1 ok read \(value == "1" ? "0" : "[]")"
    #expect(try check(text + unknown + wrong, model: model).verdict == .violation)
    #expect(
      message { try check(text + unknown, model: model) { $0.nullRead = .absent } }
        .contains("expected"))
    #expect(try check(text + unknown, header: ["model": .string(model)]).verdict == .holds)
  }

  @Test func refusals() {
    let cases: [(String, String, String)] = [
      ("0 invoke read nil", "regster", "there is no model “regster”; did you mean register?"),
      (
        "0 invoke cas 1", "auto",
        "1: “cas” has the value 1; expected a list of two, [old,new]"
      ),
      (
        "0 invoke read nil; 0 ok read", "register",
        "2: “read” of line 1 completed ok without a value; expected the value that was read (null "
          + "when absent)"
      ),
      (
        "0 invoke write 1; 0 ok write 2", "register",
        "2: “write” of 1 (line 1) completed ok with another value, 2; expected the same value or "
          + "null"
      ),
      (
        "0 invoke read nil; 0 ok read 1", "set",
        "2: “read” has the value 1; expected a list of all elements"
      ),
      (
        "0 invoke add a", "counter", "1: “add” has the value \"a\"; expected an integer of 64 bits"
      ),
      (
        "0 invoke insert a", "auto",
        "1: “insert” has the value \"a\"; expected an integer of 64 bits"
      ),
      (
        "0 invoke delete-min nil; 0 ok delete-min a", "auto",
        "2: “delete-min” has the value \"a\"; expected an integer of 64 bits"
      ),
      (
        "0 invoke acquire nil; 0 ok acquire false", "lock",
        "2: “acquire” of line 1 completed ok with false; expected no value (one that was refused "
          + "is recorded as fail)"
      ),
      (
        "0 invoke enqueue nil", "queue",
        "1: “enqueue” has no value; null stands for “empty” and cannot be put in"
      ),
      (
        "0 invoke push 1", "queue",
        "1: the model “queue” has no function “push”; it has “enqueue”, “dequeue”"
      ),
      (
        "0 invoke txn nil", "auto",
        "1: “txn” has the value nil; expected a list of [\"read\",key,null] and "
          + "[\"write\",key,value]"
      ),
      (
        "0 invoke txn [[write,x,1],[read,y,nil]]; 0 ok txn [[write,x,2],[read,y,1]]", "auto",
        "2: “txn” has the value [[\"write\",\"x\",2],[\"read\",\"y\",1]]; expected the parts that "
          + "were invoked, with what was read"
      ),
      (
        "0 invoke add 1", "auto",
        "1: no model follows from the functions “add”; say --model set or --model counter"
      ),
      (
        "0 invoke append a", "auto",
        "1: no model follows from the functions “append”; say --model append-log or --model text"
      ),
      (
        "0 invoke read nil; 0 ok read 0", "auto",
        "1: no model follows from the functions “read” that return 0 at most; say --model "
          + "register, --model cas-register or --model counter"
      ),
      (
        "0 invoke read nil; 0 ok read [1,2]", "auto",
        "1: no model follows from the functions “read” whose values are [1,2] and the like; say "
          + "--model register, --model cas-register, --model set or --model append-log"
      ),
      (
        "0 invoke push 1; 1 invoke dequeue nil", "auto",
        "1: no model follows from the functions “push”, “dequeue”, and none has them all; name one "
          + "with --model: register, cas-register, multi-register, set, queue, bag, stack, "
          + "priority-queue, counter, lock, reentrant-lock, semaphore, fenced-lock, append-log, "
          + "text, unique-ids, etcd"
      ),
    ]
    for (text, model, expected) in cases {
      #expect(message { try check(text, model: model) } == expected)
    }
    #expect(
      message { try check("0 invoke pop nil") { $0.initial = .unknown } }
        == "only registers can have an unknown initial value; give a value or leave it out")
    #expect(
      message { try check("0 invoke pop nil") { $0.initial = .value(3) } }
        == "the initial value is 3; expected a list of elements")
    #expect(
      message { try check("0 invoke delete-min nil") { $0.initial = .value([1, "a"]) } }
        == "the initial value has the element \"a\"; expected integers of 64 bits")
    let headers: [(JSON, String)] = [
      (["initial": 3], "1: the initial value is 3; expected a list of elements"),
      (["permits": 0], "1: “permits” in the header is 0; expected a number of at least 1"),
      (
        ["failedCas": "maybe"],
        "1: “failedCas” in the header is \"maybe\"; expected “drops” or “observes”"
      ),
      (["model": 1], "1: “model” in the header is a number; expected a name"),
    ]
    for (header, expected) in headers {
      #expect(message { try check("0 invoke pop nil", header: header) } == expected)
    }
  }

  /// What reads transactions knows the names that it may not take for one's.
  @Test func everyFunctionOfAModelIsKnownBelow() {
    let names = Set(FunctionName.allCases.filter { $0 != .txn }.map(\.rawValue))
    #expect(names == History.namesOfModels)
  }
}
