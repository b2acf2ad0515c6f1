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

  private func transaction(_ operations: String, conditions: String = "null") -> String {
    #""Type":"txn","Txn":{"Conditions":\#(conditions),"OperationsOnSuccess":[\#(operations)]}"#
  }

  private func range(_ key: String, revision: Int = 0) -> String {
    #""Type":"range","Range":{"Start":"\#(key)","End":"","Limit":0,"Revision":\#(revision)}"#
  }

  private let done = #""Txn":{"Failure":false,"Results":[{}]},"Revision":2,"Error":"""#

  @Test("puts and ranges are writes and reads of registers, in the order of time")
  func registers() throws {
    let found = #""Range":{"KVs":[{"Key":"a","Value":{"Value":"7"},"ModRevision":2}]},"Error":"""#
    let nothing = #""Range":{"KVs":[],"Count":0},"Revision":5,"Error":"""#
    let history = try read(
      operation(2, 30, 40, input: range("a"), output: found)
        + operation(2, 40, 50, input: range("b"), output: nothing)
        + operation(2, 60, 70, input: range("a", revision: 1), output: nothing)
        + operation(2, 80, 90, input: range("a"), output: #""Error":"timed out""#)
        + operation(1, 10, 35, input: transaction(put("a", "7")), output: done))
    #expect(
      columns(history) == """
        {"plumbline":1,"model":"register"} 6
        1 write "a" "7" "7" ok 0 2 10 35
        2 read "a" null "7" ok 1 4 30 40
        3 read "b" null null ok 3 5 40 50
        2: revision=2
        4: revision=2

        """)
    #expect(history.line == [9, 1, 3])
    #expect(history.warnings == [])
  }

  @Test("what did not answer stays unknown, and its client goes on under another number")
  func unknown() throws {
    let history = try read(
      operation(1, 10, 20, input: transaction(put("a", "7")), output: #""Error":"timed out""#)
        + operation(1, 30, 40, input: transaction(put("a", "8")), output: done)
        + operation(1, 50, 60, input: transaction(put("a", "9")), output: #""Persisted":true"#))
    #expect(
      columns(history) == """
        {"plumbline":1,"model":"register"} 6
        1 write "a" "7" "7" indeterminate 0 1 10 20
        2 write "a" "8" "8" ok 2 3 30 40
        3 write "a" "9" "9" indeterminate 4 5 50 60
        1: error="timed out"
        3: revision=2

        """)
  }

  @Test("parts of a transaction and deletions by a lease claim no more than is known")
  func transactions() throws {
    let condition = #"[{"Key":"a","ExpectedRevision":3}]"#
    let history = try read(
      operation(
        1, 10, 20, input: transaction(put("a", "7", lease: 5) + "," + put("b", "7")), output: done)
        + operation(
          1, 30, 40, input: transaction(put("a", "8"), conditions: condition),
          output: #""Txn":{"Failure":true,"Results":[]},"Revision":4"#)
        + operation(
          1, 50, 60, input: #""Type":"leaseRevoke","LeaseRevoke":{"LeaseID":5}"#,
          output: #""LeaseRevoke":{},"Revision":6"#))
    #expect(
      columns(history) == """
        {"plumbline":1,"model":"register"} 5
        1 write "a" "7" "7" ok 0 2 10 20
        2 write "b" "7" "7" ok 1 3 10 20
        3 write "a" null - indeterminate 4 \(History.never) 50 \(Event.noTime)
        2: revision=2
        3: revision=2

        """)
    #expect(
      history.warnings == [
        "transactions with conditions or several operations, whose parts count as concurrent and "
          + "whose conditions are not checked: 2"
      ])
  }

  @Test("a log of one client among many is told to bring the others; torn ends are dropped")
  func warnings() throws {
    let found = #""Range":{"KVs":[{"Key":"a","Value":{"Value":"7"},"ModRevision":2}]},"Error":"""#
    let history = try read(
      operation(2, 30, 40, input: range("a"), output: found) + "{\"ClientId\":2,\"Inp")
    #expect(
      history.warnings == [
        "the operation of line 3, the last, is torn and was dropped",
        "line 1: read \"7\" from “a”, which no operation here wrote; a verdict needs the "
          + "operations.json of all clients in one file",
      ])
    #expect(
      refusal(of: "{\"ClientId\":2}\n")
        == "h:1:1: expected an operation with “ClientId”, “Input”, “Call”, “Output” and “Return”")
    #expect(
      refusal(of: "{\"ClientId\":2}}\n{}")
        == "h:1:1: expected an operation with “ClientId”, “Input”, “Call”, “Output” and “Return”")
  }
}
