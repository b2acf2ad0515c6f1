import Histories

/// A few chains that follow each other in a ``ChainSequence``, tried in other orders.
///
/// What is before and after the window stays as it is: whatever the order inside, the latest
/// invocation before its end and the first completion from its beginning on are the same. Only
/// the value just before the window, whose end is the first moment inside, is looked at with it.
///
/// Chains are put one after another, each where none of those left must precede it, depth first
/// and those first that came first; after each the moments are least, as in a sequence, and a
/// mismatch without a place is the end of that beginning.
struct ChainWindow {
  /// More chains than this are not tried.
  static let most = 32

  /// An order with places for all.
  struct Arrangement {
    /// The clusters in their order.
    var clusters: [Int32]
    /// How many of them each chain has.
    var lengths: [Int]
    /// When their values are installed, and until when they may be.
    var moments: [Int32]
    var deadlines: [Int32]
    /// Pending installers that come in between.
    var hiders: [(cluster: Int32, hider: ChainSequence.Hider)]
  }

  /// The clusters of the chains as they are given, chain by chain.
  private var clusters: [Int32] = []
  /// The chains in the order that is tried.
  private var order: [Int] = []
  private var moments: [Int32] = []
  private var deadlines: [Int32] = []
  private var hiders: [(cluster: Int32, hider: ChainSequence.Hider)] = []
  /// What may still be tried.
  private var effort: Int

  private let sequence: ChainSequence
  private var starts: [Int] = []
  /// The first completion and the last invocation of each chain.
  private var zones: [(first: Int32, last: Int32)] = []
  private var isPlaced: [Bool] = []
  /// The items in the order that is tried.
  private var items: [Int] = []
  /// The value just before, the moment until which it is needed, and by when it must have gone.
  private var before: (cluster: Int32, staying: Int32, leaving: Int32)?
  /// The first moment after the window, and the latest that what follows leaves to it.
  private let after: (moment: Int32, deadline: Int32)
  private var seen: Set<Beginning> = []

  /// Beginnings that are alike as far as what follows goes, nearly.
  private struct Beginning: Hashable {
    var placed: UInt64
    var last: Int
    var another: Int
    var moment: Int32
    var staying: Int32
  }

  /// Finds an order with places for the mismatches of the chains and of the value before them,
  /// trying no more than so many places; and how many were tried.
  static func found(
    _ sequence: ChainSequence, _ chains: Range<Int>, effort: Int
  ) -> (arrangement: Arrangement?, effort: Int) {
    var window = ChainWindow(sequence, chains, effort: effort)
    guard window.descend() else { return (nil, effort - window.effort) }
    let arrangement = Arrangement(
      clusters: window.items.map { window.clusters[$0] },
      lengths: window.order.map { window.items(of: $0).count }, moments: window.moments,
      deadlines: window.deadlines, hiders: window.hiders)
    return (arrangement, effort - window.effort)
  }

  private init(_ sequence: ChainSequence, _ chains: Range<Int>, effort: Int) {
    self.sequence = sequence
    self.effort = effort
    let end = Int(sequence.starts[chains.upperBound])
    after =
      end < sequence.clusters.count
      ? (sequence.moments[end], sequence.deadlines[end]) : (History.never, History.never)
    for chain in chains {
      starts.append(clusters.count)
      var zone = (first: History.never, last: Int32(-1))
      for place in Int(sequence.starts[chain])..<Int(sequence.starts[chain + 1]) {
        clusters.append(sequence.clusters[place])
        let cluster = sequence.columns.clusters[Int(sequence.clusters[place])]
        zone.first = min(zone.first, cluster.firstEnd)
        zone.last = max(zone.last, cluster.invoked, cluster.lastRead)
      }
      zones.append(zone)
    }
    starts.append(clusters.count)
    isPlaced = [Bool](repeating: false, count: chains.count)
    let from = Int(sequence.starts[chains.lowerBound])
    guard from > 0 else { return }
    let cluster = sequence.clusters[from - 1]
    let moment = sequence.moments[from - 1]
    var leaving = History.never
    var next = sequence.heads[Int(cluster)]
    while next != ValueCluster.nobody {
      let call = sequence.calls[Int(sequence.columns.mismatches[Int(next)].call)]
      if moment < call.invoked { leaving = min(leaving, call.returned) }
      next = sequence.following[Int(next)]
    }
    before = (
      cluster, max(moment, sequence.columns.clusters[Int(cluster)].lastRead), leaving
    )
  }

  /// The places of a chain's clusters among those that are given.
  private func items(of chain: Int) -> Range<Int> { starts[chain]..<starts[chain + 1] }

  private mutating func descend() -> Bool {
    if order.count == zones.count { return true }
    for chain in zones.indices where !isPlaced[chain] && isNext(chain) {
      if effort <= 0 { return false }
      isPlaced[chain] = true
      order.append(chain)
      items += items(of: chain)
      if isPossible(), isNew(), descend() { return true }
      items.removeLast(items(of: chain).count)
      order.removeLast()
      isPlaced[chain] = false
    }
    return false
  }

  /// Whether none of those left must precede a chain.
  private func isNext(_ chain: Int) -> Bool {
    zones.indices.allSatisfy {
      isPlaced[$0] || $0 == chain || zones[$0].first >= zones[chain].last
    }
  }

  private mutating func isNew() -> Bool {
    var placed: UInt64 = 0
    for chain in zones.indices where isPlaced[chain] { placed |= 1 << UInt64(chain) }
    let last = items.count - 1
    return seen.insert(
      Beginning(
        placed: placed, last: order[order.count - 1],
        another: order.count > 1 ? order[order.count - 2] : -1, moment: moments[last],
        staying: staying(last))
    ).inserted
  }

  private func cluster(_ place: Int) -> ValueCluster {
    sequence.columns.clusters[Int(clusters[items[place]])]
  }

  private func staying(_ place: Int) -> Int32 { max(moments[place], cluster(place).lastRead) }

  /// Sets the moments of what was put so far; whether they suit it.
  private mutating func isPossible() -> Bool {
    effort -= items.count
    moments.removeAll(keepingCapacity: true)
    deadlines.removeAll(keepingCapacity: true)
    hiders.removeAll(keepingCapacity: true)
    var stay = before?.staying ?? -1
    for item in items {
      let cluster = sequence.columns.clusters[Int(clusters[item])]
      moments.append(max(stay, cluster.invoked))
      deadlines.append(cluster.firstEnd)
      stay = max(stay, cluster.invoked, cluster.lastRead)
    }
    var deadline = after.deadline
    for chain in zones.indices where !isPlaced[chain] {
      deadline = min(deadline, zones[chain].first)
    }
    if stay > deadline { return false }
    for place in items.indices.reversed() {
      deadline = min(deadline, deadlines[place])
      deadlines[place] = deadline
      if moments[place] > deadline { return false }
    }
    return settle()
  }

  /// The least moments at which every mismatch has its place.
  private mutating func settle() -> Bool {
    let isWhole = order.count == zones.count
    var place = items.count - (isWhole ? 1 : 2)
    while place >= 0 {
      guard let raised = settle(place) else { return false }
      // What is raised has the values before it looked at again, and those that it pushed.
      place = raised == place ? place - 1 : min(raised, items.count - (isWhole ? 1 : 2))
    }
    guard let before, moments[0] > before.leaving else { return true }
    return hide(
      ChainSequence.Gap(
        cluster: before.cluster, staying: before.staying, last: before.leaving,
        leaving: moments[0]))
  }

  /// Gives the mismatches at a place theirs; the last place that was touched, or nil in vain.
  private mutating func settle(_ place: Int) -> Int? {
    let cluster = clusters[items[place]]
    guard sequence.heads[Int(cluster)] >= 0 else { return place }
    guard let need = need(place) else { return place }
    if need.invoked <= deadlines[place] {
      var moment = need.invoked
      var last = place
      while last < moments.count, moments[last] < moment {
        moments[last] = moment
        moment = staying(last)
        last += 1
      }
      effort -= last - place
      return last
    }
    guard self.cluster(place).next == ValueCluster.nobody,
      !hiders.contains(where: { $0.cluster == cluster }),
      hide(
        ChainSequence.Gap(
          cluster: cluster, staying: staying(place), last: need.returned, leaving: leaving(place)))
    else { return nil }
    return place
  }

  private mutating func hide(_ gap: ChainSequence.Gap) -> Bool {
    guard let hider = sequence.spare(for: gap, besides: hiders.map(\.hider)) else { return false }
    hiders.append((gap.cluster, hider))
    return true
  }

  private func leaving(_ place: Int) -> Int32 {
    if let hider = hiders.first(where: { $0.cluster == clusters[items[place]] }) {
      return max(staying(place), hider.hider.moment)
    }
    return place + 1 < items.count ? moments[place + 1] : max(after.moment, staying(place))
  }

  private func need(_ place: Int) -> (invoked: Int32, returned: Int32)? {
    var need: (invoked: Int32, returned: Int32)?
    let leaving = leaving(place)
    var next = sequence.heads[Int(clusters[items[place]])]
    while next != ValueCluster.nobody {
      let call = sequence.calls[Int(sequence.columns.mismatches[Int(next)].call)]
      next = sequence.following[Int(next)]
      if moments[place] >= call.invoked || leaving <= call.returned { continue }
      need = (
        max(need?.invoked ?? -1, call.invoked), min(need?.returned ?? History.never, call.returned)
      )
    }
    return need
  }
}
