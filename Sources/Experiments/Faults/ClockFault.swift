import Base

/// Clocks that jump, or run too fast or too slowly.
///
/// Of real servers the time of day; their monotonic clocks stay right. Of simulated nodes the only
/// clock that they read, and the length of their timers with it.
struct ClockFault: NodeFault {
  let details: [(String, JSON)]
  let target: ResolvedTarget
  private let change: FaultEffect.ClockChange
  private var looked: Int64?
  private static let pause: Int64 = 50_000_000

  init(_ scheduled: ScheduledFault, _ settings: FaultSettings, _ host: any FaultHost) {
    var random = SplitMix64(seed: scheduled.seed)
    target = ResolvedTarget(scheduled, host, &random)
    let isFirst = random.chance(0.5)
    let shift = settings.clockShiftNanoseconds
    // A jump of no length, or a rate of one, is no fault: then the other is made.
    let jumps = random.chance(0.5) && shift != 0 || shift != 0 && settings.clockRate == 1
    if jumps {
      change = .jump(nanoseconds: isFirst ? shift : -shift)
      details = target.details + [("jump", JSON(duration: isFirst ? shift : -shift))]
    } else {
      let factor = isFirst ? settings.clockRate : 1 / settings.clockRate
      change = .drift(factor: factor)
      details = target.details + [("rate", JSON(factor))]
    }
  }

  mutating func make(_ host: any FaultHost) -> [FaultEffect] { nodes.map { .clock($0, change) } }

  /// How far the clocks are off, once every process of the nodes is told so.
  mutating func evidence(_ host: any FaultHost) -> JSON? {
    if let looked, host.now - looked < ClockFault.pause { return nil }
    looked = host.now
    let shifts = nodes.compactMap { host.clockShift($0) }
    guard shifts.count == nodes.count, shifts.allSatisfy({ $0 != 0 }) else { return nil }
    return ["offNanoseconds": .array(shifts.map { .integer($0) })]
  }

  func undo(_ host: any FaultHost) -> [FaultEffect] { nodes.map { .clock($0, .reset) } }

  func isUndone(_ host: any FaultHost) -> Bool { true }
}

extension FaultFamily {
  static let clock = FaultFamily(
    name: "clock",
    summary: "clocks jump, or run too fast or too slowly (of servers the time of day)",
    needs: "--cluster, a C compiler, and servers that are no static or Go programs",
    needsPeers: false, hasTarget: true, isUsual: false, capabilities: ["compiler"], facet: .clocks,
    make: { ClockFault($0, $1, $2) })
}
