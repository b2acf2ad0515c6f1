import Histories

extension RegisterStream {
  /// A short history that the same continuations make linearizable, for an engine that goes on.
  ///
  /// For a fixed read mapping zones decide, so of each cluster the installer, the first to return
  /// and the last to be invoked say all; a chain's dropped levels become one value of their own.
  /// Dropped chains have no part in any future contradiction: what they leave is an initial value
  /// that nobody sees.
  ///
  /// - Parameters:
  ///   - now: the moment of the last event.
  ///   - values: gets the names of values that no history has (text with a NUL).
  /// - Returns: the calls by invocation, and the initial value.
  func remains(
    at now: Int64, _ values: inout ValueTable
  ) -> (calls: [StreamCall], initial: ValueID) {
    var calls: [Int64: StreamCall] = [:]
    var initial = RegisterStream.nobodySees("initial", &values)
    for place in clusters.indices where clusterOf[clusters[place].value] == place {
      let cluster = clusters[place]
      if let installer = cluster.installer {
        calls[installer.invoked] = installer
      } else {
        initial = cluster.value
      }
      for call in [cluster.firstCall, cluster.lastCall] {
        if let call { calls[call.invoked] = call }
      }
    }
    for (number, chain) in chains.enumerated() {
      guard let dropped = chain.dropped?.value, let next = chain.levels.first else { continue }
      let stand = RegisterStream.nobodySees("\(number)", &values)
      if var write = dropped.installer {
        write.call.function = .write
        write.call.input = stand
        write.call.output = ValueTable.none
        calls[write.invoked] = write
      } else {
        initial = stand
      }
      for (call, from, to) in [
        (dropped.firstCall, dropped.firstCall?.invoked ?? 0, dropped.first),
        (dropped.lastCall, dropped.last, now),
      ] {
        guard var read = call, calls[from] == nil else { continue }
        read.call.function = .read
        read.call.input = ValueTable.null
        read.call.output = stand
        read.call.end = .ok
        read.invoked = from
        read.returned = to
        calls[from] = read
      }
      if var swap = clusters[next].installer {
        swap.call.input = values.intern(list: [stand, clusters[next].value])
        if swap.call.end == .ok { swap.call.output = ValueTable.none }
        calls[swap.invoked] = swap
      }
    }
    return (calls.values.sorted { $0.invoked < $1.invoked }, initial)
  }

  /// A value that no file can name.
  private static func nobodySees(_ name: String, _ values: inout ValueTable) -> ValueID {
    values.intern(string: "\u{0}\(name)")
  }
}
