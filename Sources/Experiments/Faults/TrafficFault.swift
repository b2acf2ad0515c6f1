import Base

/// What happens to all messages between nodes while it is on: loss, delay, duplication …
struct TrafficFault: Fault {
  let value = JSON.null
  let details: [(String, JSON)]
  private let kind: Traffic.Kind
  private let amount: Double
  private var before = 0

  init(_ kind: Traffic.Kind, _ settings: FaultSettings) {
    self.kind = kind
    amount = settings.amount(of: kind)
    switch kind {
    case .delay: details = [("delay", JSON(duration: settings.delayNanoseconds))]
    case .throttle: details = [("bytesPerSecond", JSON(amount))]
    default: details = [("share", JSON(amount))]
    }
  }

  mutating func make(_ host: any FaultHost) -> [FaultEffect] {
    before = host.counts.met(kind)
    return [.traffic(kind, amount)]
  }

  /// Messages met that fate.
  mutating func evidence(_ host: any FaultHost) -> JSON? {
    let met = host.counts.met(kind) - before
    let isRefused = kind == .throttle && host.counts.refused > 0
    return met > 0 ? .object([JSON.Member(isRefused ? "refused" : word, JSON(met))]) : nil
  }

  func undo(_ host: any FaultHost) -> [FaultEffect] { [.traffic(kind, 0)] }

  func isUndone(_ host: any FaultHost) -> Bool { true }

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

extension FaultFamily {
  private static func traffic(
    _ kind: Traffic.Kind, _ name: String, _ summary: String, isUsual: Bool = true,
    needsSwitch: Bool = true, isUsualInSimulation: Bool = false
  ) -> FaultFamily {
    FaultFamily(
      name: name, summary: summary, needs: "nothing: messages pass through the recorder",
      needsPeers: true, hasTarget: false, isUsual: isUsual, facet: .traffic(kind),
      needsSwitch: needsSwitch, isUsualInSimulation: isUsualInSimulation,
      make: { _, settings, _ in TrafficFault(kind, settings) })
  }

  static let loss = traffic(
    .loss, "loss", "messages between nodes get lost at random", needsSwitch: false)

  static let delay = traffic(.delay, "delay", "messages between nodes take longer")

  static let duplicate = traffic(
    .duplicate, "duplicate", "messages between nodes arrive twice, the second time late")

  static let reorder = traffic(
    .reorder, "reorder", "messages between nodes overtake each other", isUsual: false,
    isUsualInSimulation: true)

  static let throttle = traffic(
    .throttle, "throttle", "links between nodes carry little", isUsual: false, needsSwitch: false)

  static let corrupt = FaultFamily(
    name: "corrupt", summary: "bits of frames between nodes are turned",
    needs: "--cluster in a sandbox: the wires between servers are the recorder's",
    needsPeers: true, hasTarget: false, isUsual: false, facet: .traffic(.corrupt),
    needsWires: true, needsSwitch: true,
    simulationObstacle: "simulated messages are values, without bits to turn",
    make: { _, settings, _ in TrafficFault(.corrupt, settings) })
}
