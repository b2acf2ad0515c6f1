import Quorums
import Testing

struct PaxosTraceTests {
  /// A value is chosen in ballot 1 and proposed again in ballot 2.
  static let correct = PlantedTrace(
    """
    a config ep:0 voters:["a","b","c"]
    a prepare ballot:1
    a promise ballot:1 slot:1 acc:null
    b promise ballot:1 slot:1 acc:null
    a accept ballot:1 slot:1 value:"x" promises:["a","b"] ep:0
    a accepted ballot:1 slot:1 value:"x"
    b accepted ballot:1 slot:1 value:"x"
    c learn slot:1 value:"x"
    b promise ballot:2 slot:1 acc:[1,"x"]
    c promise ballot:2 slot:1 acc:null
    c accept ballot:2 slot:1 value:"x" promises:["b","c"] ep:0
    b accepted ballot:2 slot:1 value:"x"
    c accepted ballot:2 slot:1 value:"x"
    """)

  @Test func theCorrectTraceAppliesEveryRule() throws {
    let report = try Self.correct.check()
    #expect(report.violations == [])
    #expect(
      report.applied.map(\.rule.name) == ["P1", "P2", "P3", "P4", "P5", "P6", "P7"])
  }

  private func expect(
    _ edits: [PlantedTrace.Edit], _ broken: [String: [[Int]]],
    _ location: SourceLocation = #_sourceLocation
  ) throws {
    #expect(try Self.correct.with(edits).broken() == broken, sourceLocation: location)
  }

  @Test func breaches() throws {
    try expect(
      [.insert(after: 9, "b accepted ballot:1 slot:1 value:\"x\"")], ["P1": [[9, 10]]])
    try expect([.replace(7, "b accepted ballot:1 slot:1 value:\"y\"")], ["P2": [[5, 7]]])
    try expect(
      [.replace(5, "a accept ballot:1 slot:1 value:\"x\" promises:[\"a\"] ep:0")],
      ["P3": [[1, 5]]])
    // Another value after a choice: the proposal breaks P3 and P5, its success P4.
    try expect(
      [
        .replace(11, "c accept ballot:2 slot:1 value:\"y\" promises:[\"b\",\"c\"] ep:0"),
        .replace(12, "b accepted ballot:2 slot:1 value:\"y\""),
        .replace(13, "c accepted ballot:2 slot:1 value:\"y\""),
      ], ["P3": [[9, 11]], "P4": [[7, 13]], "P5": [[7, 11]]])
    try expect(
      [.replace(11, "c accept ballot:2 slot:1 value:\"x\" promises:[\"c\"] ep:0")],
      ["P3": [[1, 11]], "P6": [[7, 11]]])
    try expect([.replace(8, "c learn slot:1 value:\"z\"")], ["P7": [[7, 8]]])
  }
}
