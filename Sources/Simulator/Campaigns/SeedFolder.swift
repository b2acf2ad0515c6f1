import Base
import Experiments
import Formats
import Protocols

/// The folder of a seed's run: the same files as of a real one.
extension SimulatedRun {
  /// Writes history, faults, traces, plan and record.
  ///
  /// - Returns: what `run.json` says.
  /// - Throws: ``ExitCode/cannotCreate`` and ``ExitCode/inputOutput``.
  public func write(to folder: RunFolder) throws(Failure) -> RunRecord {
    try File.makeFolder(folder.path)
    try File.replace(folder.plan, with: Array(plan.json5.utf8))
    try File.replace(folder.history, with: history)
    try File.replace(folder[.faults], with: faults)
    for (index, trace) in traces.enumerated() {
      let node = folder.node(plan.nodeNames[index])
      try File.makeFolder(node.path)
      try File.replace(node.trace, with: trace)
    }
    let record = record
    try record.write(to: folder)
    return record
  }

  private var record: RunRecord {
    var record = RunRecord(
      name: plan.runName, seed: plan.seed, startedAt: WallTime().iso8601,
      cluster: plan.clusterWords, workload: plan.workloadWords, faults: plan.families,
      clients: plan.clients, nodes: plan.nodeNames.map { RunRecord.Node(name: $0) },
      requirement: plan.requirement)
    record.isSimulated = true
    record.durationNanoseconds = nanoseconds
    for (index, count) in answered.enumerated() { record.nodes[index].answered = count }
    record.shortcomings = shortcomings
    if plan.snapshotsNanoseconds > 0 { record.cuts = cuts }
    if let breached {
      record.problems.append(
        "at \(Units.describe(nanoseconds: breached.time)) of virtual time "
          + "\(breached.breach.invariant) was broken: \(breached.breach.sentence)")
    }
    return record
  }
}
