import Base
import Checker
import Experiments
import Findings
import Glibc
import Histories
import Protocols
import Quorums
import Simulator

/// What `plumbline simulate` was asked for.
struct SimulationSettings: Sendable {
  var campaign: Campaign
  /// The first seed, and how many.
  var first: UInt64
  var count: Int
  /// How long the campaign may take, or nil.
  var budgetNanoseconds: Int64?
  var hasCanary: Bool
  var shrinks: Bool
  /// Whether one plan was asked for, and not a campaign.
  var isSingle: Bool

  init(_ arguments: ParsedArguments) throws(Failure) {
    let plan = try PlanArguments.plan(arguments, from: .simulated)
    campaign = Campaign(plan, judge: { (run) throws(Failure) in try SeedJudge.judge(run) })
    let isReplay = arguments["plan"] != nil
    campaign.isSwarm = !arguments.has("no-swarm") && !isReplay
    campaign.fixed = Self.fixed(arguments)
    campaign.checksDeterminism = arguments.has("check-determinism")
    campaign.threads =
      try arguments.count("jobs") ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    budgetNanoseconds = try arguments.duration("budget")
    let named = arguments["seed"] != nil || isReplay
    if named, arguments["seeds"] != nil {
      throw Failure(
        .usage, "--seeds and the one seed of --seed or --plan are two answers to one question")
    }
    isSingle = named && budgetNanoseconds == nil
    let range = try Self.range(arguments["seeds"])
    first = named ? plan.seed : range.first
    let isEndless = arguments["seeds"] == nil && budgetNanoseconds != nil
    count = isSingle ? 1 : isEndless ? Int.max : range.count
    shrinks = arguments.has("shrink")
    hasCanary = !isSingle && !arguments.has("no-canary") && plan.bugs.isEmpty
  }

  /// What the user said himself is not drawn.
  private static func fixed(_ arguments: ParsedArguments) -> Swarm.Fixed {
    var fixed: Swarm.Fixed = []
    let names: [(Swarm.Fixed, [String])] = [
      (.faults, ["faults"]), (.nodes, ["nodes"]), (.clients, ["clients"]), (.keys, ["keys"]),
      (.rate, ["rate"]), (.latency, ["latency", "latency-jitter", "latency-kind"]),
      (
        .hits,
        [
          "fault-interval", "targets", "partitions", "loss", "delay", "duplicate", "reorder",
          "slow-sync", "clock-shift", "clock-rate",
        ]
      ), (.timeout, ["timeout"]),
    ]
    for (part, options) in names where options.contains(where: { arguments[$0] != nil }) {
      fixed.insert(part)
    }
    return fixed
  }

  /// `A..B`, or `N` for 1..N.
  private static func range(_ text: String?) throws(Failure) -> (first: UInt64, count: Int) {
    guard let text else { return (1, 100) }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    let ends = parts.filter { !$0.isEmpty }.map { UInt64($0) }
    let isRange = parts.count == 3 && parts[1].isEmpty && ends.count == 2
    if isRange, let first = ends[0], let last = ends[1], last >= first,
      let count = Int(exactly: last - first), count < Int.max
    {
      return (first, count + 1)
    }
    if parts.count == 1, let count = Int(text), count > 0 { return (1, count) }
    throw Failure(.usage, "--seeds \(text): expected A..B, such as 1..1000, or how many")
  }
}

/// The judge of seeds: the same checker and the same rules as of any history.
enum SeedJudge {
  static func judge(_ run: SimulatedRun) throws(Failure) -> Judgement {
    var investigate = Investigate()
    investigate.seeksRepairs = false
    let findings = try investigate.bytes(run.history, name: "seed \(run.plan.seed)")
    var judgement = Judgement()
    judgement.isViolation = findings.ending == .violation
    judgement.breaksRules = findings.quorums?.holds == false
    // The run's folder has a record that says the same, if it is ever written.
    judgement.lacks =
      findings.lacks + run.plan.requirement.shortcomings(of: findings.coverage)
    judgement.isUndecided = findings.result?.verdict == .undecided
    judgement.words =
      findings.explanations.first.map { "\($0.kind.title): \($0.story)" }
      ?? findings.quorums?.violations.first?.sentence ?? ""
    return judgement
  }
}
