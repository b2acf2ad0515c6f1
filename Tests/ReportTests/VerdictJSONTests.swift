import Base
import Checker
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
    let object = VerdictJSON.object(file: "y.jsonl", result: short, history: history)
    #expect(
      object.description
        == #"{"file":"y.jsonl","verdict":"violation","model":"cas-register","operations":4,"#
        + #""indeterminate":1,"keys":1,"algorithm":"search","seconds":0.0004,"violation":"#
        + #"{"key":"x","operations":[{"line":4,"process":2,"f":"cas","key":"x","value":[1,3],"#
        + #""result":[1,3],"type":"ok","time":null,"completedLine":5,"completedTime":null},"#
        + #"{"line":6,"process":3,"f":"read","key":"x","value":null,"result":1,"type":"ok","#
        + #""time":null,"completedLine":8,"completedTime":null}],"kind":"stale-read","#
        + #""explanation":"Client 3 read 1 (line 8), although it began after client 2’s "#
        + #"compare-and-set from 1 to 3 had been acknowledged (line 5). 1 had been written before "#
        + #"that began, by client 0 (line 3), and never again, so 3 or something newer should "#
        + #"have "#
        + #"been found. Nobody ever saw 3.","#
        + #""minimal":true,"culpritLine":6,"states":[{"state":"3","pathLines":[1,4],"refusals":"#
        + #"[{"line":6,"reason":"can't read 1 from a register that holds 3"}]}],"#
        + #""omittedStates":1},"violations":1,"#
        + #""statistics":{"steps":12,"configurations":5,"peakBytes":640}}"#)
  }

  @Test func otherFindings() throws {
    let history = try History.text("0 invoke write 1\n0 ok write 1")
    let good = CheckedFile(
      file: "x\".jsonl", finding: .checked(Sample.result(.linearizable, history), history))
    #expect(
      VerdictJSON.object(good).description
        == #"{"file":"x\".jsonl","verdict":"linearizable","model":"cas-register","operations":1,"#
        + #""indeterminate":0,"keys":1,"algorithm":"search","seconds":0.0004,"#
        + #""statistics":{"steps":12,"configurations":5,"peakBytes":640}}"#)
    let undecided = Undecided(
      key: ValueTable.none, reason: .time(limit: 2_000_000_000), deepest: nil, explained: 0,
      completions: 1, mostOpen: 1)
    let object = VerdictJSON.object(
      file: "-", result: Sample.result(.undecided, history, undecided: [undecided]),
      history: history)
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
      VerdictJSON.object(CheckedFile(file: "a", finding: .error("gone"))).description
        == #"{"file":"a","verdict":"error","error":"gone"}"#)
  }

  @Test func furtherKeysAreNamed() throws {
    let history = try History.text(
      "0 invoke read nil a\n0 ok read 1 a\n0 invoke read nil b\n0 ok read 1 b")
    let violations = [0, 1].map { Sample.violation([$0], culprit: $0, key: history.key[$0]) }
    let object = VerdictJSON.object(
      file: "f", result: Sample.result(.violation, history, violations: violations),
      history: history)
    #expect(object["violation"]?["key"] == "a")
    #expect(object["violations"] == 2)
    #expect(object["furtherKeys"] == ["b"])
  }
}
