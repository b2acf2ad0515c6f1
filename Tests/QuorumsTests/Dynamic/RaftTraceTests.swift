import Quorums
import Testing

struct RaftTraceTests {
  private typealias Edit = PlantedTrace.Edit

  /// Two terms of three nodes: an entry that the second leader overwrites, a restart, a snapshot, a
  /// change of members.
  static let correct = PlantedTrace(
    """
    a config ep:0 voters:["a","b","c"]
    a boot term:0 votedFor:null lastIndex:0 lastTerm:0 commit:0 snapIndex:0 snapTerm:0
    b boot term:0 votedFor:null lastIndex:0 lastTerm:0 commit:0 snapIndex:0 snapTerm:0
    c boot term:0 votedFor:null lastIndex:0 lastTerm:0 commit:0 snapIndex:0 snapTerm:0
    a vote term:1 cand:"a" granted:true candLast:[0,0] ownLast:[0,0]
    b vote term:1 cand:"a" granted:true candLast:[0,0] ownLast:[0,0]
    a leader term:1 votes:["a","b"] ep:0 lastIndex:0
    a append term:1 leader:"a" prev:[0,0] entries:[[1,1,11]] ok:true
    b append term:1 leader:"a" prev:[0,0] entries:[[1,1,11]] ok:true
    b ack leader:"a" term:1 match:1
    a commit index:1 term:1 by:["a","b"] ep:0 leaderTerm:1 leader:true
    a apply index:1 term:1 hash:11
    b commit index:1 term:1 leader:false
    b apply index:1 term:1 hash:11
    a append term:1 leader:"a" prev:[1,1] entries:[[2,1,12]] ok:true
    a readindex term:1 index:1 acks:["a","b"] since:15
    a snapshot index:1 term:1 stateHash:5 dir:"take"
    b vote term:2 cand:"b" granted:true candLast:[1,1] ownLast:[1,1]
    c vote term:2 cand:"b" granted:true candLast:[1,1] ownLast:[0,0]
    b leader term:2 votes:["b","c"] ep:0 lastIndex:1
    b append term:2 leader:"b" prev:[1,1] entries:[[2,2,13]] ok:true
    c append term:2 leader:"b" prev:[0,0] entries:[[1,1,11],[2,2,13]] ok:true
    b commit index:2 term:2 by:["b","c"] ep:0 leaderTerm:2 leader:true
    b apply index:2 term:2 hash:13
    a append term:2 leader:"b" prev:[1,1] entries:[[2,2,13]] ok:true
    a truncate from:2
    b conf index:3 ep:1 kind:"joint" old:["a","b","c"] new:["a","b","c","d"]
    b append term:2 leader:"b" prev:[2,2] entries:[[3,2,14]] ok:true
    b commit index:3 term:2 by:["b","c","a"] ep:1 leaderTerm:2 leader:true
    b conf index:4 ep:2 kind:"final" new:["a","b","c","d"]
    c boot term:2 votedFor:"b" lastIndex:2 lastTerm:2 commit:0 snapIndex:0 snapTerm:0
    b lease term:2 from:0 to:10
    c snapshot index:1 term:1 stateHash:5 dir:"install"
    """)

  @Test func theCorrectTraceAppliesEveryRule() throws {
    let report = try Self.correct.check()
    #expect(report.violations == [])
    #expect(
      report.applied.map(\.rule.name)
        == [
          "E1", "E2", "E3", "E4", "E5", "L1", "L2", "L3", "L4", "C1", "C2", "C3", "A1", "S1",
          "R1", "M1",
        ])
    #expect(report.notApplied.isEmpty && report.notes == [] && report.events == 33)
  }

  private func expect(
    _ edits: [Edit], _ broken: [String: [[Int]]], _ location: SourceLocation = #_sourceLocation
  ) throws {
    #expect(try Self.correct.with(edits).broken() == broken, sourceLocation: location)
  }

  @Test func elections() throws {
    let boot = "lastIndex:2 lastTerm:2 commit:0 snapIndex:0 snapTerm:0"
    try expect([.replace(31, "c boot term:1 votedFor:null \(boot)")], ["E1": [[19, 31]]])
    try expect([.replace(31, "c boot term:2 votedFor:\"a\" \(boot)")], ["E2": [[19, 31]]])
    try expect(
      [
        .insert(
          after: 19, "c vote term:2 cand:\"a\" granted:true candLast:[2,1] ownLast:[0,0]")
      ], ["E2": [[19, 20]]])
    try expect([.insert(after: 20, "a leader term:2 lastIndex:2")], ["E3": [[20, 21]]])
    try expect(
      [.replace(7, "a leader term:1 votes:[\"a\"] ep:0 lastIndex:0")], ["E4": [[1, 7]]])
    try expect(
      [.replace(20, "b leader term:2 votes:[\"b\",\"a\"] ep:0 lastIndex:1")], ["E4": [[20]]])
    try expect(
      [.replace(19, "c vote term:2 cand:\"b\" granted:true candLast:[1,1] ownLast:[2,1]")],
      ["E5": [[19]]])
  }

  @Test func logs() throws {
    try expect(
      [
        .replace(
          22, "c append term:2 leader:\"b\" prev:[0,0] entries:[[1,1,11],[2,2,99]] ok:true")
      ], ["L1": [[21, 22]]])
    try expect(
      [.replace(25, "a append term:2 leader:\"b\" prev:[1,2] entries:[] ok:true")],
      ["L2": [[25]]])
    try expect(
      [.replace(25, "a append term:2 leader:\"b\" prev:[5,2] entries:[] ok:true")],
      ["L2": [[25]]])
    try expect([.insert(after: 15, "a truncate from:2")], ["L3": [[7, 16]]])
    try expect([.replace(26, "a truncate from:1")], ["L4": [[11, 26]]])
    try expect(
      [
        .replace(
          31, "b boot term:2 votedFor:\"b\" lastIndex:0 lastTerm:0 commit:0 snapIndex:0 snapTerm:0")
      ], ["L4": [[29, 31]]])
  }

  @Test func commits() throws {
    try expect(
      [
        .replace(
          11, "a commit index:1 term:1 by:[\"a\"] ep:0 leaderTerm:1 leader:true")
      ], ["C1": [[7, 11]]])
    try expect(
      [
        .insert(
          after: 22, "b commit index:1 term:1 by:[\"b\",\"c\"] ep:0 leaderTerm:2 leader:true")
      ], ["C1": [[20, 23]]])
    // Under joint consensus a majority of the old members is not enough.
    try expect(
      [
        .replace(
          29, "b commit index:3 term:2 by:[\"b\",\"c\"] ep:1 leaderTerm:2 leader:true")
      ], ["C1": [[20, 29]]])
    try expect([.replace(13, "b commit index:1 term:9 leader:false")], ["C2": [[11, 13]]])
    try expect(
      [.replace(20, "b leader term:2 votes:[\"b\",\"c\"] ep:0 lastIndex:0")],
      ["C3": [[11, 20]]])
    // The older leader's commit is seen after the later leader.
    let late = "a commit index:2 term:1 by:[\"a\",\"c\"] ep:0 leaderTerm:1 leader:true"
    try expect(
      [.insert(after: 20, late)],
      ["C3": [[21, 20]], "C2": [[21, 24], [21, 25]], "L4": [[21, 26]]])
  }

  @Test func whatFollowsFromCommits() throws {
    try expect([.replace(14, "b apply index:1 term:1 hash:99")], ["A1": [[12, 14]]])
    try expect([.delete(14)], ["A1": [[23]]])
    try expect([.delete(13)], ["A1": [[13]]])
    try expect(
      [.replace(17, "a snapshot index:1 term:2 stateHash:5 dir:\"take\"")], ["S1": [[11, 17]]])
    try expect(
      [.replace(33, "c snapshot index:1 term:1 stateHash:6 dir:\"install\"")],
      ["S1": [[17, 33]]])
    try expect(
      [.replace(16, "a readindex term:1 index:0 acks:[\"a\",\"b\"] since:15")],
      ["R1": [[11, 16]]])
    try expect(
      [.replace(16, "a readindex term:1 index:1 acks:[\"a\"] since:15")], ["R1": [[1, 16]]])
    try expect([.insert(after: 32, "c lease term:1 from:9 to:12")], ["R1": [[32, 33]]])
    try expect([.delete(29)], ["M1": [[27, 29]]])
  }

  @Test func theSentenceNamesWhoAndWhat() throws {
    let trace = Self.correct.with([
      .replace(11, "a commit index:1 term:1 by:[\"a\"] ep:0 leaderTerm:1 leader:true")
    ])
    let violation = try #require(try trace.check().violations.first)
    #expect(violation.sentence == "a commits up to 1 on the word of {a}, which is no quorum")
    #expect(
      violation.rule.source == "Ongaro and Ousterhout, extended version 2014, section 5.4.2")
  }
}
