import Base

/// The faults of a run: a pure function of the plan.
public enum Schedule {
  /// Draws the faults of a plan, in the order of their starts.
  ///
  /// Each family, target and shape comes up before any comes up again; partitions and kills, which
  /// find most, come up twice as often. A fault lasts half to nine tenths of the interval; two in
  /// five last into the next, if that hits something else (a process, or the network). When a
  /// majority has been killed, the leader is cut off next, as soon as all are up again: whatever
  /// the majority should have kept on its disks decides then who may lead.
  public static func faults(of plan: Plan) -> [ScheduledFault] {
    if let schedule = plan.schedule { return schedule }
    guard !plan.faults.isEmpty else { return [] }
    var random = SplitMix64(seed: plan.seed ^ 0x5EED_FA17)
    var families = Bag(plan.faults + plan.faults.filter { ["partition", "kill"].contains($0) })
    var targets: [String: Bag<FaultTarget>] = [:]
    var partitions = Bag(plan.partitions)
    var faults: [ScheduledFault] = []
    let interval = Double(plan.faultIntervalNanoseconds)
    var start = interval * 0.6
    while start + interval * 0.5 < Double(plan.durationNanoseconds) {
      let followsMajority = faults.last.map(isMajorityKill) ?? false
      let isolates = followsMajority && plan.isolatesLeader
      let name = isolates ? "partition" : families.draw(&random)
      if let last = faults.indices.last {
        let gap = Int64(start) - Int64(interval * 0.1)
        if isolates {
          faults[last].stopNanoseconds = min(faults[last].stopNanoseconds, gap)
        } else if faults[last].stopNanoseconds > Int64(start),
          !mayOverlap(faults[last].family, name)
        {
          faults[last].stopNanoseconds = gap
        }
      }
      let share = Double(random.draw(50..<90)) / 100
      let lasts = interval * (random.chance(0.4) ? share + 0.5 : share)
      let hits = Faults.named(name)?.hasTarget ?? false
      faults.append(
        ScheduledFault(
          number: faults.count + 1, family: name, startNanoseconds: Int64(start),
          stopNanoseconds: min(Int64(start + lasts), plan.durationNanoseconds),
          target: hits ? targets[name, default: bag(of: name, plan)].draw(&random) : nil,
          partition: isolates
            ? .isolateLeader : name == "partition" ? partitions.draw(&random) : nil,
          seed: random.next()))
      start += interval * Double(random.draw(80..<120)) / 100
    }
    return faults
  }

  /// The targets of a family. Every other kill, the first one included, hits a majority: only then
  /// does the rest depend on what was on disk.
  private static func bag(of family: String, _ plan: Plan) -> Bag<FaultTarget> {
    // When the power fails it mostly fails everywhere.
    Bag(plan.targets, everyOther: ["kill": .majority, "power-loss": .all][family])
  }

  private static func isMajorityKill(_ fault: ScheduledFault) -> Bool {
    fault.family == "kill" && (fault.target == .majority || fault.target == .all)
  }

  private static func mayOverlap(_ left: String, _ right: String) -> Bool {
    (Faults.named(left)?.hasTarget ?? false) != (Faults.named(right)?.hasTarget ?? false)
  }

  /// Draws without putting back until it is empty.
  private struct Bag<Element> {
    private let all: [Element]
    private let everyOther: Element?
    private var left: [Element] = []
    private var draws = 0

    package init(_ all: [Element], everyOther: Element? = nil) where Element: Equatable {
      let special = everyOther.flatMap { all.contains($0) ? $0 : nil }
      let others = all.filter { $0 != special }
      self.everyOther = special
      self.all = others.isEmpty ? all : others
    }

    package mutating func draw(_ random: inout SplitMix64) -> Element {
      draws += 1
      if let everyOther, draws % 2 == 1 { return everyOther }
      if left.isEmpty { left = all.shuffled(using: &random) }
      return left.removeLast()
    }
  }
}

extension Plan {
  /// Whether the leader may be cut off by a partition.
  fileprivate var isolatesLeader: Bool {
    faults.contains("partition") && partitions.contains(.isolateLeader)
  }
}
