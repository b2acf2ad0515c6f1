import Base
import Experiments
import Formats
import Foundation
import TestMachine
import Testing

@testable import Recorder

/// Members that change, and leaders that hand over, among real processes.
struct PipeOperatorTests {
  @Test(.timeLimit(.minutes(2)), arguments: ["single", "joint"])
  func whatIsAskedForIsDoneAndSeen(_ way: String) throws {
    try RecordingTests().withPlan([]) { plan in
      plan.nodes = 4
      plan.knobs = ["membership=\(way)"]
      plan.faults = ["membership", "transfer"]
      plan.faultIntervalNanoseconds = 700_000_000
      plan.durationNanoseconds = 4_000_000_000
    } _: { plan in
      let outcome = try Recording.run(plan, executable: Built.program("plumbline"))
      #expect(outcome.record.problems == [])
      #expect(outcome.record.shortcomings == [])
      let steps = try File.read(outcome.folder[.faults]).split(separator: 0x0A)
        .map { try JSONParser.parse($0) }
      for family in ["membership", "transfer"] {
        let verified = steps.contains {
          $0["name"]?.string == family && $0["step"]?.string == "verified"
        }
        #expect(verified, "\(family)")
      }
      #expect(try RecordingTests().nothingRuns(outcome.folder))
    }
  }

  /// Nobody obeys an operator who was never told of one.
  @Test func programsOfOthersHaveNone() throws {
    var plan = Plan()
    plan.nodeCommand = ["/bin/true"]
    for family in ["membership", "transfer"] {
      let fault = try #require(Faults.named(family))
      #expect(fault.obstacle(in: plan) == "a program of --node cannot be told to")
    }
    plan.nodeCommand = []
    plan.protocolName = "quorum-register"
    #expect(Faults.named("transfer")?.obstacle(in: plan) == "quorum-register has no leaders")
  }
}
