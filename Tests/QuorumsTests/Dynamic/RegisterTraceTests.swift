import Quorums
import Testing

struct RegisterTraceTests {
  /// Two writes and two reads by three nodes; the first read writes back.
  static let correct = PlantedTrace(
    """
    a config ep:0 voters:["a","b","c"] votes:[1,1,1] read:2 write:2
    a op_begin op:"a/1" key:"x" kind:"write" client:"1"
    a phase_end op:"a/1" phase:"query" ep:0 acks:["a","b"] version:[0,0]
    a replica key:"x" version:[1,0] valueHash:7 durable:true
    b replica key:"x" version:[1,0] valueHash:7 durable:true
    a phase_end op:"a/1" phase:"store" ep:0 acks:["a","b"] version:[1,0]
    a op_end op:"a/1" result:"ok" version:[1,0] valueHash:7
    b op_begin op:"b/1" key:"x" kind:"read" client:"2"
    b phase_end op:"b/1" phase:"query" ep:0 acks:["b","c"] version:[1,0]
    b phase_end op:"b/1" phase:"store" ep:0 acks:["b","c"] version:[1,0]
    b op_end op:"b/1" result:"ok" version:[1,0] valueHash:7
    c op_begin op:"c/1" key:"x" kind:"read" client:"3"
    c phase_end op:"c/1" phase:"query" ep:0 acks:["a","c"] version:[1,0]
    c op_end op:"c/1" result:"ok" version:[1,0] valueHash:7
    a op_begin op:"a/2" key:"x" kind:"write" client:"1"
    a phase_end op:"a/2" phase:"query" ep:0 acks:["a","b"] version:[1,0]
    a replica key:"x" version:[2,0] valueHash:8 durable:true
    a phase_end op:"a/2" phase:"store" ep:0 acks:["a","c"] version:[2,0]
    a op_end op:"a/2" result:"ok" version:[2,0] valueHash:8
    """)

  @Test func theCorrectTraceAppliesEveryRule() throws {
    let report = try Self.correct.check()
    #expect(report.violations == [])
    #expect(
      report.applied.map(\.rule.name) == ["Q1", "Q2", "Q3", "Q4", "Q5", "Q6", "Q7"])
  }

  private func expect(
    _ edits: [PlantedTrace.Edit], _ broken: [String: [[Int]]],
    _ location: SourceLocation = #_sourceLocation
  ) throws {
    #expect(try Self.correct.with(edits).broken() == broken, sourceLocation: location)
  }

  @Test func quorums() throws {
    try expect(
      [.replace(9, "b phase_end op:\"b/1\" phase:\"query\" ep:0 acks:[\"b\"] version:[1,0]")],
      ["Q1": [[1, 9]]])
    try expect(
      [.replace(9, "b phase_end op:\"b/1\" phase:\"query\" ep:0 acks:[\"c\"] version:[1,0]")],
      ["Q1": [[1, 9]], "Q2": [[7, 8, 9]]])
    try expect(
      [.replace(1, "a config ep:0 voters:[\"a\",\"b\",\"c\"] votes:[1,1,1] read:1 write:2")],
      ["Q2": [[1]]])
  }

  @Test func versions() throws {
    try expect(
      [.replace(11, "b op_end op:\"b/1\" result:\"ok\" version:[0,0] valueHash:0")],
      ["Q3": [[7, 8, 11]]])
    // The write has not ended, so the second read only contradicts the first.
    try expect(
      [
        .replace(14, "c op_end op:\"c/1\" result:\"ok\" version:[0,0] valueHash:0"), .delete(7),
      ], ["Q4": [[10, 11, 13]]])
    try expect(
      [.replace(19, "a op_end op:\"a/2\" result:\"ok\" version:[0,5] valueHash:8")],
      ["Q5": [[7, 15, 19], [11, 15, 19]]])
    try expect(
      [.replace(11, "b op_end op:\"b/1\" result:\"ok\" version:[1,0] valueHash:9")],
      ["Q6": [[4, 11]]])
    try expect(
      [.replace(17, "a replica key:\"x\" version:[0,1] valueHash:8 durable:true")],
      ["Q7": [[4, 17]]])
  }
}
