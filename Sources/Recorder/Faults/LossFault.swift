import Base

/// Messages between nodes get lost at random.
struct LossFault: Fault {
  let value = JSON.null
  let details: [(String, JSON)]
  private let share: Double
  private var before = 0

  init(share: Double) {
    self.share = share
    details = [("share", JSON(share))]
  }

  mutating func make(_ world: FaultWorld) {
    before = world.network.counts.lost
    world.network.lossShare += share
  }

  /// Messages did get lost.
  mutating func evidence(_ world: FaultWorld) -> JSON? {
    let lost = world.network.counts.lost - before
    return lost > 0 ? ["lost": JSON(lost)] : nil
  }

  mutating func undo(_ world: FaultWorld) { world.network.lossShare = 0 }

  func isUndone(_ world: FaultWorld) -> Bool { true }
}
