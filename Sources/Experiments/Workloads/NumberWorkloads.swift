import Base

/// A number that is added to.
package struct CounterWorkload: Workload {
  package let functions = ["read", "add"]

  package mutating func draw(key: Int, _ moment: Moment, _ random: inout SplitMix64) -> Work {
    let reads = moment.onlyReads || random.chance(moment.mostlyReads ? 0.9 : 0.5)
    guard !reads else { return CollectionWorkload.read(key) }
    let amount = Int64(random.draw(1..<6))
    return Work(key: key, function: "add", value: .integer(amount), recipe: .update)
  }

  package func look(key: Int) -> Work? { CollectionWorkload.read(key) }
  package func observe(_ state: JSON) -> JSON { state == .null ? 0 : state }

  package func change(_ work: Work, process: Int64, of state: JSON) -> Change {
    .to(.integer((state.integer ?? 0) &+ (work.value.integer ?? 0)), answer: work.value)
  }
}

/// Ids that are given out once: a number that only grows.
package struct UniqueIDsWorkload: Workload {
  package let functions = ["generate"]

  package mutating func draw(key: Int, _ moment: Moment, _ random: inout SplitMix64) -> Work {
    UniqueIDsWorkload.generate(key)
  }

  package func look(key: Int) -> Work? { nil }

  package func change(_ work: Work, process: Int64, of state: JSON) -> Change {
    let next = JSON.integer((state.integer ?? 0) &+ 1)
    return .to(next, answer: next)
  }

  private static func generate(_ key: Int) -> Work {
    Work(key: key, function: "generate", value: .null, recipe: .update)
  }
}

/// One owner at a time. The state is the owner's process, or 0 when it is free.
package struct LockWorkload: Workload {
  package let functions = ["acquire", "release"]
  /// The keys that each process holds.
  private var held: [Int64: Int] = [:]

  package mutating func draw(key: Int, _ moment: Moment, _ random: inout SplitMix64) -> Work {
    // Who holds a lock gives that one back before it takes another.
    if let mine = held[moment.process] {
      return Work(key: mine, function: "release", value: .null, recipe: .update)
    }
    return Work(key: key, function: "acquire", value: .null, recipe: .update)
  }

  package func look(key: Int) -> Work? { nil }

  package func change(_ work: Work, process: Int64, of state: JSON) -> Change {
    let owner = state.integer ?? 0
    if work.function == "acquire" {
      guard owner == 0 else { return .refused("held by process \(owner - 1)") }
      return .to(.integer(process + 1), answer: .null)
    }
    guard owner == process + 1 else { return .refused("not the owner any more") }
    return .to(0, answer: .null)
  }

  package mutating func learn(_ work: Work, process: Int64, value: JSON, isSwapped: Bool) {
    held[process] = work.function == "acquire" ? work.key : nil
  }

  package mutating func depart(process: Int64) { held[process] = nil }
}
