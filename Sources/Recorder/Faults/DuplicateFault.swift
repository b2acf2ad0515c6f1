import Base

/// Messages between nodes arrive twice, the second time late and out of order.
struct DuplicateFault: Fault {
  let value = JSON.null
  let details: [(String, JSON)]
  private let share: Double
  private var before = 0

  init(share: Double) {
    self.share = share
    details = [("share", JSON(share))]
  }

  mutating func make(_ world: FaultWorld) {
    before = world.network.counts.duplicated
    world.network.duplicateShare = share
  }

  /// Messages were sent twice.
  mutating func evidence(_ world: FaultWorld) -> JSON? {
    let duplicated = world.network.counts.duplicated - before
    return duplicated > 0 ? ["duplicated": JSON(duplicated)] : nil
  }

  mutating func undo(_ world: FaultWorld) { world.network.duplicateShare = 0 }

  func isUndone(_ world: FaultWorld) -> Bool { true }
}
