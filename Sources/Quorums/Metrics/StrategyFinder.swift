/// Finds the best strategy: a linear program over all quorums, of which only the useful are made.
///
/// Naor and Wool, “The load, capacity, and availability of quorum systems”, SIAM J. Comput. 1998,
/// doi:10.1137/S0097539795281232, define the load as this program; Whittaker et al. 2021
/// (doi:10.1145/3447865.3457962) add reads and writes, capacities, several read fractions, and
/// limits. The program has a column for each quorum. Columns are made when they are wanted (Gilmore
/// and Gomory 1961, doi:10.1287/opre.9.6.849): at an optimum over the columns at hand the rows'
/// prices give each node a price; if even the cheapest quorum at these prices costs no less than
/// what its row pays, no quorum at all would improve the solution. The cheapest quorum is a
/// shortest path in the family's diagram, so the optimum is exact for any number of quorums. Loads
/// are not bounded by 1: a node of capacity 0.5 may well have load 2.
struct StrategyFinder {
  /// The rounds of column generation that may be spent.
  static let mostRounds = 3_000

  private let system: QuorumSystem
  private let workload: AccessMix
  private let diagrams: Diagrams
  private let sides: [Side]
  private var program: Simplex
  private var columns: [(side: Int, quorum: NodeSet, column: Int)] = []
  private var made: [Set<NodeSet>] = [[], []]
  private var loadColumns: [Int] = []
  /// The columns of the rows “the probabilities add up to 1”: what is missing from 1.
  private let missing = [0, 1]
  private let rows: Rows
  /// The costs that decide: of one load, one node contacted, one second.
  private var weights = Weights()

  private struct Weights {
    var load = 0.0
    var network = 0.0
    var latency = 0.0
  }

  /// One side's family, once for each latency: the quorums that answer within it.
  private struct Side {
    var family: QuorumExpression
    var classes: [(seconds: Double, reference: Diagrams.Reference)]
    var fraction: Double
  }

  /// Where the rows of each kind are.
  private struct Rows {
    var loads: Int
    var loadLimit: Int?
    var networkLimit: Int?
    var latencyLimit: Int?
  }

  /// Finds the strategy that costs least and keeps within the limits.
  ///
  /// Among strategies of equal load the one that contacts fewest nodes is taken, among those the
  /// fastest, so that the figures do not depend on how the program was solved.
  ///
  /// `spare` members of each quorum in use may fail.
  ///
  /// - Throws: ``StrategyError``.
  static func find(
    _ system: QuorumSystem, workload: AccessMix, objective: Strategy.Objective = .load,
    limits: Strategy.Limits = .init(), spare: Int = 0
  ) throws(StrategyError) -> Strategy {
    var limits = limits
    var strategy: Strategy?
    // Objectives in order of precedence; what one has reached limits the next.
    let order = [objective] + Strategy.Objective.allCases.filter { $0 != objective }
    for next in order {
      // Nobody waits differently where all nodes are equally far away.
      let isFlat = Set(system.nodes.map(\.latencySeconds)).count == 1 && spare == 0
      if next == .latency, isFlat, strategy != nil { continue }
      let found: Strategy?
      do throws(StrategyError) {
        let timed = next == .latency || limits.latencySeconds != nil
        var finder = try StrategyFinder(system, workload, limits, spare, isTimed: timed)
        found = try finder.run(next)
      } catch {
        if let strategy { return strategy }
        throw error
      }
      guard let found else {
        if let strategy { return strategy }
        throw .none(NoStrategy(description: "no strategy keeps within the limits"))
      }
      strategy = found
      switch next {
      case .load: limits.load = found.load
      case .network: limits.network = found.networkLoad
      case .latency: limits.latencySeconds = found.latencySeconds
      }
    }
    guard let strategy else { throw .none(NoStrategy(description: "no objective")) }
    return strategy
  }

  private init(
    _ system: QuorumSystem, _ workload: AccessMix, _ limits: Strategy.Limits, _ spare: Int,
    isTimed: Bool
  ) throws(StrategyError) {
    self.system = system
    self.workload = workload
    var diagrams = Diagrams(order: system.order)
    var sides: [Side] = []
    for (family, fraction, name) in [
      (system.reads, workload.mean, "read"), (system.writes, 1 - workload.mean, "write"),
    ] {
      let classes: [(Double, Diagrams.Reference)]
      do throws(BoundReached) {
        classes = try Self.classes(family, system, spare, isTimed, &diagrams)
      } catch {
        throw .bound(error)
      }
      guard !classes.isEmpty else {
        throw .none(
          NoStrategy(
            description: "no \(name) quorum is still one after \(spare) of its nodes have failed"))
      }
      sides.append(Side(family: family, classes: classes, fraction: fraction))
    }
    self.sides = sides
    self.diagrams = diagrams
    let loads = workload.fractions.count * system.nodes.count
    var layout: [(relation: Simplex.Relation, right: Double)] = [(.equal, 1), (.equal, 1)]
    layout += Array(repeating: (.atMost, 0), count: loads)
    var rows = Rows(loads: 2)
    func limit(_ value: Double?) -> Int? {
      guard let value else { return nil }
      layout.append((.atMost, value))
      return layout.count - 1
    }
    rows.loadLimit = limit(limits.load)
    rows.networkLimit = limit(limits.network)
    rows.latencyLimit = limit(limits.latencySeconds)
    self.rows = rows
    program = Simplex(rows: layout, penalty: 0)
  }

  /// A quorum answers within t seconds when its nodes that do contain one; where time plays no
  /// part one class is enough.
  private static func classes(
    _ family: QuorumExpression, _ system: QuorumSystem, _ spare: Int, _ isTimed: Bool,
    _ diagrams: inout Diagrams
  ) throws(BoundReached) -> [(Double, Diagrams.Reference)] {
    let plain = try diagrams.build(family)
    let sturdy = try diagrams.withstanding(spare, plain)
    guard sturdy != Diagrams.never else { return [] }
    guard isTimed else { return [(0, sturdy)] }
    var classes: [(Double, Diagrams.Reference)] = []
    var last = Diagrams.never
    for seconds in Set(system.nodes.map(\.latencySeconds)).sorted() {
      let near = system.nodes.indices.filter { system.nodes[$0].latencySeconds <= seconds }
      let within = try diagrams.restricted(plain, to: near.reduce(0) { $0 | .only($1) })
      let reference = try diagrams.both(sturdy, within)
      if reference != last { classes.append((seconds, reference)) }
      last = reference
    }
    return classes
  }
}

/// Why there is no strategy to show.
enum StrategyError: Error, Sendable {
  case bound(BoundReached)
  case none(NoStrategy)
}

extension StrategyFinder {
  /// Solves for one objective; nil when the limits leave no strategy.
  private mutating func run(_ objective: Strategy.Objective) throws(StrategyError) -> Strategy? {
    prepare()
    seed()
    // First find any strategy within the limits: what is missing costs 1, all else nothing.
    for column in missing { program.setCost(column, 1) }
    try generate()
    guard program.cost < 1e-7 else { return nil }
    // What is still missing is rounding; at a price it cannot grow again.
    for column in missing {
      program.setCost(column, 1e3)
      program.block(column)
    }
    switch objective {
    case .load: weights.load = 1
    case .network: weights.network = 1
    case .latency: weights.latency = 1
    }
    for (index, fraction) in workload.fractions.enumerated() {
      program.setCost(loadColumns[index], weights.load * fraction.weight)
    }
    for entry in columns { program.setCost(entry.column, cost(of: entry.quorum, entry.side)) }
    try generate()
    var choices: [[Strategy.Choice]] = [[], []]
    for entry in columns {
      let probability = program.amount(entry.column)
      guard probability > 1e-8 else { continue }
      choices[entry.side].append(.init(quorum: entry.quorum, probability: probability))
    }
    for side in 0..<2 {
      let total = choices[side].reduce(0) { $0 + $1.probability }
      for index in choices[side].indices { choices[side][index].probability /= total }
    }
    return Strategy(reads: choices[0], writes: choices[1], system: system, workload: workload)
  }

  /// Adds the columns of the loads.
  private mutating func prepare() {
    let count = system.nodes.count
    for (index, fraction) in workload.fractions.enumerated() {
      var entries = (0..<count).map { (row: rows.loads + index * count + $0, value: -1.0) }
      if let row = rows.loadLimit { entries.append((row, fraction.weight)) }
      loadColumns.append(program.add(.init(cost: 0, entries: entries)))
    }
  }

  /// Quorums that spread the work: each time the cheapest where use makes a node dearer.
  private mutating func seed() {
    for side in 0..<2 {
      var prices = system.nodes.map {
        1 / (side == 0 ? $0.readCapacity : $0.writeCapacity)
      }
      let base = prices
      for _ in 0..<2 * system.nodes.count {
        for place in sides[side].classes {
          guard let found = diagrams.cheapest(place.reference, prices: prices) else { continue }
          add(found.set, side)
          guard place.reference == sides[side].classes.last?.reference else { continue }
          for node in found.set.members { prices[node] += base[node] }
        }
      }
    }
  }

  private func cost(of quorum: NodeSet, _ side: Int) -> Double {
    var cost = weights.network * Double(quorum.nonzeroBitCount)
    if weights.latency > 0 {
      cost += weights.latency * system.latencySeconds(of: quorum, in: sides[side].family)
    }
    return cost * sides[side].fraction
  }

  private mutating func add(_ quorum: NodeSet, _ side: Int) {
    guard made[side].insert(quorum).inserted else { return }
    var entries = [(row: side, value: 1.0)]
    let count = system.nodes.count
    for (index, fraction) in workload.fractions.enumerated() {
      for node in quorum.members {
        let own = system.nodes[node]
        let load =
          side == 0 ? fraction.read / own.readCapacity : (1 - fraction.read) / own.writeCapacity
        if load != 0 { entries.append((rows.loads + index * count + node, load)) }
      }
    }
    let fraction = sides[side].fraction
    if let row = rows.networkLimit {
      entries.append((row, fraction * Double(quorum.nonzeroBitCount)))
    }
    if let row = rows.latencyLimit {
      let seconds = system.latencySeconds(of: quorum, in: sides[side].family)
      entries.append((row, fraction * seconds))
    }
    let column = program.add(.init(cost: cost(of: quorum, side), entries: entries))
    columns.append((side, quorum, column))
  }

  /// Adds the cheapest quorums until none improves the solution.
  private mutating func generate() throws(StrategyError) {
    for _ in 0..<Self.mostRounds {
      guard program.solve() else { break }
      let prices = program.prices
      var isImproved = false
      for side in 0..<2 {
        for quorum in improving(side, prices) where !made[side].contains(quorum) {
          add(quorum, side)
          isImproved = true
        }
      }
      if !isImproved { return }
    }
    throw .bound(BoundReached("\(Self.mostRounds) rounds of column generation"))
  }

  /// The quorums that cost less than their side's row pays.
  private func improving(_ side: Int, _ prices: [Double]) -> [NodeSet] {
    let count = system.nodes.count
    let fraction = sides[side].fraction
    let contact =
      fraction * (weights.network - (rows.networkLimit.map { prices[$0] } ?? 0))
    let waiting = fraction * (weights.latency - (rows.latencyLimit.map { prices[$0] } ?? 0))
    let nodePrices = system.nodes.enumerated().map { index, node in
      var price = contact
      for (place, entry) in workload.fractions.enumerated() {
        let load =
          side == 0 ? entry.read / node.readCapacity : (1 - entry.read) / node.writeCapacity
        price -= prices[rows.loads + place * count + index] * load
      }
      // Prices of rows are never above zero but for rounding.
      return max(0, price)
    }
    let classes =
      waiting > 1e-12 ? sides[side].classes : [sides[side].classes[sides[side].classes.count - 1]]
    return classes.compactMap { place in
      guard let found = diagrams.cheapest(place.reference, prices: nodePrices) else { return nil }
      let cost = found.price + max(0, waiting) * place.seconds
      return cost < prices[side] - 1e-8 ? found.set : nil
    }
  }
}
