import Experiments
import Formats
import Protocols

/// Consistent cuts: markers travel among the nodes over the links of their messages, and the
/// protocol's invariants are asked of what the nodes recorded and what was under way.
///
/// A node records itself when it takes a marker in its turn, after all that reached it before, and
/// only when all that it decided is durable and has left. So its state and its messages belong
/// together.
extension Simulation {
  /// What a marker counts for on a link with a limit.
  private static var markerBytes: Int { 40 }

  /// The next cut begins when that time is over.
  func expectCut() {
    guard plan.snapshotsNanoseconds > 0 else { return }
    queue.push(.cutDue, due: time + plan.snapshotsNanoseconds)
  }

  /// Begins a cut at the next of those nodes that can; one that is not done by now never is.
  func beginCut() {
    abandonCut()
    expectCut()
    run.cuts.begun += 1
    let able = hosts.indices.filter { hosts[$0].state == .up && !hosts[$0].isPaused }
    guard !able.isEmpty else { return }
    cut = ConsistentCut(number: run.cuts.begun, nodes: hosts.count, began: time)
    reach(
      able[run.cuts.begun % able.count], CutMarker(cut: Int32(run.cuts.begun), from: nil))
  }

  /// Gives up the cut that is in the making.
  func abandonCut() { if cut != nil { cut = nil } }

  /// A marker comes to the end of its link.
  func arrive(_ marker: CutMarker, at index: Int) {
    if let from = marker.from, !fates.arrives(over: Link(from: Int(from), to: index)) { return }
    reach(index, marker)
  }

  private func reach(_ index: Int, _ marker: CutMarker) {
    let host = hosts[index]
    guard host.state == .up else { return }
    if host.isBusy {
      host.inbox.append(.marker(marker))
    } else {
      take(marker, host, index)
    }
  }

  /// A node takes a marker, when it can take anything.
  func take(_ marker: CutMarker, _ host: NodeHost<Node>, _ index: Int) {
    guard let number = cut?.number, number == Int(marker.cut), let node = host.node else { return }
    if cut?.hasRecorded(index) == false {
      cut?.record(index)
      cut?.keep(safety.view(of: node), of: index)
      for peer in hosts.indices {
        send(CutMarker(cut: marker.cut, from: Int32(index)), from: index, to: peer)
      }
    }
    if let from = marker.from { cut?.take(markerOver: Link(from: Int(from), to: index)) }
    if let done = cut, let states = done.states {
      cut = nil
      judge(done, states)
    }
  }

  private func send(_ marker: CutMarker, from index: Int, to peer: Int) {
    let link = Link(from: index, to: peer)
    guard let fate = fates.send(link, bytes: Self.markerBytes, at: time) else { return }
    queue.push(.marker(marker, to: Int32(peer)), due: fate.due)
    if let again = fate.again { queue.push(.marker(marker, to: Int32(peer)), due: again) }
  }

  /// A node takes an input; it may be a message that was under way.
  func note(_ input: Node.Input, takenBy index: Int) {
    guard case .message(let sender, let message) = input,
      let from = names.firstIndex(of: sender)
    else { return }
    cut?.take(message, over: Link(from: from, to: index))
  }

  private func judge(
    _ done: ConsistentCut<Node.Safety.View, Node.Message>, _ states: [Node.Safety.View]
  ) {
    let underWay = done.underWay.map {
      GlobalState<Node>.UnderWay(from: $0.link.from, to: $0.link.to, message: $0.message)
    }
    let breach = safety.breach(in: GlobalState<Node>(nodes: states, underWay: underWay))
    guard fates.keptOrder(since: done.began), !wasWiped else {
      run.cuts.unclaimed += 1
      if let breach {
        run.cuts.hints += 1
        run.cuts.hint = run.cuts.hint ?? "\(breach.invariant): \(breach.sentence)"
      }
      return
    }
    run.cuts.claimed += 1
    run.cuts.underWay += underWay.count
    guard let breach else { return }
    run.cuts.broken += 1
    guard run.breached == nil else { return }
    let told = Breach(
      breach.invariant, "\(breach.sentence), in consistent cut \(done.number) of the run")
    run.breached = SimulatedRun.Breached(breach: told, time: time)
  }
}
