import Histories

extension RegisterSaturation {
  /// Gives every observer one of its candidates and asks the zones for an order.
  func guess() -> RungAnswer {
    // An unknown initial value, or one that must not be there, would need more than a guess.
    guard !hasMismatches, sources[0].value >= 0 else { return .pass }
    guard let columns = RegisterClusters(self, sourceOfEach: choices()) else { return .pass }
    return RegisterZones.order(task, columns)
  }

  /// The cluster of each call that observes, by call; -1 for the others.
  private func choices() -> [Int32] {
    var choices = [Int32](repeating: -1, count: task.calls.count)
    for observer in observers where observer.count > 0 {
      let call = task.calls[Int(observer.call)]
      var best: Int32 = -1
      var isBestDone = false
      for index in observer.start..<observer.start + observer.count {
        let cluster = candidates[Int(index)]
        let source = sources[Int(cluster)]
        let isDone = source.finished < call.invoked
        let isBetter: Bool
        if best < 0 || isDone != isBestDone {
          isBetter = best < 0 || isDone
        } else if isDone {
          isBetter = source.invoked > sources[Int(best)].invoked
        } else {
          isBetter = source.finished < sources[Int(best)].finished
        }
        if isBetter { (best, isBestDone) = (cluster, isDone) }
      }
      choices[Int(observer.call)] = best
    }
    return choices
  }
}

extension RegisterClusters {
  /// The clusters of a register whose values repeat, once it is known who observes whom; nil when
  /// an observer has nobody.
  ///
  /// Pending compare-and-sets are left out: what they take is not known.
  init?(_ saturation: RegisterSaturation, sourceOfEach choices: [Int32]) {
    let calls = saturation.task.calls
    var clusters = [ValueCluster](repeating: ValueCluster(), count: saturation.sources.count)
    var seen = [Int32](repeating: ValueCluster.nobody, count: calls.count)
    var free: [Int32] = []
    var pending: [Int32] = []
    var hasSwaps = false
    for observer in saturation.observers where choices[Int(observer.call)] < 0 { return nil }
    for (position, call) in calls.enumerated() {
      let installed = saturation.installs[position]
      let choice = choices[position]
      if installed >= 0 {
        let isSwap = call.function == .cas
        if isSwap, call.end == .pending { continue }
        clusters[Int(installed)].installer = Int32(position)
        clusters[Int(installed)].invoked = call.invoked
        clusters[Int(installed)].finished = call.returned
        if isSwap {
          clusters[Int(installed)].old = choice
          hasSwaps = true
        }
        if call.end == .pending { pending.append(installed) }
      } else if choice >= 0 {
        seen[position] = choice
        clusters[Int(choice)].reads += 1
        clusters[Int(choice)].lastRead = call.invoked
        clusters[Int(choice)].firstRead = min(clusters[Int(choice)].firstRead, call.returned)
      } else if call.end == .ok {
        free.append(Int32(position))
      }
    }
    self.init(
      clusters: clusters, seen: seen, root: 0, free: free, hasSwaps: hasSwaps, pending: pending)
  }
}
