import Base
import Experiments
import Testing

@testable import Simulator

/// The evidence of answers alone proves an order.
struct EvidenceTests {
  private struct Answer {
    var invoked: Int64
    var completed: Int64
    var revision: Int64
    var leader: String?
    var acks: [String]
  }

  private func answers(_ run: SimulatedRun) throws -> [Answer] {
    var invoked: [Int64: Int64] = [:]
    var answers: [Answer] = []
    for line in run.history.split(separator: 0x0A).dropFirst() {
      let event = try JSONParser.parse(line)
      guard let process = event["process"]?.integer, let time = event["time"]?.integer else {
        continue
      }
      if event["type"]?.string == "invoke" { invoked[process] = time }
      guard event["type"]?.string == "ok", let revision = event["revision"]?.integer else {
        continue
      }
      answers.append(
        Answer(
          invoked: try #require(invoked[process]), completed: time, revision: revision,
          leader: event["leader"]?.string,
          acks: event["acks"]?.array?.compactMap(\.string) ?? []))
    }
    return answers
  }

  /// Revisions respect real time, and each answer rests on a majority with its leader.
  @Test func evidenceOfAnswersIsTrue() throws {
    for seed in 1...12 as ClosedRange<UInt64> {
      let run = try Simulated.run { $0.seed = seed }
      let answers = try answers(run)
      #expect(answers.count > 50)
      let ends = answers.sorted { ($0.completed, $0.revision) < ($1.completed, $1.revision) }
      var latest: Int64 = 0
      var next = 0
      for answer in answers.sorted(by: { $0.invoked < $1.invoked }) {
        #expect(answer.acks.isEmpty || answer.acks.count >= 3)
        #expect(answer.acks.isEmpty || answer.leader.map(answer.acks.contains) == true)
        while next < ends.count, ends[next].completed < answer.invoked {
          latest = max(latest, ends[next].revision)
          next += 1
        }
        // Why: what ended before this began is in the log before it.
        #expect(answer.revision >= latest, "seed \(seed)")
      }
    }
  }
}
