import Quorums
import Testing

struct ByzantineTraceTests {
  /// A number that is committed and executed, and one that a new view takes over.
  static let correct = PlantedTrace(
    """
    a config ep:0 voters:["a","b","c","d"] f:1
    a preprepare view:0 seq:1 digest:"d1"
    b prepare view:0 seq:1 digest:"d1"
    c prepare view:0 seq:1 digest:"d1"
    b prepared view:0 seq:1 digest:"d1" cert:["a","b","c"]
    c prepared view:0 seq:1 digest:"d1" cert:["a","b","c"]
    a commit view:0 seq:1 digest:"d1"
    b commit view:0 seq:1 digest:"d1"
    c commit view:0 seq:1 digest:"d1"
    b committed view:0 seq:1 digest:"d1" cert:["a","b","c"]
    b execute seq:1 digest:"d1" stateHash:5
    c committed view:0 seq:1 digest:"d1" cert:["a","b","c"]
    c execute seq:1 digest:"d1" stateHash:5
    b checkpoint seq:1 stateHash:5
    c checkpoint seq:1 stateHash:5
    a checkpoint seq:1 stateHash:5
    b viewchange view:1 ckpt:1 prepared:[[2,0,"d2"]]
    c viewchange view:1 ckpt:1 prepared:[]
    d viewchange view:1 ckpt:0 prepared:[]
    b newview view:1 cert:["b","c","d"] pre:[[2,"d2"]]
    c committed view:1 seq:2 digest:"d2" cert:["b","c","d"]
    c execute seq:2 digest:"d2" stateHash:6
    """)

  @Test func theCorrectTraceAppliesEveryRule() throws {
    let report = try Self.correct.check()
    #expect(report.violations == [])
    #expect(report.applied.map(\.rule.name) == ["B1", "B2", "B3", "B4", "B5"])
  }

  private func expect(
    _ edits: [PlantedTrace.Edit], _ broken: [String: [[Int]]],
    _ location: SourceLocation = #_sourceLocation
  ) throws {
    #expect(try Self.correct.with(edits).broken() == broken, sourceLocation: location)
  }

  @Test func breaches() throws {
    let twice = PlantedTrace.Edit.insert(after: 3, "b prepare view:0 seq:1 digest:\"d9\"")
    try expect([twice], ["B1": [[3, 4]]])
    // A node that may lie breaks nothing.
    try expect(
      [
        twice,
        .replace(1, "a config ep:0 voters:[\"a\",\"b\",\"c\",\"d\"] f:1 faulty:[\"b\"]"),
      ], [:])
    try expect(
      [.replace(6, "c prepared view:0 seq:1 digest:\"d9\" cert:[\"a\",\"b\",\"c\"]")],
      ["B2": [[5, 6]]])
    try expect(
      [.replace(5, "b prepared view:0 seq:1 digest:\"d1\" cert:[\"a\",\"b\"]")],
      ["B2": [[1, 5]]])
    try expect(
      [.replace(12, "c committed view:0 seq:1 digest:\"d9\" cert:[\"a\",\"b\",\"c\"]")],
      ["B3": [[10, 12]]])
    try expect(
      [.replace(20, "b newview view:1 cert:[\"b\",\"c\",\"d\"] pre:[]")], ["B4": [[17, 20]]])
    try expect([.replace(22, "c execute seq:3 digest:\"d2\" stateHash:6")], ["B5": [[22]]])
    try expect(
      [.replace(13, "c execute seq:1 digest:\"d1\" stateHash:9")], ["B5": [[11, 13]]])
    try expect([.delete(16)], ["B5": [[14, 16], [14, 17]]])
  }

  @Test func theSentenceNamesTheLiars() throws {
    let trace = Self.correct.with([
      .replace(6, "c prepared view:0 seq:1 digest:\"d9\" cert:[\"b\",\"c\",\"d\"]")
    ])
    #expect(
      try trace.check().violations.map(\.sentence)
        == ["number 1 is prepared in view 0 with two digests; {b, c} signed both"])
  }
}
