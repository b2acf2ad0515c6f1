import Experiments
import Formats

/// What the recorder says of a run in `run.json`.
extension RunRecord {
  /// The record of a run that begins.
  init(of plan: Plan, startedAt: String) {
    self.init(
      name: plan.runName, seed: plan.seed, startedAt: startedAt, cluster: plan.clusterWords,
      workload: plan.workloadWords, faults: plan.families, clients: plan.clients,
      nodes: plan.nodeNames.map { Node(name: $0) }, requirement: plan.requirement)
  }

  /// Takes over what a run came to; all of its processes have ended.
  mutating func note(_ run: Run, after nanoseconds: Int64) {
    durationNanoseconds = nanoseconds
    for (index, count) in run.clients.answered.enumerated() {
      nodes[index].answered = count
      nodes[index].version = run.version(index)
    }
    problems = run.problems
    shortcomings = run.shortcomings
    cuts = run.cuts
    stoppedOnViolation = run.isStoppedOnViolation
  }
}
