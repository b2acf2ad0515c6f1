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
  private var looked: Int64?
  private static let pause: Int64 = 50_000_000

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

  /// How far the clocks are off, once every process of the nodes has the library, whose trial
  /// showed that this is what it is told.
  mutating func evidence(_ world: FaultWorld) -> JSON? {
    if let looked, world.now() - looked < ClockFault.pause { return nil }
    looked = world.now()
    let shifts = nodes.compactMap { node -> Int64? in
      guard let clock = world.machines?.clocks[node] else { return nil }
      let processes = world.cluster.processes(node)
      let isTold = !processes.isEmpty && processes.allSatisfy { clock.isTold(to: $0) }
      return isTold ? clock.shiftNanoseconds : nil
    }
    guard shifts.count == nodes.count, shifts.allSatisfy({ $0 != 0 }) else { return nil }
    return ["offNanoseconds": .array(shifts.map { .integer($0) })]
  }

  mutating func undo(_ world: FaultWorld) {
    for node in nodes { world.machines?.clocks[node].reset() }
  }

  func isUndone(_ world: FaultWorld) -> Bool { true }
}
