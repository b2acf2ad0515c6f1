import Base
import Experiments
import Formats
import Protocols

/// Many seeds on all cores.
public struct Campaign: Sendable {
  /// What a judge makes of a history; it comes from outside, because this room checks nothing.
  public typealias Judge = @Sendable (SimulatedRun) throws(Failure) -> Judgement

  /// What every seed has in common.
  public var plan: Plan
  /// Whether each seed draws its own mix; else only its randomness differs.
  public var isSwarm = true
  /// What is not drawn.
  public var fixed: Swarm.Fixed = []
  /// Whether every seed is run twice and compared.
  public var checksDeterminism = false
  /// How many threads.
  public var threads = 1
  private let judge: Judge

  /// A campaign of that plan, judged by that judge.
  public init(_ plan: Plan, judge: @escaping Judge) {
    self.plan = plan
    self.judge = judge
  }

  /// The plan of one of the seeds.
  public func plan(of seed: UInt64) -> Plan {
    guard isSwarm else {
      var plan = plan
      plan.seed = seed
      return plan
    }
    return Swarm.draw(seed, from: plan, fixed: fixed)
  }

  /// Runs one seed and has it judged.
  public func result(of seed: UInt64) -> SeedResult { result(of: plan(of: seed)) }

  /// Runs a plan and has it judged.
  ///
  /// - Parameters:
  ///   - plan: the plan of a seed.
  ///   - keeps: whether the bytes of a run are kept with which nothing is wrong.
  /// - Returns: what came of it, a failure included.
  public func result(of plan: Plan, keeps: Bool = false) -> SeedResult {
    let clock = MonotonicClock()
    var result = SeedResult(
      plan: plan, run: SimulatedRun(plan: plan), witnesses: [], words: "", lacks: [],
      tookNanoseconds: 0)
    do throws(Failure) {
      let run = try Simulator.run(plan)
      result.run = run
      if checksDeterminism { result.isRepeatable = run.isSame(as: try Simulator.run(plan)) }
      let judgement = try judge(run)
      result.note(run, judgement)
    } catch {
      result.failure = error
      result.words = error.message
    }
    if !result.isFailing, !keeps { result.run.drop() }
    result.tookNanoseconds = clock.now
    return result
  }

  /// Runs seeds in order until they are done, or `each` says that it is enough.
  ///
  /// - Parameters:
  ///   - first: the first seed.
  ///   - count: how many.
  ///   - each: told what came of each seed, in their order; false ends the campaign.
  public func run(
    from first: UInt64, count: Int, each: (SeedResult) -> Bool
  ) {
    var done = 0
    // In blocks: who ends a campaign waits for the block, not for all that it might have had.
    while done < count {
      let start = first &+ UInt64(done)
      let block = min(count - done, Self.block)
      do throws(Enough) {
        try WorkerPool.inOrder(block, threads: threads, ahead: 4 * threads) { number in
          result(of: start &+ UInt64(number))
        } each: { (_, result) throws(Enough) in
          if !each(result) { throw Enough() }
        }
      } catch { return }
      done += block
    }
  }

  private static let block = 1024
  private struct Enough: Error {}
}

extension SeedResult {
  mutating func note(_ run: SimulatedRun, _ judgement: Judgement) {
    lacks = judgement.lacks + run.shortcomings
    isUndecided = judgement.isUndecided
    if judgement.isViolation { witnesses.append(.clients) }
    if judgement.breaksRules { witnesses.append(.rules) }
    words = judgement.words
    if let breached = run.breached {
      witnesses.append(.invariants)
      if words.isEmpty {
        words = "\(breached.breach.invariant): \(breached.breach.sentence)"
      }
    }
    if !run.stuck.isEmpty {
      witnesses.append(.liveness)
      if words.isEmpty { words = run.shortcomings.first ?? "" }
    }
    if isRepeatable == false, words.isEmpty { words = "the same plan did something else again" }
  }
}

extension SimulatedRun {
  /// Whether another run of the same plan did the same, byte for byte.
  func isSame(as other: SimulatedRun) -> Bool {
    fingerprint == other.fingerprint && history == other.history && faults == other.faults
      && traces == other.traces && cuts == other.cuts
  }

  /// Lets go of what only a failing seed is asked for.
  mutating func drop() {
    history = []
    faults = []
    traces = []
    messages = []
    script = []
  }
}
