import Base
import Experiments

extension SeedResult {
  /// Runs the seed once more and keeps its messages, because campaigns have no time to keep those
  /// of every seed.
  ///
  /// - Returns: `messages.jsonl`.
  /// - Throws: a defect where the same plan did something else, and what ``Simulator`` throws.
  public func messages(_ recording: MessageRecording) throws(Failure) -> [UInt8] {
    let again = try Simulator.run(plan, recording: recording)
    guard again.fingerprint == run.fingerprint else {
      throw Failure(
        .defect, "seed \(plan.seed): the same plan did something else when its messages were kept")
    }
    return again.messages
  }
}
