/// Looks for the best system over given nodes.
///
/// Whittaker et al. 2021, doi:10.1145/3447865.3457962: expressions without repeated nodes, simple
/// ones first, each with its dual as the other side. Here the reads are the dual of the writes; as
/// the dual of every candidate is one too, nothing is missed by that. Nodes that are alike are not
/// told apart.
public struct SystemSearch: Sendable {
  /// What is looked for.
  public struct Goal: Sendable {
    /// How a system is measured.
    public var options = Analysis.Options()
    /// The nodes that may fail, at least.
    public var resilience = 0
    /// Whether writes must meet writes.
    public var needsWriteWrite = true

    /// The system that is best by the default ``Analysis/Options``, whose writes meet writes and
    /// which need not survive a failure.
    public init() {}
  }

  /// What was found.
  public struct Outcome: Sendable {
    /// The best system, or nil when no candidate fits.
    public var best: (system: QuorumSystem, strategy: Strategy)?
    /// How many candidates were looked at.
    public var examined: Int
    /// Whether these were all expressions without repeated nodes, of at most three levels.
    public var isComplete: Bool
  }

  /// How deep candidates nest.
  public static let maximumHeight = 3
  /// How many shapes are kept for one selection of nodes.
  public static let mostShapes = 20_000

  private let nodes: [QuorumNode]
  private let goal: Goal
  private let kinds: [[Int]]
  private var shapes: [Selection: [Shape]] = [:]
  private var isCut = false

  private struct Selection: Hashable {
    var counts: [Int]
    var height: Int
  }

  private indirect enum Shape: Hashable {
    case kind(Int)
    case choose(Int, [Shape])
  }

  private init(_ nodes: [QuorumNode], _ goal: Goal) {
    self.nodes = nodes
    self.goal = goal
    var kinds: [[Int]] = []
    for (index, node) in nodes.enumerated() {
      let alike = kinds.firstIndex { kind in
        var other = nodes[kind[0]]
        other.name = node.name
        return other == node
      }
      if let alike { kinds[alike].append(index) } else { kinds.append([index]) }
    }
    self.kinds = kinds
  }

  /// Searches until all candidates are seen or `isOver` says so.
  ///
  /// - Complexity: exponential in the kinds of nodes; ask `isOver` for a budget.
  public static func run(
    nodes: [QuorumNode], goal: Goal, isOver: () -> Bool
  ) -> Outcome {
    var search = SystemSearch(nodes, goal)
    var outcome = Outcome(best: nil, examined: 0, isComplete: true)
    var seen: Set<Shape> = []
    let all = search.kinds.map(\.count)
    for height in 1...maximumHeight {
      let candidates =
        nodes.count == 1
        ? [.kind(0)] : search.candidates(Selection(counts: all, height: height), isOver)
      for shape in candidates where seen.insert(shape).inserted {
        if isOver() {
          outcome.isComplete = false
          return outcome
        }
        outcome.examined += 1
        guard let found = search.measured(shape) else { continue }
        if search.isBetter(found.strategy, than: outcome.best?.strategy) { outcome.best = found }
      }
    }
    outcome.isComplete = !search.isCut
    return outcome
  }

  private func isBetter(_ strategy: Strategy, than other: Strategy?) -> Bool {
    guard let other else { return true }
    let measures: [(Double, Double)] = [
      (strategy.load, other.load), (strategy.networkLoad, other.networkLoad),
      (strategy.latencySeconds, other.latencySeconds),
    ]
    let first: Int =
      switch goal.options.objective {
      case .load: 0
      case .network: 1
      case .latency: 2
      }
    for index in [first] + (0..<3).filter({ $0 != first }) {
      let (own, best) = measures[index]
      if (own - best).magnitude > 1e-7 * max(1, best.magnitude) { return own < best }
    }
    return false
  }

  private func measured(_ shape: Shape) -> (system: QuorumSystem, strategy: Strategy)? {
    var used = Array(repeating: 0, count: kinds.count)
    let writes = expression(shape, &used)
    let system = QuorumSystem(nodes: nodes, reads: writes.dual, writes: writes)
    do throws(BoundReached) {
      var diagrams = Diagrams(order: system.order)
      for family in [system.reads, system.writes] {
        let reference = try diagrams.build(family)
        let block = diagrams.smallestBlock(reference)
        guard let block, block.nonzeroBitCount > goal.resilience else { return nil }
      }
    } catch {
      return nil
    }
    if goal.needsWriteWrite {
      let overlap = OverlapTest.decide([writes, writes], order: system.order)
      guard overlap.isProved else { return nil }
    }
    let options = goal.options
    do throws(StrategyError) {
      let strategy = try StrategyFinder.find(
        system, workload: options.workload, objective: options.objective, limits: options.limits,
        spare: options.spare)
      return (system, strategy)
    } catch {
      return nil
    }
  }

  private func expression(_ shape: Shape, _ used: inout [Int]) -> QuorumExpression {
    switch shape {
    case .kind(let kind):
      used[kind] += 1
      return .node(kinds[kind][used[kind] - 1])
    case .choose(let count, let parts):
      var expressions: [QuorumExpression] = []
      for part in parts { expressions.append(expression(part, &used)) }
      return .choose(count, expressions)
    }
  }
}

extension SystemSearch {
  /// Every shape over a selection of nodes, all of which it uses.
  private mutating func candidates(_ selection: Selection, _ isOver: () -> Bool) -> [Shape] {
    if selection.counts.reduce(0, +) == 1 {
      return [.kind(selection.counts.firstIndex(of: 1) ?? 0)]
    }
    guard selection.height > 0 else { return [] }
    if let known = shapes[selection] { return known }
    var found: [Shape] = []
    if selection.height == 1 {
      // Only single nodes have no height: there is one way to divide.
      combine(Self.singles(selection.counts), 1, [], 0, isOver, &found)
      shapes[selection] = found
      return found
    }
    var isDone = false
    split(selection.counts, [], most: selection.counts, isOver, &isDone) { search, parts in
      search.combine(parts, selection.height, [], 0, isOver, &found)
      return found.count >= Self.mostShapes
    }
    shapes[selection] = found
    return found
  }

  /// Every node of a selection as a part of its own.
  private static func singles(_ counts: [Int]) -> [[Int]] {
    var parts: [[Int]] = []
    for (kind, count) in counts.enumerated() {
      var part = Array(repeating: 0, count: counts.count)
      part[kind] = 1
      parts += Array(repeating: part, count: count)
    }
    return parts
  }

  /// Each way to divide the selection into two or more parts, the parts in descending order, until
  /// `body` has seen enough or the time is over.
  private mutating func split(
    _ rest: [Int], _ parts: [[Int]], most: [Int], _ isOver: () -> Bool, _ isDone: inout Bool,
    _ body: (inout SystemSearch, [[Int]]) -> Bool
  ) {
    if rest.allSatisfy({ $0 == 0 }) {
      if parts.count > 1, body(&self, parts) || isOver() { (isCut, isDone) = (true, true) }
      return
    }
    var part = Array(repeating: 0, count: rest.count)
    // Counts through all parts up to the rest, like an odometer.
    while !isDone {
      var place = part.count - 1
      while place >= 0, part[place] == rest[place] {
        part[place] = 0
        place -= 1
      }
      guard place >= 0 else { return }
      part[place] += 1
      guard !most.lexicographicallyPrecedes(part) else { return }
      let left = zip(rest, part).map { $0 - $1 }
      split(left, parts + [part], most: part, isOver, &isDone, body)
    }
  }

  /// Every choice of a shape for each part, and of how many parts are needed.
  ///
  /// Equal parts take shapes in ascending order (from `first` on), since their order means nothing.
  private mutating func combine(
    _ parts: [[Int]], _ height: Int, _ chosen: [Shape], _ first: Int, _ isOver: () -> Bool,
    _ found: inout [Shape]
  ) {
    guard found.count < Self.mostShapes else { return }
    let index = chosen.count
    guard index < parts.count else {
      for needed in 1...parts.count where Self.isFlat(needed, chosen) {
        found.append(.choose(needed, chosen))
      }
      return
    }
    let shapes = candidates(Selection(counts: parts[index], height: height - 1), isOver)
    let start = index > 0 && parts[index] == parts[index - 1] ? first : 0
    for place in start..<max(start, shapes.count) {
      combine(parts, height, chosen + [shapes[place]], place, isOver, &found)
    }
  }

  /// Whether no part says the same as its parent, as `a + (b + c)` does.
  private static func isFlat(_ needed: Int, _ parts: [Shape]) -> Bool {
    parts.allSatisfy { part in
      guard case .choose(let inner, let below) = part else { return true }
      let isSameAny = needed == 1 && inner == 1
      let isSameAll = needed == parts.count && inner == below.count
      return !isSameAny && !isSameAll
    }
  }
}
