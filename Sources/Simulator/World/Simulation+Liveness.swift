import Base
import Experiments
import Protocols

/// Liveness with a fault that stays: a minority is struck for good, and the rest, which is a quorum
/// and is whole, must go on.
///
/// Who heals everything before he asks for answers only sees that a cluster can be started. After
/// the last fault of the plan all is healed once, so that nobody is behind by more than he can
/// catch up; then one fault of a kind that the plan has hits a minority and is not undone.
extension Simulation {
  /// Faults that stay without doing anything to those whom they do not hit.
  private static var lasting: [String] { ["kill", "pause", "partition"] }

  /// Strikes a minority and waits for all others to answer, at most for the recovery limit since
  /// the last of them did.
  ///
  /// Nothing is asked where the plan has no such fault, where the cluster does not come up, or
  /// where those who are left are no quorum.
  func outlive(_ nemesis: Nemesis) throws(Failure) {
    guard let strike = lastStrike() else { return }
    try healAll(nemesis, until: time + plan.recoveryLimitNanoseconds)
    guard isUp, nemesis.isIdle else { return }
    try nemesis.strike(strike)
    let core = hosts.indices.filter {
      hosts[$0].state == .up && !hosts[$0].isPaused && !isolated.contains($0)
    }
    guard core.count < hosts.count, isQuorum(core) else { return }
    clients.begin(.recovery, at: time, nodes: core)
    clientsDue = time
    var answered = 0
    var limit = time + plan.recoveryLimitNanoseconds
    while !clients.recovered.isSuperset(of: core), time < limit {
      if nemesis.isWatching { try nemesis.advance(elapsed: 0) }
      if clientsDue.map({ $0 <= time }) ?? false { act(isolated) }
      try turn(until: nemesis.isWatching ? min(limit, time + Self.look) : limit)
      guard clients.recovered.count > answered else { continue }
      answered = clients.recovered.count
      limit = time + plan.recoveryLimitNanoseconds
    }
    let silent = core.filter { !clients.recovered.contains($0) }.map { names[$0] }
    guard !silent.isEmpty else { return }
    run.stuck = silent
    let struck = hosts.indices.filter { !core.contains($0) }.map { names[$0] }
    run.shortcomings.append(
      "no answer from \(silent.joined(separator: ", ")) within "
        + "\(Units.describe(nanoseconds: plan.recoveryLimitNanoseconds)), although only "
        + "\(struck.joined(separator: ", ")) was struck (\(strike.family))")
  }

  /// The fault that stays, drawn from the seed; nil where the plan has none of that kind.
  private func lastStrike() -> ScheduledFault? {
    let faults = Schedule.faults(of: plan)
    let names = Self.lasting.filter { name in faults.contains { $0.family == name } }
    guard !names.isEmpty, plan.nodes > 2 else { return nil }
    var random = SplitMix64(seed: plan.seed ^ 0x11FE_1E55)
    let name = names[random.draw(0..<names.count)]
    return ScheduledFault(
      number: faults.count + 1, family: name, startNanoseconds: 0, stopNanoseconds: .max,
      target: name == "partition" ? nil : .minority,
      partition: name == "partition" ? .majorityMinority : nil, seed: random.next())
  }

  /// Whether those nodes can serve every operation.
  private func isQuorum(_ core: [Int]) -> Bool {
    guard let quorums = try? plan.quorumVotes() else { return false }
    return quorums.weight(core) >= max(quorums.read, quorums.write)
  }
}
