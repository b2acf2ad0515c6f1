import Base

/// Messages between nodes take longer by a drawn time, so that they also overtake each other.
struct DelayFault: Fault {
  let value = JSON.null
  let details: [(String, JSON)]
  private let nanoseconds: Int64
  private var before = 0

  init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
    details = [("delay", PlanOption.duration(nanoseconds))]
  }

  mutating func make(_ world: FaultWorld) {
    before = world.network.counts.delayed
    world.network.delayNanoseconds = nanoseconds
  }

  /// Messages were delayed.
  mutating func evidence(_ world: FaultWorld) -> JSON? {
    let delayed = world.network.counts.delayed - before
    return delayed > 0 ? ["delayed": JSON(delayed)] : nil
  }

  mutating func undo(_ world: FaultWorld) { world.network.delayNanoseconds = 0 }

  func isUndone(_ world: FaultWorld) -> Bool { true }
}
