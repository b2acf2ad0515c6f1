import Base
import Quorums
import Testing

struct SystemFileTests {
  @Test func readsNodesWithAllTheirProperties() throws {
    let text = """
      // two regions
      {
        nodes: [
          { name: "a", capacity: 4, latency: "2ms", zone: "east", votes: 2 },
          { name: 'b', readCapacity: 2, writeCapacity: 0.5, latency: 0.03 },
          "c",
        ],
        read: 2, write: 3,
      }
      """
    let system = try SystemFile.parse(Array(text.utf8), path: "s.json5")
    #expect(
      system.nodes == [
        QuorumNode("a", readCapacity: 4, writeCapacity: 4, latencySeconds: 0.002, zone: "east"),
        QuorumNode("b", readCapacity: 2, writeCapacity: 0.5, latencySeconds: 0.03),
        QuorumNode("c"),
      ])
    #expect(system.votes == .init(total: 4, read: 2, write: 3, each: [2, 1, 1]))
  }

  @Test(arguments: [
    ("{", "f:1:2: found the end of the text, expected a name"),
    ("[]", "f: a system is an array, expected an object"),
    (
      "{}",
      "f: no quorum system is given: nodes 5 read 2 write 4, votes, reads, writes or system"
    ),
    ("{nodes: 65}", "f: nodes is 65, expected 1 to 64"),
    ("{nodes: []}", "f: nodes has 0 elements, expected 1 to 64"),
    ("{nodes: ['a', 'a']}", "f: node “a” is given twice"),
    (
      "{nodes: ['a b']}",
      "f: “a b” is no name for a node, expected letters, digits, “_”, “-”, “.” and “:”"
    ),
    ("{nodes: [{name: 'a', capacity: 0}]}", "f: capacity of a is 0, expected a number above 0"),
    (
      "{nodes: [{name: 'a', latency: '5'}]}",
      "f: the latency of a is \"5\", expected a duration such as \"5ms\", or seconds"
    ),
    ("{nodes: [{zone: 'a'}]}", "f: node 1 has no name"),
    (
      "{reads: 'a*'}",
      "f: reads: column 3: found the end, expected a node, “(”, majority(…), choose(…) or "
        + "votes(…)\n  a*\n    ^"
    ),
    (
      "{nodes: ['ab', 'c'], reads: 'ab*d'}",
      "f: reads: column 4: “d” is no node of this system; did you mean c?\n  ab*d\n     ^"
    ),
  ])
  func saysWhatIsWrong(text: String, message: String) {
    do throws(Failure) {
      _ = try SystemFile.parse(Array(text.utf8), path: "f")
      Issue.record("“\(text)” was read")
    } catch {
      #expect(error == Failure(.badInput, message))
    }
  }

  @Test func namedSystemsHoldWhatTheyPromise() throws {
    for named in NamedSystem.all {
      let system = try NamedSystem.make(named.example, label: "")
      #expect(Rules.readWrite(system).overlap.isProved, "\(named.name)")
      let writesMeet = Rules.writeWrite(system).overlap.isProved
      #expect(writesMeet == (named.name != "rows"), "\(named.name)")
    }
  }
}
