import Base
import Experiments
import Protocols

/// How soon a planted bug is found, by whom, and how small it becomes: a row of the matrix of bugs.
public struct BugRecord: Sendable {
  /// What was gone through until a seed failed.
  public struct Wait: Sendable {
    /// Seeds, the failing one included.
    public var seeds = 0
    /// Nanoseconds of one core, checks included.
    public var nanoseconds: Int64 = 0
  }

  /// The smallest plan that fails in the same way.
  public struct Size: Sendable, Equatable {
    /// Operations of clients.
    public var operations: Int
    /// Faults.
    public var faults: Int
    /// Nodes.
    public var nodes: Int

    /// More than a person takes in at once.
    var isLarge: Bool { operations > 12 || faults > 6 }
  }

  /// The protocol's name.
  public var protocolName: String
  /// The bug.
  public var bug: NamedBug
  /// How many seeds were tried.
  public private(set) var seeds = 0
  /// In how many of them somebody noticed.
  public private(set) var failing = 0
  /// In how many of them each noticed.
  public private(set) var seen: [Witnessed: Int] = [:]
  /// From one failing seed to the next, in their order; what came after the last is not among them.
  public private(set) var waits: [Wait] = []
  /// What a failing seed shrank to; nil where none failed or nobody asked.
  public private(set) var smallest: Size?

  /// Runs a bug's seeds, from 1 on, and shrinks the one that a campaign would: of those that
  /// clients see, if any, the one with the fewest operations; and the next two as long as what is
  /// left is large, because what a seed shrinks to is chance.
  ///
  /// - Parameters:
  ///   - bug: the bug.
  ///   - name: the protocol's name.
  ///   - campaign: how seeds are run; its plan is given the bug, and the bug's own schedule.
  ///   - count: how many seeds.
  ///   - shrinks: whether the smallest plan is looked for.
  ///   - goesOn: asked after each seed and each plan that shrinking tried; false ends the work.
  /// - Throws: an input ``Failure`` when a seed cannot be run.
  public init(
    of bug: NamedBug, in name: String, _ campaign: Campaign, seeds count: Int, shrinks: Bool,
    _ goesOn: @escaping () -> Bool
  ) throws(Failure) {
    protocolName = name
    self.bug = bug
    var campaign = campaign
    campaign.plan.protocolName = name
    campaign.plan.bugs = [bug.name]
    if let schedule = bug.schedule {
      let text = Array("{schedule: \(schedule)}".utf8)
      campaign.plan.schedule = try Plan(reading: text, file: "\(name)/\(bug.name)").schedule
    }
    var shortest: [SeedResult] = []
    let rank = { (result: SeedResult) in (result.witnesses.min() ?? .liveness, result.run.invoked) }
    var wait = Wait()
    var failure: Failure?
    campaign.run(from: 1, count: count) { result in
      if let found = result.failure {
        failure = found
        return false
      }
      seeds += 1
      wait.seeds += 1
      wait.nanoseconds += result.tookNanoseconds
      guard !result.witnesses.isEmpty else { return goesOn() }
      failing += 1
      waits.append(wait)
      wait = Wait()
      for witness in result.witnesses { seen[witness, default: 0] += 1 }
      shortest.append(result)
      shortest.sort { rank($0) < rank($1) }
      shortest.removeLast(max(0, shortest.count - 3))
      return goesOn()
    }
    if let failure { throw failure }
    guard shrinks else { return }
    for result in shortest where smallest.map(\.isLarge) ?? true && goesOn() {
      let small = Shrinker(campaign) { _, _ in goesOn() }.smallest(of: result).result
      let size = Size(
        operations: small.run.script.count, faults: Schedule.faults(of: small.plan).count,
        nodes: small.plan.nodes)
      if smallest.map({ size.operations < $0.operations }) ?? true { smallest = size }
    }
  }

  /// The wait that at least that share of the waits do not exceed; nil where no seed failed.
  ///
  /// - Parameters:
  ///   - share: from 0 to 1, such as 0.5 for the median.
  ///   - value: what is compared.
  /// - Returns: one of the waits' values.
  public func quantile<Value: Comparable>(_ share: Double, _ value: (Wait) -> Value) -> Value? {
    let sorted = waits.map(value).sorted()
    guard !sorted.isEmpty else { return nil }
    let place = Int((share * Double(sorted.count)).rounded(.up)) - 1
    return sorted[min(max(0, place), sorted.count - 1)]
  }
}
