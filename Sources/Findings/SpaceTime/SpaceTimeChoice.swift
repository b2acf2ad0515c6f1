/// Chooses of everything that happened what fits, and folds the rest.
struct SpaceTimeChoice {
  private let items: [SpaceTimeItem]
  private var isChosen: [Bool]

  /// So many rows are enough.
  private static let enough = 40
  /// So many names are counted one by one in a row that is folded.
  private static let mostNames = 3

  /// Takes those that matter most, so many that no more than `limit` rows come of it.
  ///
  /// - Complexity: O(items × limit).
  init(_ items: [SpaceTimeItem], limit: Int) {
    self.items = items
    isChosen = [Bool](repeating: false, count: items.count)
    var ranked = items.indices.filter { items[$0].rank != .repeated }
    ranked.sort {
      (items[$0].rank, items[$0].distance, $0) < (items[$1].rank, items[$1].distance, $1)
    }
    ranked = Array(ranked.prefix(limit))
    for place in ranked { isChosen[place] = true }
    // What is about other things only fills up what is short without it.
    while let last = ranked.last,
      rows.count > (items[last].rank == .new ? Self.enough : limit)
    {
      isChosen[last] = false
      ranked.removeLast()
    }
  }

  /// How many are not shown.
  var omitted: Int { isChosen.count { !$0 } }

  /// What is shown, with rows for what is folded; without the states of the lanes.
  var rows: [SpaceTime.Row] {
    var rows: [SpaceTime.Row] = []
    var folded: [SpaceTimeItem] = []
    var arrivals: [SpaceTime.Row] = []
    let arrive = { (time: Int64) in
      while let next = arrivals.min(by: { ($0.time, $0.from ?? 0) < ($1.time, $1.from ?? 0) }),
        next.time <= time
      {
        if !folded.isEmpty { rows.append(Self.fold(&folded)) }
        rows.append(next)
        arrivals.remove(at: arrivals.firstIndex(of: next) ?? 0)
      }
    }
    for (place, item) in items.enumerated() {
      arrive(item.time)
      guard isChosen[place] else {
        folded.append(item)
        continue
      }
      if !folded.isEmpty { rows.append(Self.fold(&folded)) }
      guard let arrival = arrival(of: place) else {
        rows.append(item.row)
        continue
      }
      var row = item.row
      row.kind = .leaves
      rows.append(row)
      row.kind = .arrives
      row.time = arrival
      arrivals.append(row)
    }
    arrive(.max)
    if !folded.isEmpty { rows.append(Self.fold(&folded)) }
    return rows
  }

  /// When a message arrives, if something happens to its receiver's process meanwhile.
  private func arrival(of place: Int) -> Int64? {
    let item = items[place]
    guard item.row.kind == .message, let lane = item.row.to, let arrival = item.row.until else {
      return nil
    }
    var next = place + 1
    while next < items.count, items[next].time < arrival {
      if isChosen[next], items[next].time > item.time, items[next].row.marks.contains(lane) {
        return arrival
      }
      next += 1
    }
    return nil
  }

  /// One row for several things: `34 × heartbeat, 2 × append`.
  private static func fold(_ folded: inout [SpaceTimeItem]) -> SpaceTime.Row {
    var counts: [(name: String, count: Int)] = []
    for item in folded {
      if let place = counts.firstIndex(where: { $0.name == item.name }) {
        counts[place].count += 1
      } else {
        counts.append((item.name, 1))
      }
    }
    counts.sort { ($1.count, $0.name) < ($0.count, $1.name) }
    var words = counts.prefix(mostNames).map { "\($0.count) × \($0.name)" }
    let rest = counts.dropFirst(mostNames).reduce(0) { $0 + $1.count }
    if rest > 0 { words.append("\(rest) others") }
    let row = SpaceTime.Row(
      kind: .folded, time: folded[0].time, until: folded[folded.count - 1].time,
      words: words.joined(separator: ", "))
    folded = []
    return row
  }
}
