import Histories

/// Which transaction certainly came before which, and why; a circle of such steps is a violation.
///
/// The steps are Adya's dependencies (Adya, Liskov, O'Neil, “Generalized Isolation Level
/// Definitions”, ICDE 2000, doi:10.1109/ICDE.2000.839388) and real time. They are taken only where
/// the history leaves no choice: a value has one writer, and one of two values was certainly first.
struct TransactionOrder {
  /// Why one transaction came before another.
  enum Reason: Equatable {
    /// It was over before the other began.
    case realTime
    /// The other read what it had left.
    case read(Item)
    /// The other replaced what it had left.
    case replaced(Item, by: Item, Age)
    /// It read what the other replaced.
    case missed(Item, of: Item, Age)
  }

  /// Why one value of a register is older than another.
  enum Age: Equatable {
    /// It was there before the first transaction, and nobody wrote it again.
    case initial
    /// Its writer was over before the other's began.
    case written(Int)
    /// Somebody had read it before the other's writer began.
    case seen(Int)
    /// The other's writer read it itself.
    case taken
  }

  struct Step: Equatable {
    var from: Int
    var to: Int
    var reason: Reason
  }

  private let deeds: TransactionScene
  private let nodes: [Int]
  private var scene: Scene { deeds.scene }

  /// A circle is looked for among so many transactions at most.
  private static let most = 64

  init(_ deeds: TransactionScene) {
    self.deeds = deeds
    var nodes: [Int] = []
    for operation in deeds.scene.shown where deeds.scene.isOk(operation) {
      nodes.append(operation)
      let writers = (deeds.transactions[operation]?.reads ?? []).compactMap(deeds.writer)
      nodes += writers.filter { !deeds.scene.isFailed($0) }
    }
    self.nodes = Array(nodes.uniqued().sorted().prefix(TransactionOrder.most))
  }

  /// The shortest circle, with as few steps of real time as there are; nil when there is none.
  ///
  /// - Complexity: O(transactions shown, cubed).
  func circle() -> [Step]? {
    var steps: [Int: [Step]] = [:]
    for one in nodes {
      steps[one] = nodes.compactMap { $0 == one ? nil : step(one, $0) }
    }
    var best: [Step]?
    for start in nodes {
      guard let found = circle(from: start, steps), cost(found) < cost(best) else { continue }
      best = found
    }
    return best
  }

  private func cost(_ circle: [Step]?) -> Int {
    guard let circle else { return .max }
    return circle.count * 100 + circle.count { $0.reason == .realTime }
  }

  private func circle(from start: Int, _ steps: [Int: [Step]]) -> [Step]? {
    var before: [Int: Step] = [:]
    var front = [start]
    while !front.isEmpty {
      var next: [Int] = []
      for node in front {
        for step in steps[node] ?? [] {
          if step.to == start {
            var circle = [step]
            while circle[0].from != start, let earlier = before[circle[0].from] {
              circle.insert(earlier, at: 0)
            }
            return circle
          }
          guard before[step.to] == nil else { continue }
          before[step.to] = step
          next.append(step.to)
        }
      }
      front = next
    }
    return nil
  }

  /// Why one transaction came before another, by what they read and wrote if that says it.
  private func step(_ one: Int, _ other: Int) -> Step? {
    let reason =
      missed(one, other) ?? read(one, other) ?? replaced(one, other)
      ?? (scene.precedes(one, other) ? .realTime : nil)
    return reason.map { Step(from: one, to: other, reason: $0) }
  }

  private func read(_ one: Int, _ other: Int) -> Reason? {
    (deeds.transactions[other]?.reads ?? []).first { deeds.writer($0) == one }.map { .read($0) }
  }

  private func missed(_ reader: Int, _ writer: Int) -> Reason? {
    for item in deeds.transactions[reader]?.reads ?? [] {
      guard let newer = deeds.left(writer, item.key), let age = age(item, before: newer, of: writer)
      else { continue }
      return .missed(item, of: newer, age)
    }
    return nil
  }

  private func replaced(_ one: Int, _ other: Int) -> Reason? {
    for item in deeds.transactions[one]?.writes ?? [] where deeds.writer(item) == one {
      guard let newer = deeds.left(other, item.key), let age = age(item, before: newer, of: other)
      else { continue }
      return .replaced(item, by: newer, age)
    }
    return nil
  }

  /// Why a value was there before a transaction left another one; nil where that is not certain.
  private func age(_ item: Item, before newer: Item, of writer: Int) -> Age? {
    guard newer != item else { return nil }
    switch deeds.origin(item) {
    case .unclear: return nil
    case .initial: return .initial
    case .transaction(let own):
      guard own != writer else { return nil }
      if scene.precedes(own, writer) { return .written(own) }
      if deeds.saw(writer, item.key) == item { return .taken }
      let sight = (deeds.readers[item] ?? []).first { scene.precedes($0, writer) }
      return sight.map { .seen($0) }
    }
  }
}
