import Base
import Sandbox

/// Clocks that jump, or run too fast or too slowly; monotonic clocks stay right.
struct ClockFault: Fault {
  private enum Change {
    case jump(nanoseconds: Int64)
    case drift(factor: Double)
  }

  let value: JSON
  let details: [(String, JSON)]
  private let nodes: [Int]
  private let change: Change

  init(_ scheduled: ScheduledFault, _ plan: Plan, _ world: FaultWorld) {
    var random = SplitMix64(seed: scheduled.seed)
    let target = ResolvedTarget(scheduled, world, &random)
    nodes = target.nodes
    let isFirst = random.chance(0.5)
    if random.chance(0.5) {
      let shift = plan.clockShiftNanoseconds
      change = .jump(nanoseconds: isFirst ? shift : -shift)
      details = target.details + [("jump", PlanOption.duration(isFirst ? shift : -shift))]
    } else {
      let factor = isFirst ? plan.clockRate : 1 / plan.clockRate
      change = .drift(factor: factor)
      details = target.details + [("rate", JSON(factor))]
    }
    value = target.value(world)
  }

  mutating func make(_ world: FaultWorld) {
    for node in nodes {
      switch change {
      case .jump(let nanoseconds): world.machines?.clocks[node].jump(nanoseconds: nanoseconds)
      case .drift(let factor): world.machines?.clocks[node].drift(factor: factor)
      }
    }
  }

  /// How far the clocks are off: what every process of the node is told from now on, as the
  /// trial of the library showed.
  mutating func evidence(_ world: FaultWorld) -> JSON? {
    let shifts = nodes.compactMap { world.machines?.clocks[$0].shiftNanoseconds }
    guard shifts.count == nodes.count, shifts.allSatisfy({ $0 != 0 }) else { return nil }
    return ["offNanoseconds": .array(shifts.map { .integer($0) })]
  }

  mutating func undo(_ world: FaultWorld) {
    for node in nodes { world.machines?.clocks[node].reset() }
  }

  func isUndone(_ world: FaultWorld) -> Bool { true }
}
