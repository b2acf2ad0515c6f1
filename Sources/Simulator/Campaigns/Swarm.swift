import Base
import Experiments
import Protocols

/// Draws what a seed tries: its own mix of faults, sizes, rates and latencies.
///
/// A campaign in which every seed has every fault at the same rate keeps missing what shows only
/// where some of them are absent (Groce et al., “Swarm testing”, ISSTA 2012,
/// doi:10.1145/2338965.2336763). What is drawn is in the plan, which repeats the seed by itself,
/// however drawing changes later.
public enum Swarm {
  /// What the user said himself stays as he said it.
  public struct Fixed: OptionSet, Sendable {
    /// One bit a part.
    public let rawValue: Int
    /// The parts of those bits.
    public init(rawValue: Int) { self.rawValue = rawValue }
    /// Which faults there are.
    public static let faults = Fixed(rawValue: 1)
    /// How many nodes.
    public static let nodes = Fixed(rawValue: 2)
    /// How many clients.
    public static let clients = Fixed(rawValue: 4)
    /// How many keys.
    public static let keys = Fixed(rawValue: 8)
    /// How many operations a second.
    public static let rate = Fixed(rawValue: 16)
    /// How long messages travel.
    public static let latency = Fixed(rawValue: 32)
    /// How often faults come, and how hard they hit.
    public static let hits = Fixed(rawValue: 64)
    /// How long clients wait.
    public static let timeout = Fixed(rawValue: 128)
  }

  /// The plan of a seed: the user's, with the rest drawn.
  public static func draw(_ seed: UInt64, from base: Plan, fixed: Fixed = []) -> Plan {
    var plan = base
    plan.seed = seed
    // A script names nodes, clients and keys.
    let fixed = base.script == nil ? fixed : fixed.union([.nodes, .clients, .keys])
    var random = SplitMix64(seed: seed ^ 0x5_3A12_CAFE)
    let votes = base.votes.isEmpty && base.readVotes == 0 && base.writeVotes == 0
    if !fixed.contains(.nodes), votes {
      plan.nodes = [3, 3, 5, 5, 5, 4, 7][random.draw(0..<7)]
    }
    if !fixed.contains(.clients) { plan.clients = random.draw(2..<13) }
    if !fixed.contains(.keys) { plan.keys = random.draw(1..<6) }
    if !fixed.contains(.rate) { plan.rate = [50, 100, 200, 400, 800][random.draw(0..<5)] }
    if !fixed.contains(.timeout) {
      plan.timeoutNanoseconds = [200_000_000, 500_000_000, 1_000_000_000][random.draw(0..<3)]
    }
    if !fixed.contains(.latency) { drawLatency(&plan, &random) }
    if !fixed.contains(.faults) {
      let all = base.faults
      let kept = all.filter { _ in random.chance(0.5) }
      plan.faults = kept.isEmpty ? all : kept
    }
    if !fixed.contains(.hits) { drawHits(&plan, &random) }
    if base.knobs.isEmpty, let knobs = Protocols.named(base.protocolName)?.swarm(&random) {
      plan.knobs = knobs
    }
    if plan.families.contains("clock") { drawClocks(&plan, from: base, fixed, &random) }
    return plan
  }

  /// What clocks do is for the protocol to live with: who holds leases is not given clocks that no
  /// lease allows for, and who is given such clocks by the user holds none.
  private static func drawClocks(
    _ plan: inout Plan, from base: Plan, _ fixed: Fixed, _ random: inout SplitMix64
  ) {
    if !fixed.contains(.hits) {
      let limit = plan.clockLimit
      let shifts: [Int64] = [5_000_000, 100_000_000, 1_000_000_000, 30_000_000_000]
      let shift = shifts[random.draw(0..<shifts.count)]
      plan.hits.clockShiftNanoseconds = limit == nil ? shift : 0
      plan.hits.clockRate = 1 + ((limit ?? 5) - 1) * Double(random.draw(1..<101)) / 100
    }
    guard base.knobs.isEmpty, let row = Protocols.named(base.protocolName) else { return }
    for _ in 0..<100 where plan.clockObstacle != nil { plan.knobs = row.swarm(&random) }
  }

  private static func drawLatency(_ plan: inout Plan, _ random: inout SplitMix64) {
    plan.latency.kind = Latency.Kind.allCases[random.draw(0..<Latency.Kind.allCases.count)]
    plan.latency.meanNanoseconds = [100_000, 500_000, 2_000_000, 8_000_000][random.draw(0..<4)]
    plan.latency.jitterNanoseconds = plan.latency.meanNanoseconds * Int64(random.draw(0..<11)) / 10
  }

  private static func drawHits(_ plan: inout Plan, _ random: inout SplitMix64) {
    // A short run has faults too.
    plan.faultIntervalNanoseconds = min(
      Int64(random.draw(200..<1_500)) * 1_000_000, plan.durationNanoseconds / 10 * 9)
    plan.hits.lossShare = Double(random.draw(2..<60)) / 100
    plan.hits.duplicateShare = Double(random.draw(2..<60)) / 100
    plan.hits.reorderShare = Double(random.draw(2..<60)) / 100
    plan.hits.delayNanoseconds = Int64(random.draw(5..<150)) * 1_000_000
    plan.hits.slowSyncNanoseconds = Int64(random.draw(5..<300)) * 1_000_000
    // Only some targets and shapes, but always some.
    let targets = plan.targets.filter { _ in random.chance(0.6) }
    if !targets.isEmpty { plan.targets = targets }
    let partitions = plan.partitions.filter { _ in random.chance(0.6) }
    if !partitions.isEmpty { plan.partitions = partitions }
  }
}
