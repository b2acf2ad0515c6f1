import Base

/// Reads, writes and compare-and-sets; values that no other operation writes.
package struct RegisterWorkload: Workload {
  private let mix: WorkloadMix
  private var nextValue: Int64 = 1
  /// The value that was last seen for each key; what a compare-and-set expects.
  private var seen: [Int: JSON] = [:]

  package init(_ mix: WorkloadMix) { self.mix = mix }

  package var functions: [String] { mix.drawn }

  package mutating func draw(key: Int, _ moment: Moment, _ random: inout SplitMix64) -> Work {
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

  package func work(_ function: String, _ value: JSON, key: Int) -> Work? {
    switch (function, value.array) {
    case ("read", nil) where value == .null: RegisterWorkload.work(key, .read)
    case ("write", _): RegisterWorkload.work(key, .write(value))
    case ("cas", let pair?) where pair.count == 2:
      RegisterWorkload.work(key, .cas(from: pair[0], to: pair[1]))
    default: nil
    }
  }

  package func look(key: Int) -> Work? { RegisterWorkload.work(key, .read) }

  package mutating func learn(_ work: Work, process: Int64, value: JSON, isSwapped: Bool) {
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

  package mutating func forget(key: Int) { seen[key] = nil }

  private static func work(_ key: Int, _ request: Request) -> Work {
    Work(key: key, function: request.function, value: request.value, recipe: .ask(request))
  }
}
