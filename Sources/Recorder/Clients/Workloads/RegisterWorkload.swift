import Base

/// Reads, writes and compare-and-sets; values that no other operation writes.
struct RegisterWorkload: Workload {
  private let mix: WorkloadMix
  private var nextValue: Int64 = 1
  /// The value that was last seen for each key; what a compare-and-set expects.
  private var seen: [Int: JSON] = [:]

  init(_ plan: Plan) { mix = plan.effectiveMix }

  var functions: [String] { mix.drawn }

  mutating func draw(key: Int, _ moment: Moment, _ random: inout SplitMix64) -> Work {
    let drawn = random.draw(0..<mix.read + mix.write + mix.cas)
    if moment.onlyReads && mix.read > 0 || moment.mostlyReads && random.chance(0.9)
      || drawn < mix.read
    {
      return RegisterWorkload.work(key, .read)
    }
    let value = JSON.integer(nextValue)
    nextValue += 1
    guard drawn >= mix.read + mix.write else { return RegisterWorkload.work(key, .write(value)) }
    return RegisterWorkload.work(key, .cas(from: seen[key] ?? 0, to: value))
  }

  func look(key: Int) -> Work? { RegisterWorkload.work(key, .read) }

  mutating func learn(_ work: Work, process: Int64, value: JSON, isSwapped: Bool) {
    guard case .ask(let request) = work.recipe else { return }
    switch request {
    case .read:
      // Why not nil: that is a JSON value as well, and a comparison with an absent key is another
      // operation, which not every program knows.
      if value == .null { seen.removeValue(forKey: work.key) } else { seen[work.key] = value }
    case .write(let value): seen[work.key] = value
    case .cas(_, let to): if isSwapped { seen[work.key] = to }
    }
  }

  mutating func forget(key: Int) { seen[key] = nil }

  private static func work(_ key: Int, _ request: Request) -> Work {
    Work(key: key, function: request.function, value: request.value, recipe: .ask(request))
  }
}
