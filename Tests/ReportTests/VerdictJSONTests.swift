import Base
import Checker
import Findings
import Histories
import Report
import TestSupport
import Testing

@Suite struct VerdictJSONTests {
  @Test func violationWhole() throws {
    let (history, result) = try Sample.stale()
    var short = result
    short.violations[0].operations = [2, 3]
    short.violations[0].dilemmas.removeLast()
    let object = VerdictJSON.object(try Sample.file(history, short))
    #expect(
      object.description
        == #"{"file":"y.jsonl","verdict":"violation","claim":{"#
        + #""promise":"linearizable","model":"cas-register","scope":"key"},"#
        + #""model":"cas-register","operations":4,"#
        + #""indeterminate":1,"keys":1,"algorithm":"search","seconds":0.0004,"violation":"#
        + #"{"key":"x","#
        + #""model":"cas-register","initial":null,"failedCas":"drops","nullRead":"absent","#
        + #""permits":1,"operations":[{"line":4,"process":2,"f":"cas","key":"x","value":[1,3],"#
        + #""result":[1,3],"type":"ok","time":null,"completedLine":5,"completedTime":null},"#
        + #"{"line":6,"process":3,"f":"read","key":"x","value":null,"result":1,"type":"ok","#
        + #""time":null,"completedLine":8,"completedTime":null}],"kind":"stale-read","#
        + #""explanation":"Client 3 read 1 (lines 6–8), although it began after client 2’s "#
        + #"compare-and-set from 1 to 3 had been acknowledged (lines 4–5). 1 was written before "#
        + #"that began, by client 0 (lines 1–3), and never again, so 3 or something newer should "#
        + #"have "#
        + #"been found. Nobody ever saw 3.","#
        + #""proof":false,"#
        + #""minimal":true,"culpritLine":6,"states":[{"state":"3","pathLines":[1,4],"refusals":"#
        + #"[{"line":6,"reason":"can't read 1 from a register that holds 3"}]}],"#
        + #""omittedStates":1},"violations":1,"#
        + #""statistics":{"steps":12,"configurations":5,"peakBytes":640}}"#)
  }

  @Test func otherFindings() throws {
    let history = try History.text("0 invoke write 1\n0 ok write 1")
    let good = try Sample.file(history, Sample.result(.holds, history), file: "x\".jsonl")
    #expect(
      VerdictJSON.object(good).description
        == #"{"file":"x\".jsonl","verdict":"linearizable","claim":{"#
        + #""promise":"linearizable","model":"cas-register","scope":"key"},"#
        + #""model":"cas-register","operations":1,"#
        + #""indeterminate":0,"keys":1,"algorithm":"search","seconds":0.0004,"#
        + #""statistics":{"steps":12,"configurations":5,"peakBytes":640}}"#)
    let undecided = Undecided(
      key: ValueTable.none, reason: .time(limit: 2_000_000_000), deepest: nil, explained: 0,
      completions: 1, mostOpen: 1)
    let object = VerdictJSON.object(
      try Sample.file(
        history, Sample.result(.undecided, history, undecided: [undecided]), file: "-"))
    #expect(object["reason"] == "time limit of 2 s reached")
    #expect(object["keysUndecided"] == [nil])
    #expect(
      object["undecided"]
        == [
          [
            "key": nil, "reason": "time limit of 2 s reached", "deepest": nil, "explained": 0,
            "completions": 1, "mostOpen": 1, "reached": .object([]),
          ]
        ])
    #expect(
      VerdictJSON.object(
        Investigated(file: "a", .failed(Failure(.missingInput, "gone")))
      ).description
        == #"{"file":"a","verdict":"error","error":"gone"}"#)
  }

  @Test func furtherKeysAreNamed() throws {
    let history = try History.text(
      "0 invoke read nil a\n0 ok read 1 a\n0 invoke read nil b\n0 ok read 1 b")
    let violations = [0, 1].map { Sample.violation([$0], culprit: $0, key: history.key[$0]) }
    let object = VerdictJSON.object(
      try Sample.file(
        history, Sample.result(.violation, history, violations: violations), file: "f"))
    #expect(object["violation"]?["key"] == "a")
    #expect(object["violations"] == 2)
    #expect(object["furtherKeys"] == ["b"])
  }
}
