import Base
import Formats
import Histories

/// What a run was: everything that the command knows and the history does not say.
public struct RunInfo: Sendable {
  /// The run's name.
  public var name: String
  /// The seed that everything random was drawn from.
  public var seed: UInt64
  /// The cluster in a few words: `5 embedded raft nodes, bug stale-reads`.
  public var cluster: String
  /// The operations in a few words: `read, write and cas on 5 keys`.
  public var workload: String
  /// The faults asked for, in a few words; empty when there were none.
  public var faults: String
  /// Clients that ran side by side.
  public var clients: Int
  /// How long the recording took.
  public var durationNanoseconds: Int64
  /// The run's folder, as a person would type it.
  public var folder: String
  /// When it began, as text.
  public var startedAt: String
  /// The command that repeats the run.
  public var replayCommand: String
  /// The command that shows more.
  public var moreCommand: String
  /// The plan as it was written to the run's folder, or empty.
  public var plan: String
  /// What went wrong with the harness itself, a sentence each.
  public var problems: [String]
  /// `NAME: VERSION` of each node's server that said it.
  public var versions: [String] = []

  /// Takes texts as people shall read them. Those with a default may be empty, and are then not
  /// shown; ``versions`` is set afterwards.
  public init(
    name: String, seed: UInt64, cluster: String, workload: String, faults: String = "",
    clients: Int, durationNanoseconds: Int64, folder: String, startedAt: String,
    replayCommand: String, moreCommand: String = "", plan: String = "", problems: [String] = []
  ) {
    self.name = name
    self.seed = seed
    self.cluster = cluster
    self.workload = workload
    self.faults = faults
    self.clients = clients
    self.durationNanoseconds = durationNanoseconds
    self.folder = folder
    self.startedAt = startedAt
    self.replayCommand = replayCommand
    self.moreCommand = moreCommand
    self.plan = plan
    self.problems = problems
  }
}

extension RunInfo {
  /// What a run was, from its record and its folder.
  public init(_ record: RunRecord, in folder: RunFolder) {
    let plan = (try? File.read(folder.plan)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    self.init(
      name: record.name, seed: record.seed, cluster: record.cluster, workload: record.workload,
      faults: record.faults.joined(separator: ", "), clients: record.clients,
      durationNanoseconds: record.durationNanoseconds ?? 0, folder: folder.path,
      startedAt: RunInfo.local(record.startedAt),
      replayCommand: "plumbline \(record.isSimulated ? "simulate" : "test") --plan \(folder.plan)",
      moreCommand: "open \(folder[.report]), or plumbline explain \(folder.path)", plan: plan,
      problems: record.problems)
    versions = record.nodes.compactMap { node in
      node.version.map { "\(node.name): \($0)" }
    }
  }

  /// `2026-11-21 09:17:58` of `2026-11-21T09:17:58+01:00`.
  private static func local(_ stamp: String) -> String {
    let day = stamp.prefix(10)
    let time = stamp.dropFirst(11).prefix(8)
    return stamp.count >= 19 ? "\(day) \(time)" : stamp
  }
}
