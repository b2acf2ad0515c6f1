import Base
import Experiments

/// Reduces a failing plan to a small one that fails in the same way.
///
/// Delta debugging (Zeller and Hildebrandt, “Simplifying and isolating failure-inducing input”,
/// IEEE TSE 28(2), 2002, doi:10.1109/32.988498) over the parts of a plan: faults, operations,
/// nodes, clients, keys, time, delays. Every candidate is run and judged, and kept only if the same
/// kind of witness sees something wrong with it, so what is left fails by itself. Faults become a
/// schedule and operations a script first, so that one that is left out moves no other.
public struct Shrinker {
  /// The smallest plan that was found, and how many were tried.
  public struct Found {
    /// What the smallest plan came to.
    public var result: SeedResult
    /// How many plans were tried.
    public var tried: Int
  }

  private let campaign: Campaign
  private let goesOn: (_ tried: Int, _ size: String) -> Bool
  private static let mostTries = 6_000

  /// A shrinker; `progress` is told after each try, and ends the work by false.
  public init(
    _ campaign: Campaign, progress: @escaping (_ tried: Int, _ size: String) -> Bool
  ) {
    self.campaign = campaign
    goesOn = progress
  }

  /// Shrinks a failing seed.
  ///
  /// - Complexity: at most 6,000 runs of plans that get smaller.
  public func smallest(of result: SeedResult) -> Found {
    var search = Search(campaign, result, Self.mostTries, goesOn)
    search.run()
    return Found(result: search.best, tried: search.tried)
  }
}

/// One shrinking: the best so far, and the tries that are left.
private struct Search {
  var best: SeedResult
  var tried = 0
  private let campaign: Campaign
  private let wanted: Witnessed
  private let limit: Int
  private let goesOn: (Int, String) -> Bool
  private var isOver = false
  /// With how many other seeds a change is tried too. Who leads when, and which message comes
  /// first, is chance; a smaller plan may need another chance to fail.
  private var otherSeeds: UInt64 = 0

  init(
    _ campaign: Campaign, _ result: SeedResult, _ limit: Int,
    _ goesOn: @escaping (Int, String) -> Bool
  ) {
    self.campaign = campaign
    self.limit = limit
    self.goesOn = goesOn
    best = result
    wanted = result.witnesses.min() ?? .clients
  }

  mutating func run() {
    guard !best.witnesses.isEmpty else { return }
    // From here on faults are a list, and randomness of one part does not shift another's.
    attempt { $0.schedule = Schedule.faults(of: $0) }
    for more in [0, 8, 64] {
      if more == 64, !isLarge { break }
      otherSeeds = UInt64(more)
      var size = -1
      while size != weight, !isOver {
        size = weight
        shortenTime()
        dropFaults()
        simplify()
        dropOperations()
      }
    }
  }

  /// What is to become small.
  private var weight: Int {
    operations * 8 + (best.plan.schedule?.count ?? 0) * 64 + best.plan.nodes + best.plan.clients
      + best.plan.keys + Int(best.plan.durationNanoseconds / 10_000_000)
  }

  /// More than a person takes in at once: worth many more tries.
  private var isLarge: Bool { operations > 12 || best.plan.schedule?.count ?? 0 > 6 }

  /// Operations of the workload that were done.
  private var operations: Int { best.run.script.count }

  /// Tries a changed plan; it becomes the best if it fails in the same way.
  @discardableResult
  private mutating func attempt(_ change: (inout Plan) -> Void) -> Bool {
    let seed = best.plan.seed
    for other in 0...otherSeeds {
      let hasFailed = attemptOnce {
        change(&$0)
        $0.seed = seed &+ other
      }
      if hasFailed { return true }
    }
    return false
  }

  private mutating func attemptOnce(_ change: (inout Plan) -> Void) -> Bool {
    guard !isOver, tried < limit else { return false }
    var plan = best.plan
    change(&plan)
    // Numbered anew, as they are when the plan is read from its file.
    for place in (plan.schedule ?? []).indices { plan.schedule?[place].number = place + 1 }
    guard (try? plan.validate()) != nil else { return false }
    tried += 1
    let result = campaign.result(of: plan)
    if !goesOn(tried, words) { isOver = true }
    guard result.failure == nil, result.witnesses.contains(wanted) else { return false }
    best = result
    return true
  }

  private var words: String {
    let faults = best.plan.schedule?.count ?? 0
    return "\(operations) operations, \(faults) faults, \(best.plan.nodes) nodes"
  }

  // MARK: time

  private mutating func shortenTime() {
    var step = best.plan.durationNanoseconds / 2
    while step >= 20_000_000, !isOver {
      let shorter = best.plan.durationNanoseconds - step
      let hasWorked =
        shorter > 0
        && attempt {
          $0.durationNanoseconds = shorter
          $0.schedule = $0.schedule?.filter { $0.startNanoseconds < shorter }.map { fault in
            var fault = fault
            fault.stopNanoseconds = min(fault.stopNanoseconds, shorter)
            return fault
          }
          $0.script = $0.script?.filter { $0.at < shorter }
        }
      if !hasWorked { step /= 2 }
    }
  }

  // MARK: faults

  private mutating func dropFaults() {
    let faults = best.plan.schedule ?? []
    reduce(faults.count) { search, kept in
      search.attempt { $0.schedule = kept.map { faults[$0] } }
    }
    let names = best.plan.schedule?.map(\.family) ?? []
    attempt { plan in plan.faults = plan.faults.filter { names.contains($0) } }
    for place in (best.plan.schedule ?? []).indices { shortenFault(place) }
  }

  private mutating func shortenFault(_ place: Int) {
    guard let faults = best.plan.schedule, place < faults.count else { return }
    let length = faults[place].stopNanoseconds - faults[place].startNanoseconds
    guard length > 1_000_000 else { return }
    attempt { plan in
      plan.schedule?[place].stopNanoseconds = faults[place].startNanoseconds + length / 2
    }
  }

  // MARK: sizes

  private mutating func simplify() {
    for nodes in [1, 2, 3, 4, 5] where nodes < best.plan.nodes {
      if attempt({
        $0.nodes = nodes
        $0.script = $0.script?.filter { $0.node < nodes }
      }) {
        break
      }
    }
    for clients in [1, 2, 3, 4, 6] where clients < best.plan.clients {
      if attempt({
        $0.clients = clients
        $0.script = $0.script?.filter { $0.client < clients }
      }) {
        break
      }
    }
    for keys in [1, 2] where keys < best.plan.keys {
      if attempt({
        $0.keys = keys
        $0.script = $0.script?.filter { $0.key < keys }
      }) {
        break
      }
    }
    if best.plan.latency.kind != .constant || best.plan.latency.meanNanoseconds != 1_000_000 {
      attempt {
        $0.latency.kind = .constant
        $0.latency.meanNanoseconds = 1_000_000
        $0.latency.jitterNanoseconds = 0
      }
    }
    if !best.plan.knobs.isEmpty { attempt { $0.knobs = [] } }
  }

  // MARK: operations

  private mutating func dropOperations() {
    let done = best.run.script
    // Keys that gave way to others have numbers beyond the plan's.
    let last = done.map(\.key).max() ?? 0
    guard
      attempt({
        $0.script = done
        $0.keys = max($0.keys, last + 1)
        $0.operationsPerKey = 0
      })
    else { return }
    let all = best.plan.script ?? []
    reduce(all.count) { search, kept in search.attempt { $0.script = kept.map { all[$0] } } }
    renumber(\.client) { $0.clients = $1 }
    renumber(\.key) { $0.keys = $1 }
  }

  /// Clients, or keys, that the script does not name are none.
  private mutating func renumber(
    _ path: WritableKeyPath<ScriptedOperation, Int>, _ setCount: (inout Plan, Int) -> Void
  ) {
    guard let script = best.plan.script else { return }
    let used = Set(script.map { $0[keyPath: path] }).sorted()
    guard !used.isEmpty else { return }
    attempt { plan in
      plan.script = script.map { operation in
        var operation = operation
        operation[keyPath: path] = used.firstIndex(of: operation[keyPath: path]) ?? 0
        return operation
      }
      setCount(&plan, used.count)
    }
  }

  /// Leaves out as many of so many things as can be: larger parts first, then smaller ones.
  private mutating func reduce(
    _ count: Int, _ isStillFailing: (inout Search, [Int]) -> Bool
  ) {
    var kept = Array(0..<count)
    var part = max(1, count / 2)
    while !kept.isEmpty, !isOver, tried < limit {
      var begin = 0
      var hasChanged = false
      while begin < kept.count, !isOver {
        let fewer = Array(kept[..<begin] + kept[min(kept.count, begin + part)...])
        if isStillFailing(&self, fewer) {
          kept = fewer
          hasChanged = true
        } else {
          begin += part
        }
      }
      if part == 1, !hasChanged { break }
      part = max(1, part / 2)
    }
  }
}
