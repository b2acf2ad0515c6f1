import Base

/// Draws operations: keys evenly, functions by weight, values that no other operation writes.
struct Workload {
  private let plan: Plan
  private var random: SplitMix64
  private var nextValue: Int64 = 1
  /// The value that was last seen for each key; what a compare-and-set expects.
  private var seen: [Int64?]

  init(plan: Plan, random: SplitMix64) {
    self.plan = plan
    self.random = random
    seen = [Int64?](repeating: nil, count: plan.keys)
  }

  /// Draws a key and an operation on it.
  ///
  /// - Parameters:
  ///   - onlyReads: writes wait, so that reads can see what a fault destroyed.
  ///   - mostlyReads: the client's node is cut off; a client that waits for a write sees little.
  /// - Returns: the key's number and what is asked of it.
  mutating func draw(onlyReads: Bool, mostlyReads: Bool) -> (key: Int, request: Request) {
    let key = random.draw(0..<plan.keys)
    let mix = plan.effectiveMix
    let drawn = random.draw(0..<mix.read + mix.write + mix.cas)
    if onlyReads && mix.read > 0 || mostlyReads && random.chance(0.9) || drawn < mix.read {
      return (key, .read)
    }
    let value = nextValue
    nextValue += 1
    guard drawn >= mix.read + mix.write else { return (key, .write(.integer(value))) }
    return (key, .cas(from: .integer(seen[key] ?? 0), to: .integer(value)))
  }

  /// Draws a time around a mean, for the rate of a client.
  mutating func drawPause(meanNanoseconds: Double) -> Int64 {
    Int64(meanNanoseconds * Double(random.draw(500..<1500)) / 1000)
  }

  /// Learns from a completed operation.
  mutating func learn(key: Int, _ request: Request, _ value: JSON, isSwapped: Bool) {
    switch request {
    case .read: seen[key] = value.integer
    case .write(let value): seen[key] = value.integer
    case .cas(_, let to): if isSwapped { seen[key] = to.integer }
    }
  }
}
