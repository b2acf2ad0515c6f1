import Base

/// What happens to all messages between nodes while it is on: loss, delay, duplication …
struct TrafficFault: Fault {
  /// What happens to messages.
  enum Kind {
    case loss
    case delay
    case duplicate
    case reorder
    case throttle
    case corrupt
  }

  let value = JSON.null
  let details: [(String, JSON)]
  private let kind: Kind
  private let amount: Double
  private var before = 0

  init(_ kind: Kind, _ plan: Plan) {
    self.kind = kind
    switch kind {
    case .loss: amount = plan.lossShare
    case .delay: amount = Double(plan.delayNanoseconds)
    case .duplicate: amount = plan.duplicateShare
    case .reorder: amount = plan.reorderShare
    case .throttle: amount = plan.throttleBytesPerSecond
    case .corrupt: amount = plan.corruptShare
    }
    switch kind {
    case .delay: details = [("delay", PlanOption.duration(plan.delayNanoseconds))]
    case .throttle: details = [("bytesPerSecond", JSON(amount))]
    default: details = [("share", JSON(amount))]
    }
  }

  mutating func make(_ world: FaultWorld) throws(Failure) {
    before = count(world.network.counts)
    set(world.network, amount)
    try world.cluster.obey(world.network)
  }

  /// Messages met that fate.
  mutating func evidence(_ world: FaultWorld) -> JSON? {
    let met = count(world.network.counts) - before
    let isRefused = kind == .throttle && world.network.counts.refused > 0
    return met > 0 ? .object([JSON.Member(isRefused ? "refused" : word, JSON(met))]) : nil
  }

  mutating func undo(_ world: FaultWorld) throws(Failure) {
    set(world.network, 0)
    try world.cluster.obey(world.network)
  }

  func isUndone(_ world: FaultWorld) -> Bool { true }

  private func set(_ network: Network, _ amount: Double) {
    switch kind {
    case .loss: network.lossShare = amount
    case .delay: network.delayNanoseconds = Int64(amount)
    case .duplicate: network.duplicateShare = amount
    case .reorder: network.reorderShare = amount
    case .throttle: network.bytesPerSecond = amount
    case .corrupt: network.corruptShare = amount
    }
  }

  private func count(_ counts: Network.Counts) -> Int {
    switch kind {
    case .loss: counts.lost
    case .delay: counts.delayed
    case .duplicate: counts.duplicated
    case .reorder: counts.reordered
    case .throttle: counts.throttled + counts.refused
    case .corrupt: counts.corrupted
    }
  }

  private var word: String {
    switch kind {
    case .loss: "lost"
    case .delay: "delayed"
    case .duplicate: "duplicated"
    case .reorder: "overtaken"
    case .throttle: "held up"
    case .corrupt: "corrupted"
    }
  }
}
