import Base

/// What sets, logs and queues share: elements that nobody else adds, in an array.
private struct Elements {
  private var next: Int64 = 1

  package mutating func take() -> JSON {
    next += 1
    return .integer(next - 1)
  }

  package static func of(_ state: JSON) -> [JSON] { state.array ?? [] }
}

/// Elements are added to a set, or appended to a log; reads see all.
package struct CollectionWorkload: Workload {
  /// What the history calls it.
  package let addition: String
  private var elements = Elements()

  package var functions: [String] { ["read", addition] }

  /// `addition` is `add` or `append`.
  package init(_ addition: String) { self.addition = addition }

  package mutating func draw(key: Int, _ moment: Moment, _ random: inout SplitMix64) -> Work {
    let reads = moment.onlyReads || random.chance(moment.mostlyReads ? 0.9 : 0.5)
    guard !reads else { return CollectionWorkload.read(key) }
    return Work(key: key, function: addition, value: elements.take(), recipe: .update)
  }

  package func look(key: Int) -> Work? { CollectionWorkload.read(key) }
  package func observe(_ state: JSON) -> JSON { .array(Elements.of(state)) }

  package func change(_ work: Work, process: Int64, of state: JSON) -> Change {
    .to(.array(Elements.of(state) + [work.value]), answer: work.value)
  }

  package static func read(_ key: Int) -> Work {
    Work(key: key, function: "read", value: .null, recipe: .observe)
  }
}

/// First in, first out.
package struct QueueWorkload: Workload {
  package let functions = ["enqueue", "dequeue"]
  private var elements = Elements()

  package mutating func draw(key: Int, _ moment: Moment, _ random: inout SplitMix64) -> Work {
    let takes = moment.onlyReads || random.chance(moment.mostlyReads ? 0.9 : 0.5)
    guard !takes else { return QueueWorkload.dequeue(key) }
    return Work(key: key, function: "enqueue", value: elements.take(), recipe: .update)
  }

  package func look(key: Int) -> Work? { QueueWorkload.dequeue(key) }
  package func isLast(look value: JSON) -> Bool { value == .null }

  package func change(_ work: Work, process: Int64, of state: JSON) -> Change {
    let list = Elements.of(state)
    if work.function == "enqueue" { return .to(.array(list + [work.value]), answer: work.value) }
    guard let first = list.first else { return .nothing(answer: .null) }
    return .to(.array(Array(list.dropFirst())), answer: first)
  }

  private static func dequeue(_ key: Int) -> Work {
    Work(key: key, function: "dequeue", value: .null, recipe: .update)
  }
}
