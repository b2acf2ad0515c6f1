import Base
import Histories

extension KeyTask {
  /// That no order exists, for a rung that decides and does not say why: it is shown at the last
  /// completion, which ``Earliest`` makes the first that cannot be explained.
  var impasse: RungAnswer {
    let completed = calls.indices.filter { calls[$0].end != .pending }
    let last = completed.max { calls[$0].returned < calls[$1].returned } ?? 0
    let end = calls[last].returned
    // Of those that nobody hears of again the latest: what is open where a prefix ends is pending.
    let open = calls.indices.filter { calls[$0].invoked < end && calls[$0].returned >= end }
    return .impasse(
      Impasse(
        culprit: operations[last], dilemmas: [], omittedDilemmas: 0,
        open: open.suffix(32).map { operations[$0] }))
  }

  /// That a budget ran out before the completions of some events, given by their sides.
  func stopped(
    _ reason: Budget.Reason, _ rung: String, explained: Int, _ events: [(PairSide, Int)]
  ) -> RungAnswer {
    var open: [Int32] = []
    var culprit: Int32?
    var deepest: Int32?
    var mostOpen = 0
    for (side, event) in events {
      mostOpen += side.mostOpen
      if event > 0 {
        let last = side.call[Int(side.completing[event - 1])]
        if deepest.map({ calls[Int($0)].returned < calls[Int(last)].returned }) ?? true {
          deepest = last
        }
      }
      guard event < side.count else { continue }
      let first = side.call[Int(side.completing[event])]
      if culprit.map({ calls[Int($0)].returned > calls[Int(first)].returned }) ?? true {
        culprit = first
      }
      for place in Int(side.firstOpen[event])..<Int(side.firstOpen[event + 1]) {
        open.append(side.call[Int(side.open[place])])
      }
    }
    var account = Undecided(
      key: ValueTable.none, reason: reason, deepest: deepest.map { operations[Int($0)] },
      explained: explained, completions: events.reduce(0) { $0 + $1.0.count },
      mostOpen: mostOpen)
    account.reached = [Undecided.Reach(algorithm: rung, explained: explained)]
    if let culprit {
      account.knot = Undecided.Knot(
        culprit: operations[Int(culprit)], open: open.sorted().map { operations[Int($0)] })
    }
    return .stopped(account)
  }
}
