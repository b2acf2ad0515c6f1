import Base
import Testing

@testable import Protocols

struct TraceTests {
  private func world(traces: Bool, bugs: [String] = []) throws -> World {
    var options = World.Options()
    options.traces = traces
    options.bugs = bugs
    var world = try World(seed: 11, options)
    try world.run()
    return world
  }

  @Test func aTraceChangesNothing() throws {
    let silent = try world(traces: false)
    let traced = try world(traces: true)
    #expect(silent.digest == traced.digest && silent.steps == traced.steps)
    #expect(silent.traced.joined().isEmpty)
  }

  /// Figure 3 of the paper, from the traces alone.
  @Test func aTraceShowsWhoVotedWhoLedAndOnWhoseWord() throws {
    let world = try world(traces: true)
    var votes: [String: String] = [:]
    var leaders: [Int64: String] = [:]
    var committed: [Int64: String] = [:]
    var seen: Set<String> = []
    for (node, events) in world.traced.enumerated() {
      for event in events {
        let name = try #require(event["event"]?.string)
        seen.insert(name)
        let term = event["term"]?.integer ?? 0
        switch name {
        case "vote" where event["granted"]?.bool == true:
          let candidate = try #require(event["cand"]?.string)
          let earlier = votes.updateValue(candidate, forKey: "\(node) \(term)")
          #expect(earlier ?? candidate == candidate)
        case "leader":
          #expect(leaders.updateValue(world.names[node], forKey: term) == nil)
          let voters = try #require(event["votes"]?.array)
          #expect(voters.count >= 3)
        case "commit" where event["leader"]?.bool == true:
          let acks = try #require(event["by"]?.array)
          #expect(acks.count >= 3)
          #expect(event["leaderTerm"] == event["term"])
        case "apply":
          let entry = "\(term) \(event["hash"] ?? .null)"
          let index = try #require(event["index"]?.integer)
          let earlier = committed.updateValue(entry, forKey: index)
          #expect(earlier ?? entry == entry)
        default: break
        }
      }
    }
    #expect(
      seen.isSuperset(of: [
        "config", "boot", "vote", "leader", "append", "ack", "commit", "apply", "readindex",
      ]))
    #expect(!committed.isEmpty)
  }

  @Test func theQuorumRegisterNamesTheQuorumsOfBothPhases() throws {
    var setup = NodeSetup(name: "n1", members: ["n1", "n2", "n3"], seed: 1)
    setup.traces = true
    var node = try QuorumRegisterNode(setup, recovering: [])
    var trace: [String] = []
    func take(_ input: QuorumRegisterNode.Input) {
      for case .trace(let event) in node.receive(input, at: 0) { trace.append(event.description) }
    }
    take(.start)
    take(.request(ClientRequest(client: "c", id: 1, operation: .write(key: "x", value: 7))))
    take(.message(from: "n3", .state(operation: 1, .none)))
    take(.message(from: "n2", .stored(operation: 1)))
    let hash = fingerprintOf("7")
    #expect(
      trace == [
        #"{"event":"config","ep":0,"voters":["n1","n2","n3"],"votes":[1,1,1],"read":2,"write":2}"#,
        #"{"event":"op_begin","op":"n1/1","key":"x","kind":"write","client":"c"}"#,
        #"{"event":"phase_end","op":"n1/1","phase":"query","ep":0,"acks":["n1","n3"],"#
          + #""version":[0,0]}"#,
        #"{"event":"replica","key":"x","version":[1,0],"valueHash":\#(hash),"durable":true}"#,
        #"{"event":"phase_end","op":"n1/1","phase":"store","ep":0,"acks":["n1","n2"],"#
          + #""version":[1,0]}"#,
        #"{"event":"op_end","op":"n1/1","result":"ok","version":[1,0],"valueHash":\#(hash)}"#,
      ])
  }
}
