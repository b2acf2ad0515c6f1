import Base
import Testing

@testable import Protocols

struct TraceTests {
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
    let hash = traceHash("7")
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
