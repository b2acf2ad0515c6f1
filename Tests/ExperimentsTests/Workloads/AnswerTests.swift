import Base
import Testing

@testable import Experiments

/// What an answer means: it happened, it certainly did not, nobody knows.
struct AnswerTests {
  func answer(_ body: String, to request: Request) throws -> Completion {
    Completion(try JSONParser.parse(body), to: request)
  }

  @Test func whatHappened() throws {
    #expect(try answer(#"{"type":"read_ok","value":[1]}"#, to: .read) == .ok([1], []))
    #expect(try answer(#"{"type":"write_ok"}"#, to: .write(4)) == .ok(4, []))
    #expect(
      try answer(#"{"type":"cas_ok"}"#, to: .cas(from: 1, to: 2))
        == .ok([1, 2], [.init("swapped", true)]))
  }

  @Test func whatWasObservedIsNoFailure() throws {
    #expect(try answer(#"{"type":"error","code":20}"#, to: .read) == .ok(.null, []))
    for code in [20, 22] {
      #expect(
        try answer("{\"type\":\"error\",\"code\":\(code)}", to: .cas(from: 1, to: 2))
          == .ok([1, 2], [.init("swapped", false)]))
    }
  }

  @Test(arguments: [
    (1, "node-not-found"), (10, "not-supported"), (11, "temporarily-unavailable"),
    (12, "malformed-request"), (14, "abort"), (21, "key-already-exists"), (30, "txn-conflict"),
  ]) func whatCertainlyDidNotHappen(_ code: Int, _ name: String) throws {
    #expect(
      try answer("{\"type\":\"error\",\"code\":\(code),\"text\":\"no\"}", to: .write(4))
        == .fail("\(name): no"))
  }

  @Test func whatNobodyKnows() throws {
    let cases = [
      (#"{"type":"error","code":0}"#, "timeout"),
      (#"{"type":"error","code":13,"text":"x"}"#, "crash: x"),
      (#"{"type":"error","code":1001}"#, "error 1001"),
      (#"{"type":"error"}"#, "error without a code"),
      (#"{"type":"read_ok","value":1}"#, "unexpected answer read_ok"),
      (#"{}"#, "unexpected answer without a type"),
    ]
    for (body, words) in cases {
      #expect(try answer(body, to: .write(4)) == .info(words))
    }
    let absent = #"{"type":"error","code":20}"#
    #expect(try answer(absent, to: .cas(from: .null, to: 1)) == .fail("key-does-not-exist"))
    #expect(try answer(#"{"type":"read_ok"}"#, to: .read) == .info("read_ok has no value"))
  }
}
