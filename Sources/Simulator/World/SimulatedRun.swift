import Base
import Experiments
import Formats
import Protocols

/// What one seed came to: the same bytes for the same plan, wherever and however often it is run.
public struct SimulatedRun: Sendable {
  /// An invariant that did not hold, and when.
  public struct Breached: Sendable, Equatable {
    /// What happened.
    public var breach: Breach
    /// Nanoseconds of the run's virtual clock.
    public var time: Int64
  }

  /// The plan, which repeats it.
  public var plan: Plan
  /// `history.jsonl`.
  public var history: [UInt8] = []
  /// `faults.jsonl`.
  public var faults: [UInt8] = []
  /// What nodes said happened inside, a JSON object a line; empty unless the plan asks for it.
  public var traces: [[UInt8]] = []
  /// `messages.jsonl`; empty unless it was asked for.
  public var messages: [UInt8] = []
  /// Of every step in its order (which node took something when, and how much it did), and of
  /// history, faults and traces.
  public var fingerprint = FNV1a()
  /// The first invariant that did not hold, or nil.
  public var breached: Breached?
  /// What became of the consistent cuts that the plan asks for.
  public var cuts = CutCounts()
  /// Nodes that answered nobody although all was healed, by name: liveness is lost.
  public var stuck: [String] = []
  /// What the end of the run lacks, a sentence each.
  public var shortcomings: [String] = []
  /// How many operations each node answered.
  public var answered: [Int] = []
  /// What the nodes together were like at some time, as far as that is told apart
  /// (``SafetyInvariants/kind(of:)``).
  public var behaviours: Set<UInt64> = []
  /// Messages between nodes that arrived, markers of cuts with them.
  public var deliveries = 0
  /// Writes that were under way to a disk when their process ended, and are gone.
  public var lostWrites = 0
  /// Steps that nodes took.
  public var steps = 0
  /// How long it took in virtual time.
  public var nanoseconds: Int64 = 0
  /// Faults that were made.
  public var faultsMade = 0
  /// Faults that took effect.
  public var faultsVerified = 0
  /// How often rare branches were taken, by name.
  public var reached: [String: Int] = [:]
  /// The operations of the workload, as a script that does the same.
  public var script: [ScriptedOperation] = []
  /// Operations that were invoked, those of the end included.
  public var invoked = 0
  /// Operations that completed.
  public var ok = 0
  /// Operations that certainly did not happen.
  public var failed = 0
  /// Operations of which nobody knows.
  public var unknown = 0
}
