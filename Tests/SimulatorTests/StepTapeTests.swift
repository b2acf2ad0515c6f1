import Base
import Experiments
import Protocols
import Testing

@testable import Simulator

/// Steps of nodes that are taken again by themselves.
struct StepTapeTests {
  @Test func aRunIsRepeatedByItsStepsAlone() throws {
    let plan = Simulated.plan { $0.faults = ["kill", "pause", "loss"] }
    var calls = Int64(0)
    let (run, took) = try Simulator.steps(of: plan) {
      calls += 1
      return calls
    }
    #expect(took == 1)
    #expect(run.fingerprint == (try Simulator.run(plan)).fingerprint)
  }

  @Test func otherEffectsAreADefect() throws {
    var tape = StepTape<RaftNode>()
    tape.boot(0, NodeSetup(name: "n1", members: ["n1"], seed: 1), [])
    tape.take(.start, by: 0, reading: 0)
    #expect(throws: Failure.self) { try tape.replay() }
  }
}
