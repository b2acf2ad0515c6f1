import Base
import Formats
import Histories
import Testing

@Suite("etcd's operation logs")
struct EtcdLogTests {
  private func operation(
    _ client: Int, _ call: Int, _ end: Int, input: String, output: String
  ) -> String {
    """
    {"ClientId":\(client),"Input":{\(input)},"Call":\(call),
     "Output":{\(output)},"Return":\(end)}

    """
  }

  private func put(_ key: String, _ value: String, lease: Int = 0) -> String {
    #"{"Type":"put-operation","Put":{"Key":"\#(key)","Value":{"Value":"\#(value)"},"#
      + #""LeaseID":\#(lease)}}"#
  }

  private func transaction(
    _ operations: String, conditions: String = "null", failing: String = ""
  ) -> String {
    #""Type":"txn","Txn":{"Conditions":\#(conditions),"OperationsOnSuccess":[\#(operations)],"#
      + #""OperationsOnFailure":[\#(failing)]}"#
  }

  private func range(_ key: String, _ others: String = "") -> String {
    #""Type":"range","Range":{"Start":"\#(key)"\#(others)}"#
  }

  private func done(_ revision: Int, _ results: String = "{}", failed: Bool = false) -> String {
    #""Txn":{"Failure":\#(failed),"Results":[\#(results)]},"Revision":\#(revision),"Error":"""#
  }

  /// Function, request, answer and outcome of each operation.
  private func claims(_ history: History) -> [String] {
    (0..<history.count).map { operation in
      let answer = history.output[operation]
      return "\(history.functionName(operation)) \(history.values.json(history.input[operation])) "
        + "→ \(answer == ValueTable.none ? "-" : history.values.json(answer).description) "
        + "\(history.outcome[operation])"
    }
  }

  @Test(
    "a number that is none is refused with its place",
    arguments: ["18446744073709551616", "2.5", "true", #""x""#, "[]", #""18446744073709551616""#])
  func noNumber(_ number: String) throws {
    let first = operation(1, 0, 5, input: transaction(put("a", "7")), output: done(2))
    let asked = #","Revision":\#(number)"#
    let shown = #"{"KVs":[{"Key":"a","Value":{"Value":"7"},"ModRevision":\#(number)}],"Count":1}"#
    for (input, output, name) in [
      (transaction(put("b", "8")), #""Txn":{"Results":[{}]},"Revision":\#(number)"#, "Revision"),
      (range("a", asked), #""Range":{"Count":0},"Revision":2"#, "Revision"),
      (range("a"), #""Range":\#(shown),"Revision":2"#, "ModRevision"),
      (range("a"), #""Range":{"Count":\#(number)},"Revision":2"#, "Count"),
      (#""Type":"compact","Compact":{"Revision":\#(number)}"#, #""Revision":2"#, "Revision"),
    ] {
      let text = first + operation(2, 10, 15, input: input, output: output)
      let error = #expect(throws: Failure.self) { try read(text) }
      #expect(error?.code == .badInput)
      #expect(
        error?.message == "h:3:1: found \(number) as “\(name)”, expected a 64-bit integer")
    }
  }

  @Test("a string of digits is a number, as etcd's JSON gateway writes it")
  func digits() throws {
    let answer =
      #""Range":{"KVs":[{"Key":"a","Value":{"Value":"7"},"ModRevision":"2"}],"Count":"1"},"#
      + #""Revision":"2""#
    let history = try read(
      operation(1, 0, 5, input: transaction(put("a", "7")), output: done(2))
        + operation(2, 10, 15, input: range("a", #","Revision":"2""#), output: answer))
    #expect(
      claims(history).last
        == #"range {"revision":2,"start":"a"} → {"count":1,"kvs":[["a","7",2]],"revision":2} ok"#)
  }

  @Test("requests and answers are claims, in the order of time")
  func claims() throws {
    let found =
      #""Range":{"KVs":[{"Key":"a","Value":{"Value":"7"},"ModRevision":2,"Version":1}],"Count":1},"#
      + #""Revision":2,"member-id":"c3","Error":"""#
    let grant = operation(
      3, 5, 9, input: #""Type":"leaseGrant","LeaseGrant":{"LeaseID":5}"#, output: #""Revision":1"#)
    let history = try read(
      operation(2, 30, 40, input: range("a", #","End":"b","Limit":3,"Revision":2"#), output: found)
        + operation(1, 10, 35, input: transaction(put("a", "7", lease: 5)), output: done(2))
        + grant)
    #expect(history.header == ["plumbline": 1, "model": "etcd"])
    #expect(
      claims(history) == [
        #"grant 5 → {"revision":1} ok"#,
        #"transact {"then":[["put","a","7",5]]} → "#
          + #"{"results":[null],"revision":2,"succeeded":true} ok"#,
        #"range {"end":"b","limit":3,"revision":2,"start":"a"} → "#
          + #"{"count":1,"kvs":[["a","7",2,1]],"revision":2} ok"#,
      ])
    #expect(history.values.string(history.evidence("server", of: 2) ?? ValueTable.none) == "c3")
    #expect(history.line == [5, 3, 1])
    #expect(history.warnings == [] && history.unchecked == [:])
  }

  @Test("conditions, both branches, deletions and what failed branches found are claims")
  func transactions() throws {
    let conditions = #"[{"Key":"a","ExpectedRevision":3},{"Key":"b","ExpectedVersion":2}]"#
    let failing = #"{"Type":"range-operation","Range":{"Start":"a","End":"","Limit":0}}"#
    let deletion = #"{"Type":"delete-operation","Delete":{"Key":"a"}}"#
    let history = try read(
      operation(1, 5, 8, input: transaction(put("a", "7")), output: done(2))
        + operation(
          2, 10, 20, input: transaction(put("a", "8"), conditions: conditions, failing: failing),
          output: done(
            2, #"{"KVs":[{"Key":"a","Value":{"Value":"7"},"ModRevision":2}],"Count":1}"#,
            failed: true))
        + operation(1, 30, 40, input: transaction(deletion), output: done(3, #"{"Deleted":1}"#)))
    #expect(
      Array(claims(history).dropFirst()) == [
        #"transact {"else":[["range",{"start":"a"}]],"if":[["mod","a","=",3],"#
          + #"["version","b","=",2]],"then":[["put","a","8"]]} → {"results":[{"count":1,"#
          + #""kvs":[["a","7",2]]}],"revision":2,"succeeded":false} ok"#,
        #"transact {"then":[["delete","a"]]} → "#
          + #"{"results":[{"deleted":1,"kvs":[]}],"revision":3,"succeeded":true} ok"#,
      ])
  }

  @Test("leases, compactions and refusals are claims; long values are their hashes")
  func others() throws {
    let long = "12345678901234567890"
    let history = try read(
      operation(
        1, 1, 2, input: #""Type":"leaseGrant","LeaseGrant":{"LeaseID":5}"#,
        output: #""LeaseGrant":{"LeaseID":0},"Revision":1"#)
        + operation(
          1, 3, 4, input: #""Type":"leaseRevoke","LeaseRevoke":{"LeaseID":5}"#,
          output: #""LeaseRevoke":{},"Revision":1"#)
        + operation(
          1, 5, 6, input: #""Type":"compact","Compact":{"Revision":9}"#,
          output: #""ClientError":"etcdserver: mvcc: required revision is a future revision""#)
        + operation(
          1, 7, 8, input: range("a", #","Revision":3"#), output: #""Error":"future rev""#)
        + operation(
          1, 9, 10, input: #""Type":"defragment","Defragment":{}"#,
          output: #""Defragment":{},"Revision":-1"#)
        + operation(1, 11, 12, input: transaction(put("a", long)), output: done(2)))
    #expect(
      claims(history) == [
        #"grant 5 → {"revision":1} ok"#, #"revoke 5 → {"revision":1} ok"#,
        #"compact 9 → {"error":"future"} ok"#,
        #"range {"revision":3,"start":"a"} → {"error":"future"} ok"#, "defragment null → null ok",
        #"transact {"then":[["put","a",\#(fnv(long))]]} → "#
          + #"{"results":[null],"revision":2,"succeeded":true} ok"#,
      ])
  }

  private func fnv(_ text: String) -> UInt32 {
    text.utf8.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 }
  }

  @Test("what did not answer stays unknown, and its client goes on under another number")
  func unknown() throws {
    let history = try read(
      operation(1, 10, 20, input: transaction(put("a", "7")), output: #""Error":"timed out""#)
        + operation(1, 30, 40, input: transaction(put("a", "8")), output: done(2))
        + operation(
          2, 50, 60, input: transaction(put("a", "9")),
          output: #""Persisted":true,"PersistedRevision":3"#))
    #expect(history.processes == [1, 3, 2])
    #expect(history.outcome == [.indeterminate, .ok, .ok])
    #expect(claims(history)[2].hasSuffix(#"→ {"revision":3} ok"#))
  }

  @Test("members that nobody looks at are counted, and so are watches")
  func uncheckedMembers() throws {
    let more = #""Range":{"KVs":[],"Count":0,"More":true},"Revision":1,"Error":"""#
    let history = try read(
      operation(2, 30, 40, input: range("a"), output: more)
        + #"{"Request":{"Key":"a"},"Responses":[{},{}]}"# + "\n")
    #expect(history.unchecked == ["range.More": 1, "watch": 2])
    #expect(history.count == 1)
    let again = try read(String(decoding: JSONLines().bytes(of: history) ?? [], as: UTF8.self))
    #expect(again.unchecked == history.unchecked)
  }

  @Test("the log of one client among many is told to bring the others; torn ends are dropped")
  func oneClient() throws {
    let found = #""Range":{"KVs":[{"Key":"a","Value":{"Value":"7"},"ModRevision":2}]},"Revision":2"#
    let history = try read(
      operation(2, 30, 40, input: range("a"), output: found) + "{\"ClientId\":2,\"Inp")
    #expect(history.count == 0)
    #expect(history.unchecked == ["range": 1, "missing-revision": 1])
    #expect(
      history.warnings == [
        "the operation of line 3, the last, is torn and was dropped",
        "revision 2 was made by nobody in this file, so the operations of other clients are "
          + "missing; a verdict needs the operations.json of all clients, in one file or in their "
          + "folder",
      ])
    // Several clients, nothing shown of revision 2: somebody made it.
    let jump = try read(
      operation(1, 10, 20, input: transaction(put("a", "7")), output: done(3))
        + operation(2, 30, 40, input: transaction(put("a", "8")), output: done(4)))
    #expect(jump.count == 0 && jump.unchecked == ["txn": 2, "missing-revision": 1])
    // An operation of unknown outcome may have.
    let filled = try read(
      operation(1, 10, 20, input: transaction(put("a", "7")), output: done(3))
        + operation(2, 5, 40, input: transaction(put("a", "8")), output: #""Error":"timeout""#))
    #expect(filled.count == 2 && filled.unchecked == [:])
  }

  @Test("a lease or a compaction of nobody's is another client's")
  func strangers() throws {
    let leased = operation(
      1, 10, 20, input: transaction(put("a", "1", lease: 99)), output: done(2))
    let alone = try read(leased)
    #expect(alone.count == 0 && alone.unchecked == ["txn": 1, "missing-lease": 1])
    #expect(
      alone.warnings.first?.hasPrefix("lease 99 was granted by nobody in this file, so the ")
        == true)
    let grant = operation(
      1, 1, 5, input: #""Type":"leaseGrant","LeaseGrant":{"LeaseID":99}"#,
      output: #""LeaseGrant":{"LeaseID":99},"Revision":1"#)
    #expect(try read(grant + leased).count == 2)
    let refused = operation(
      1, 30, 40, input: range("a", #","Revision":1"#),
      output: #""Error":"etcdserver: mvcc: required revision has been compacted""#)
    let write = operation(1, 10, 20, input: transaction(put("a", "1")), output: done(2))
    #expect(try read(write + refused).unchecked["missing-compaction"] == 1)
    let compact = operation(
      2, 21, 25, input: #""Type":"compact","Compact":{"Revision":2}"#, output: #""Error":"""#)
    #expect(try read(write + compact + refused).count == 3)
  }

  @Test("an answer that says it is all and counts more is not checked")
  func more() throws {
    let found =
      #""Range":{"KVs":[{"Key":"a","Value":{"Value":"7"},"ModRevision":2}],"Count":2,"#
      + #""More":false},"Revision":2"#
    let write = operation(1, 1, 5, input: transaction(put("a", "7")), output: done(2))
    #expect(
      try read(write + operation(2, 10, 20, input: range("a"), output: found)).unchecked
        == ["range.More": 1])
  }

  @Test("requests that the model does not know are counted and nothing is concluded")
  func unknownRequests() throws {
    let history = try read(
      operation(1, 1, 2, input: #""Type":"memberAdd""#, output: #""Revision":1"#)
        + operation(1, 10, 20, input: transaction(put("a", "7")), output: done(2)))
    #expect(history.count == 0 && history.unchecked == ["memberAdd": 1, "txn": 1])
  }

  @Test("what is no operation is an error with its place")
  func refusals() throws {
    #expect(
      refusal(of: "{\"ClientId\":2}\n")
        == "h:1:1: expected an operation with “ClientId”, “Input”, “Call”, “Output” and “Return”")
    let turned = operation(1, 20, 10, input: transaction(put("a", "7")), output: done(2))
    #expect(
      refusal(of: turned)
        == "h:1:1: an operation that returned at 10, before it was called at 20")
  }
}
