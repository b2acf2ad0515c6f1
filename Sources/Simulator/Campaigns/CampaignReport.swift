import Base
import Experiments
import Formats
import Protocols

/// What a campaign came to, seed by seed; what it keeps of a seed that passed is a few numbers.
public struct CampaignReport: Sendable {
  /// The planted bug that must be found.
  public struct Canary: Sendable, Equatable {
    /// The bug's name.
    public var bug: String
    /// After how many seeds clients saw it; nil when it lived.
    public var seeds: Int?

    /// A bug that lives as long as nobody saw it.
    public init(bug: String) { self.bug = bug }
  }

  /// What every seed had in common.
  public var plan: Plan
  /// Seeds that ran to their end.
  public private(set) var seeds = 0
  /// Seeds with which something is wrong, in the order of the seeds, without their bytes.
  public private(set) var failing: [SeedResult] = []
  /// Seeds in which nothing wrong was found, and whose check did not come to its end.
  public private(set) var undecided = 0
  /// Seeds that passed and exercised too little for that to mean anything.
  public private(set) var lacking = 0
  /// The first reason for that.
  public private(set) var lack: String?
  /// Operations that completed, over all seeds.
  public private(set) var completed = 0
  /// Messages that arrived.
  public private(set) var deliveries = 0
  /// Steps of nodes.
  public private(set) var steps = 0
  /// Virtual time over all seeds.
  public private(set) var virtualNanoseconds: Int64 = 0
  /// In how many seeds each rare branch was taken.
  public private(set) var reached: [String: Int] = [:]
  /// The states that nodes were in, and how many more of them each seed brought.
  public private(set) var behaviours = Behaviours()
  /// What became of the consistent cuts, over all seeds.
  public private(set) var cuts = CutCounts()
  /// Whether all that were asked to be repeatable were.
  public private(set) var isRepeatable = true
  /// Of the fingerprints of all seeds, in their order.
  public private(set) var fingerprint = FNV1a()
  /// The canary; nil where none was asked for.
  public var canary: Canary?
  /// The signal that ended it early, or nil.
  public var interrupted: Int32?
  /// How long it took.
  public var tookNanoseconds: Int64 = 0

  /// Nothing has run yet.
  public init(_ plan: Plan) { self.plan = plan }

  /// Takes what came of the next seed.
  public mutating func take(_ result: SeedResult) {
    seeds += 1
    completed += result.run.ok
    deliveries += result.run.deliveries
    steps += result.run.steps
    virtualNanoseconds += result.run.nanoseconds
    for name in result.run.reached.keys { reached[name, default: 0] += 1 }
    behaviours.take(result.run.behaviours)
    cuts.add(result.run.cuts)
    fingerprint.mix(result.run.fingerprint.value)
    if result.isRepeatable == false { isRepeatable = false }
    if result.isFailing {
      var told = result
      told.run.drop()
      told.run.behaviours = []
      failing.append(told)
    } else if result.isUndecided {
      undecided += 1
    } else if let first = result.lacks.first {
      lacking += 1
      lack = lack ?? first
    }
  }

  /// The rare branches that no seed took, of those that the protocol knows and the plan's faults
  /// can lead to.
  public var neverReached: [String] {
    guard let row = Protocols.named(plan.protocolName) else { return [] }
    let families = plan.families
    return row.branches.filter { branch in
      reached[branch] == nil && (row.branchFaults[branch].map(families.contains) ?? true)
    }
  }

  /// How many seeds each kind of witness noticed something in.
  public func count(_ witness: Witnessed) -> Int {
    failing.count { $0.witnesses.contains(witness) }
  }

  /// All of it as one JSON object.
  public var json: JSON {
    [
      "protocol": .string(plan.protocolName), "bugs": .array(plan.bugs.map { .string($0) }),
      "seeds": JSON(seeds), "failing": .array(failing.map(\.json)),
      "undecided": JSON(undecided), "lacking": JSON(lacking),
      "lack": lack.map { .string($0) } ?? .null,
      "completed": JSON(completed), "deliveries": JSON(deliveries), "steps": JSON(steps),
      "virtualNanoseconds": .integer(virtualNanoseconds),
      "nanoseconds": .integer(tookNanoseconds), "fingerprint": .string(fingerprint.description),
      "canary": canary.map {
        ["bug": .string($0.bug), "seeds": $0.seeds.map { JSON($0) } ?? .null]
      } ?? .null,
      "reached": .object(
        reached.sorted { $0.key < $1.key }.map { JSON.Member($0.key, JSON($0.value)) }),
      "behaviours": behaviours.json,
      "cuts": plan.snapshotsNanoseconds > 0 ? cuts.json : .null,
      "neverReached": .array(neverReached.map { .string($0) }),
      "signal": interrupted.map { .integer(Int64($0)) } ?? .null,
    ]
  }
}

extension SeedResult {
  /// The seed, who noticed what, and how to see it again.
  public var json: JSON {
    [
      "seed": JSON(plan.seed),
      "seenBy": .array(witnesses.map { .string($0.rawValue) }), "words": .string(words),
      "completed": JSON(run.ok), "virtualNanoseconds": .integer(run.nanoseconds),
      "fingerprint": .string(run.fingerprint.description),
    ]
  }
}
