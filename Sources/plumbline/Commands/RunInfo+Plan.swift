import Base
import Histories
import Recorder
import Report

extension RunInfo {
  /// What a run was, from its plan and its folder.
  init(plan: Plan, folder: String, history: History, problems: [String] = []) {
    let program =
      if !plan.cluster.isEmpty {
        ([plan.cluster] + plan.knobs).joined(separator: ", ")
      } else if plan.nodeCommand.isEmpty {
        "embedded \(plan.protocolName)"
      } else {
        plan.nodeCommand.joined(separator: " ")
      }
    let bugs = plan.bugs.isEmpty ? "" : ", with the bug \(plan.bugs.joined(separator: ", "))"
    let last = history.completedTime.max() ?? 0
    self.init(
      name: plan.runName,
      seed: plan.seed,
      cluster: "\(Legible.count(plan.nodes, "node")), \(program)\(bugs)",
      workload: "\(plan.workloadWords) on \(Legible.count(plan.keys, "key"))",
      faults: plan.faults.joined(separator: ", "),
      clients: plan.clients,
      durationNanoseconds: max(0, last),
      folder: folder,
      startedAt: RunInfo.startedAt(folder),
      replayCommand: "plumbline test --plan \(folder)/plan.json5",
      moreCommand: "open \(folder)/report.html, or plumbline explain \(folder)",
      plan: plan.json5,
      problems: problems)
  }

  /// The time in a folder's name, `NAME-YYYYMMDDThhmmss`, or nothing.
  private static func startedAt(_ folder: String) -> String {
    let stamp = folder.split(separator: "-").last.map(String.init) ?? ""
    guard stamp.count == 15, stamp.dropFirst(8).first == "T" else { return "" }
    let digits = Array(stamp)
    let part = { (range: Range<Int>) in String(digits[range]) }
    return "\(part(0..<4))-\(part(4..<6))-\(part(6..<8)) "
      + "\(part(9..<11)):\(part(11..<13)):\(part(13..<15))"
  }
}
