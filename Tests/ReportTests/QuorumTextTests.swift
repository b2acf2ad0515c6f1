import Base
import Findings
import Quorums
import Report
import Testing

/// The analysis of a quorum system, as people and as programs see it: the whole output.
struct QuorumTextTests {
  private func text(_ analysis: Analysis, ascii: Bool = false) -> String {
    QuorumText(palette: Palette(color: false), width: 100, ascii: ascii).page(analysis)
  }

  private func json(_ analysis: Analysis) -> String { QuorumJSON.object(analysis).description }

  private static func counts(_ read: Int, _ write: Int) -> Analysis {
    let system = QuorumSystem(
      nodes: ["n1", "n2", "n3"].map { QuorumNode($0) }, votes: [1, 1, 1], read: read, write: write)
    return Analysis(system, checks: Rules.check(system, Demand()))
  }

  /// a and b in the east, c in the west, one node that never fails with others.
  private static func zones() throws -> Analysis {
    var description = SystemDescription()
    (description.reads, description.writes) = ("free + a*c", "free*(a + c)")
    description.nodes = [
      QuorumNode("a", zone: "east"), QuorumNode("b", zone: "east"), QuorumNode("c", zone: "west"),
      QuorumNode("free"),
    ]
    let system = try description.make()
    return Analysis(system, checks: Rules.check(system, Demand()))
  }

  @Test func quorumsThatMissEachOther() {
    let analysis = Self.counts(1, 2)
    #expect(
      text(analysis) == """
        3 nodes: n1, n2, n3
          reads         any 1 of 3  (3 minimal quorums)
          writes        any 2 of 3  (3 minimal quorums)

        overlap
          FAILS    every read quorum meets every write quorum
                   Vr + Vw > V: 1 + 2 > 3 is false
                   read quorum  {n3}
                   write quorum {n1, n2}
                   1. a client writes x = 1; {n1, n2} acknowledge it, and that is a quorum
                   2. another client then reads x; {n3} answer, and that is a quorum too
                   3. none of them has seen the write: the read returns the old value, or nothing
                   repair: raise Vw to 3, or Vr to 2
                   (Gifford 1979)
          holds    every two write quorums meet
                   Vw > V/2: 2 · 2 > 3 is true

        measures
          resilience    1  any 1 node may fail
            reads       2  no read quorum without {n1, n2, n3}
            writes      1  no write quorum without {n2, n3}
          availability  0.9997  (reads 0.999999, writes 0.9997) with each node down 0.01 of the time
          load          0.5  at 50 % reads
          capacity      2  operations a unit of time
          network       1.5  nodes an operation
          latency       1 s

        load of each node: the share of its capacity that one operation takes
          n1  0.5     ████████████████████████████████████████
          n2  0.5     ████████████████████████████████████████
          n3  0.5     ████████████████████████████████████████
        read quorums in use
          100 %   {n1}
        write quorums in use
          100 %   {n2, n3}

        """)
    let expected = [
      #"{"nodes":["n1","n2","n3"],"reads":"n1 + n2 + n3","#,
      #""writes":"majority(n1, n2, n3)","intersects":{"readWrite":{"holds":false,"#,
      #""inequality":false,"witness":[["n3"],["n1","n2"]]},"writeWrite":{"holds":true,"#,
      #""inequality":true,"witness":null}},"minimalReadQuorums":[["n1"],["n2"],["n3"]],"#,
      #""minimalWriteQuorums":[["n1","n2"],["n1","n3"],["n2","n3"]],"#,
      #""minimalReadQuorumCount":3,"minimalWriteQuorumCount":3,"resilience":1,"#,
      #""readResilience":2,"writeResilience":1,"load":0.5,"capacity":2.0,"#,
      #""networkLoad":1.5,"latency":1.0,"availability":0.999702,"#,
      #""readAvailability":0.999999,"writeAvailability":0.999702,"#,
      #""failureProbability":0.01,"readFraction":0.5,"checks":[{"name":"read-write","#,
      #""claim":"every read quorum meets every write quorum","source":"Gifford 1979","#,
      #""holds":false,"common":1,"inequality":"Vr + Vw > V: 1 + 2 > 3","#,
      #""inequalityHolds":false,"witness":[["n3"],["n1","n2"]],"#,
      #""story":["a client writes x = 1; {n1, n2} acknowledge it, and that is a quorum","#,
      #""another client then reads x; {n3} answer, and that is a quorum too","#,
      #""none of them has seen the write: the read returns the old value, or nothing"],"#,
      #""repair":"raise Vw to 3, or Vr to 2"},{"name":"write-write","#,
      #""claim":"every two write quorums meet","source":"Gifford 1979","holds":true,"#,
      #""common":1,"inequality":"Vw > V/2: 2 · 2 > 3","inequalityHolds":true,"#,
      #""witness":null}],"holds":false,"strategy":{"reads":[{"quorum":["n1"],"#,
      #""probability":1.0}],"writes":[{"quorum":["n2","n3"],"probability":1.0}],"#,
      #""nodeLoads":{"n1":0.5,"n2":0.5,"n3":0.5}}}"#,
    ]
    #expect(json(analysis) == expected.joined())
  }

  @Test func withoutOtherCharacters() {
    #expect(
      text(Self.counts(2, 2), ascii: true) == """
        3 nodes: n1, n2, n3
          reads         any 2 of 3  (3 minimal quorums)
          writes        any 2 of 3  (3 minimal quorums)

        overlap
          holds    every read quorum meets every write quorum
                   Vr + Vw > V: 2 + 2 > 3 is true
          holds    every two write quorums meet
                   Vw > V/2: 2 \\u{B7} 2 > 3 is true

        measures
          resilience    1  any 1 node may fail
            reads       1  no read quorum without {n2, n3}
            writes      1  no write quorum without {n2, n3}
          availability  0.9997  (reads 0.9997, writes 0.9997) with each node down 0.01 of the time
          load          0.6667  at 50 % reads
          capacity      1.5  operations a unit of time
          network       2  nodes an operation
          latency       1 s

        load of each node: the share of its capacity that one operation takes
          n1  0.6667  ########################################
          n2  0.6667  ########################################
          n3  0.6667  ########################################
        read quorums in use
          66.67 % {n1, n2}
          33.33 % {n1, n3}
        write quorums in use
          66.67 % {n2, n3}
          33.33 % {n1, n3}

        """)
  }

  @Test func whatZonesDo() throws {
    let analysis = try Self.zones()
    #expect(
      text(analysis) == """
        4 nodes: a, b, c, free
          reads         free + a * c  (2 minimal quorums)
          writes        free * (a + c)  (2 minimal quorums)

        overlap
          holds    every read quorum meets every write quorum
          holds    every two write quorums meet

        measures
          resilience    0  any 0 nodes may fail
            reads       1  no read quorum without {c, free}
            writes      0  no write quorum without {free}
          zones         reads survive the loss of every zone
          zones         1  no write quorum without east, west
          availability  0.9899  (reads 0.9998, writes 0.9899) with each node down 0.01 of the time
          load          0.625  at 50 % reads
          capacity      1.6  operations a unit of time
          network       1.875  nodes an operation
          latency       1 s

        load of each node: the share of its capacity that one operation takes
          a     0.625   ████████████████████████████████████████
          b     0\u{20}\u{20}\u{20}\u{20}\u{20}\u{20}\u{20}
          c     0.625   ████████████████████████████████████████
          free  0.625   ████████████████████████████████████████
        read quorums in use
          75 %    {a, c}
          25 %    {free}
        write quorums in use
          50 %    {a, free}
          50 %    {c, free}

        """)
    let expected = [
      #"{"nodes":["a","b","c","free"],"reads":"free + a * c","writes":"free * (a + c)","#,
      #""intersects":{"readWrite":{"holds":true,"inequality":null,"witness":null},"#,
      #""writeWrite":{"holds":true,"inequality":null,"witness":null}},"#,
      #""minimalReadQuorums":[["free"],["a","c"]],"minimalWriteQuorums":[["a","#,
      #""free"],["c","free"]],"minimalReadQuorumCount":2,"minimalWriteQuorumCount":2,"#,
      #""resilience":0,"readResilience":1,"writeResilience":0,"load":0.625,"#,
      #""capacity":1.6,"networkLoad":1.875,"latency":1.0,"availability":0.989901,"#,
      #""readAvailability":0.999801,"writeAvailability":0.989901,"#,
      #""failureProbability":0.01,"readFraction":0.5,"checks":[{"name":"read-write","#,
      #""claim":"every read quorum meets every write quorum","source":"Gifford 1979","#,
      #""holds":true,"common":1,"inequality":null,"inequalityHolds":null,"#,
      #""witness":null},{"name":"write-write","claim":"every two write quorums meet","#,
      #""source":"Gifford 1979","holds":true,"common":1,"inequality":null,"#,
      #""inequalityHolds":null,"witness":null}],"holds":true,"#,
      #""strategy":{"reads":[{"quorum":["a","c"],"probability":0.75},{"quorum":["free"],"#,
      #""probability":0.25}],"writes":[{"quorum":["a","free"],"#,
      #""probability":0.5},{"quorum":["c","free"],"probability":0.5}],"#,
      #""nodeLoads":{"a":0.625,"b":0.0,"c":0.625,"free":0.625}},"#,
      #""zones":{"read":{"resilience":null,"block":null,"survivesAll":true},"#,
      #""write":{"resilience":1,"block":["east","west"],"survivesAll":false}}}"#,
    ]
    #expect(json(analysis) == expected.joined())
  }

  /// What a bound left open is called so, and not taken for the best.
  @Test func aBoundThatWasReached() throws {
    var analysis = try Self.zones()
    analysis.reads.minimal = nil
    analysis.reads.resilience = nil
    analysis.reads.block = nil
    analysis.reads.availability = nil
    analysis.reads.zones = nil
    analysis.availability = nil
    analysis.strategy = nil
    analysis.bounds = ["read quorums: reached the bound of 8 diagram nodes"]
    analysis.checks = analysis.checks.map { check in
      var check = check
      check.overlap = .undecided("8 diagram nodes")
      return check
    }
    analysis.readWrite = analysis.checks[0]
    analysis.writeWrite = analysis.checks[1]
    #expect(analysis.holds == nil)
    #expect(
      text(analysis) == """
        4 nodes: a, b, c, free
          reads         free + a * c
          writes        free * (a + c)  (2 minimal quorums)

        overlap
          unknown  every read quorum meets every write quorum
                   reached the bound of 8 diagram nodes
          unknown  every two write quorums meet
                   reached the bound of 8 diagram nodes

        measures
            writes      0  no write quorum without {free}
          zones         not known for reads
          zones         1  no write quorum without east, west
        not known: read quorums: reached the bound of 8 diagram nodes

        """)
    let expected = [
      #"{"nodes":["a","b","c","free"],"reads":"free + a * c","writes":"free * (a + c)","#,
      #""intersects":{"readWrite":{"holds":null,"inequality":null,"witness":null},"#,
      #""writeWrite":{"holds":null,"inequality":null,"witness":null}},"#,
      #""minimalReadQuorums":null,"minimalWriteQuorums":[["a","free"],["c","free"]],"#,
      #""minimalReadQuorumCount":null,"minimalWriteQuorumCount":2,"resilience":null,"#,
      #""readResilience":null,"writeResilience":0,"load":null,"capacity":null,"#,
      #""networkLoad":null,"latency":null,"availability":null,"readAvailability":null,"#,
      #""writeAvailability":0.989901,"failureProbability":0.01,"readFraction":0.5,"#,
      #""checks":[{"name":"read-write","#,
      #""claim":"every read quorum meets every write quorum","source":"Gifford 1979","#,
      #""holds":null,"common":1,"inequality":null,"inequalityHolds":null,"witness":null,"#,
      #""bound":"8 diagram nodes"},{"name":"write-write","#,
      #""claim":"every two write quorums meet","source":"Gifford 1979","holds":null,"#,
      #""common":1,"inequality":null,"inequalityHolds":null,"witness":null,"#,
      #""bound":"8 diagram nodes"}],"holds":null,"zones":{"read":{"resilience":null,"#,
      #""block":null,"survivesAll":null},"write":{"resilience":1,"block":["east","#,
      #""west"],"survivesAll":false}},"#,
      #""bounds":["read quorums: reached the bound of 8 diagram nodes"]}"#,
    ]
    #expect(json(analysis) == expected.joined())
  }
}
