import Base
import Checker
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

  /// Makes a description of a run.
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

/// How a run ends for a person: a verdict, or none because too little was exercised.
public enum RunVerdict: Sendable, Equatable {
  case linearizable, violation, undecided, inconclusive

  /// A violation outranks everything; a pass that exercised too little is inconclusive.
  public init(_ verdict: Verdict, shortcomings: [String]) {
    switch verdict {
    case .violation: self = .violation
    case .undecided: self = .undecided
    case .linearizable: self = shortcomings.isEmpty ? .linearizable : .inconclusive
    }
  }

  /// The word for it.
  public var word: String {
    switch self {
    case .linearizable: "linearizable"
    case .violation: "violation"
    case .undecided: "undecided"
    case .inconclusive: "inconclusive"
    }
  }

  /// The exit code of the contract.
  public var exitCode: ExitCode {
    switch self {
    case .linearizable: .success
    case .violation: .violation
    case .undecided: .undecided
    case .inconclusive: .inconclusive
    }
  }
}

/// A history that was checked, or a file that could not be.
public struct CheckedFile: Sendable {
  /// What came of it.
  public enum Finding: Sendable {
    case checked(CheckResult, History)
    /// It could not be read; the message says why.
    case error(String)
  }

  /// The file's name as the person gave it.
  public var file: String
  /// What came of it.
  public var finding: Finding

  /// Makes a finding.
  public init(file: String, finding: Finding) {
    self.file = file
    self.finding = finding
  }

  /// Whether it was read and checked, and holds not a single operation: no violation, and no pass.
  public var saysNothing: Bool {
    guard case .checked(let result, let history) = finding else { return false }
    return result.operations == 0 && history.count == 0 && result.verdict == .linearizable
  }
}
