import Base
import Experiments
import Formats

/// The phases of a run, as the recorder has them: work under faults, heal, read on every node, read
/// everything.
extension Simulation {
  /// How often faults that are yet to be seen are looked at.
  static var look: Int64 { 2_000_000 }

  /// Runs from nothing to the end.
  ///
  /// - Throws: what nodes throw that cannot start from what they had made durable.
  func finish() throws(Failure) -> SimulatedRun {
    let nemesis = Nemesis(plan, host: self, chronicle: self)
    for index in hosts.indices { start(index) }
    expectCut()
    do throws(Failure) {
      while !isUp { try turn(until: time + Self.look) }
      try work(nemesis)
      try outlive(nemesis)
      try recover(nemesis)
      try readFinally()
    } catch {
      // Nodes that drown in their own messages serve nobody any more.
      guard isFlooded else { throw error }
      run.stuck = names
      run.shortcomings.append(error.message)
    }
    _ = try nemesis.end()
    return result(nemesis)
  }

  var isUp: Bool { hosts.allSatisfy { $0.state == .up } }

  private func work(_ nemesis: Nemesis) throws(Failure) {
    let began = time
    let end = began + plan.durationNanoseconds
    clients.begin(.workload, at: began)
    clientsDue = clients.nextDue()
    while time < end {
      if (nemesis.nextDue ?? .max) <= time - began || nemesis.isWatching {
        try nemesis.advance(elapsed: time - began)
        if nemesis.takeDestruction() { clients.holdWrites(at: time) }
      }
      if clientsDue.map({ $0 <= time }) ?? false { act(nemesis.isCutting ? isolated : []) }
      var limit = end
      // What was due and is not done yet is being watched.
      if let due = nemesis.nextDue, began + due > time { limit = min(limit, began + due) }
      if nemesis.isWatching { limit = min(limit, time + Self.look) }
      try turn(until: max(limit, time))
    }
  }

  /// Lets clients give up, and invoke.
  func act(_ isolated: Set<Int>) {
    carryOut(clients.advance(at: time, isolated: isolated, self))
    // Who has just acted has its next turn later, whatever it says.
    if let due = clientsDue, due <= time { clientsDue = time + 1 }
  }

  /// Undoes every fault and starts whoever is down.
  func healAll(_ nemesis: Nemesis, until limit: Int64) throws(Failure) {
    clients.begin(.done, at: time)
    while !nemesis.isIdle || clients.hasOpen || !isUp, time < limit {
      try nemesis.heal()
      for index in hosts.indices where nemesis.isIdle { start(index) }
      act([])
      try turn(until: min(limit, time + Self.look))
    }
  }

  private func recover(_ nemesis: Nemesis) throws(Failure) {
    let limit = time + plan.recoveryLimitNanoseconds
    try healAll(nemesis, until: limit)
    clients.begin(.recovery, at: time)
    clientsDue = time
    while clients.recovered.count < plan.nodes, time < limit {
      if clientsDue.map({ $0 <= time }) ?? false { act([]) }
      try turn(until: limit)
    }
    let silent = hosts.indices.filter { !clients.recovered.contains($0) }.map { names[$0] }
    guard !silent.isEmpty else { return }
    run.stuck = silent
    run.shortcomings.append(
      "no answer from \(silent.joined(separator: ", ")) within "
        + "\(Units.describe(nanoseconds: plan.recoveryLimitNanoseconds)) after all was healed")
  }

  private func readFinally() throws(Failure) {
    let limit = time + plan.recoveryLimitNanoseconds
    clients.begin(.finalReads, at: time)
    clientsDue = time
    while !clients.isFinished, time < limit {
      if clientsDue.map({ $0 <= time }) ?? false { act([]) }
      if clients.isFinished { break }
      try turn(until: limit)
    }
    let left = clients.finalReadsLeft.reduce(0, +)
    if left > 0 {
      run.shortcomings.append(
        "\(left) \(left == 1 ? "final read was" : "final reads were") not answered")
    }
    clients.begin(.done, at: time)
  }

  private func result(_ nemesis: Nemesis) -> SimulatedRun {
    abandonCut()
    run.history = history.bytes
    run.faults = faultLines.bytes
    run.traces = traces.map(\.bytes)
    run.messages = recorder?.log(names).bytes() ?? []
    for bytes in [run.history, run.faults] + run.traces { run.fingerprint.mix(bytes) }
    run.answered = clients.answered
    run.deliveries = fates.counts.delivered
    run.nanoseconds = time
    run.faultsMade = nemesis.tally.made
    run.faultsVerified = nemesis.tally.verified
    run.script = clients.done
    run.invoked = clients.counts.invoked
    run.ok = clients.counts.ok
    run.failed = clients.counts.fail
    run.unknown = clients.counts.info
    return run
  }
}
