import Base
import Histories

/// Makes the faults of a schedule, and undoes them: written down before, verified after.
final class Nemesis {
  /// A fault that is on.
  private struct Active {
    var scheduled: ScheduledFault
    var fault: any Fault
    var isVerified = false
    /// Undoing has begun.
    var isStopping = false
    /// What it did until then.
    var effect = JSON.null
  }

  /// A fault, counted for the outcome.
  struct Tally {
    var made = 0
    var verified = 0
  }

  private(set) var tally = Tally()
  /// Nodes were killed or started since the last call of ``takeDestruction()``.
  private var hasDestroyed = false
  private var waiting: [ScheduledFault]
  private var active: [Active] = []
  private let plan: Plan
  private let world: FaultWorld
  private let history: HistoryLog
  private let file: AppendFile
  private let log: RunLog
  private let now: () -> Int64

  /// After these, reads see what is left before anybody writes.
  private static let destructive: Set<String> = [
    "kill", "stop", "power-loss", "wipe", "membership",
  ]

  init(
    plan: Plan, world: FaultWorld, history: HistoryLog, folder: RunFolder, log: RunLog,
    now: @escaping () -> Int64
  ) throws(Failure) {
    self.plan = plan
    self.world = world
    self.history = history
    self.log = log
    self.now = now
    file = try AppendFile(folder.faults)
    waiting = Schedule.faults(of: plan)
  }

  /// The faults that are on now, by name.
  var current: [String] { active.map(\.scheduled.family) }

  /// Whether all that was begun is undone.
  var isIdle: Bool { active.isEmpty }

  /// Nodes that are cut off from a majority of the others.
  var isolated: Set<Int> {
    let count = plan.nodes
    guard active.contains(where: { $0.scheduled.family == "partition" }) else { return [] }
    return Set(
      (0..<count).filter { node in
        let reached = (0..<count).filter { other in
          other == node
            || !world.network.isCut(Link(from: node, to: other))
              && !world.network.isCut(Link(from: other, to: node))
        }
        return reached.count <= count / 2
      })
  }

  /// Whether nodes were killed or restarted since the last call.
  func takeDestruction() -> Bool {
    defer { hasDestroyed = false }
    return hasDestroyed
  }

  /// Does what is due.
  ///
  /// - Parameter elapsed: nanoseconds since the clients began.
  /// - Throws: what the nodes and the files do.
  func advance(elapsed: Int64) throws(Failure) {
    while let next = waiting.first, next.startNanoseconds <= elapsed {
      waiting.removeFirst()
      try make(next)
    }
    for index in active.indices {
      if !active[index].isVerified { try verify(index) }
      if !active[index].isStopping, active[index].scheduled.stopNanoseconds <= elapsed,
        active[index].isVerified || !isBeingMade(index, elapsed)
      {
        try stop(index)
      }
    }
    try finishStopped()
  }

  /// Slow commands make a fault last until they are done: undone earlier it would be nothing.
  private func isBeingMade(_ index: Int, _ elapsed: Int64) -> Bool {
    let limit = active[index].scheduled.stopNanoseconds + plan.commandLimitNanoseconds
    return world.cluster.isWorking && elapsed < limit
  }

  /// Makes no further faults and undoes those that are on.
  func heal() throws(Failure) {
    waiting = []
    for index in active.indices where !active[index].isStopping { try stop(index) }
    try finishStopped()
  }

  private func make(_ scheduled: ScheduledFault) throws(Failure) {
    guard let family = Faults.named(scheduled.family) else { return }
    var fault = family.make(scheduled, plan, world)
    try note("planned", scheduled, [("value", fault.value)] + fault.details)
    try fault.make(world)
    try note("done", scheduled)
    tally.made += 1
    if Nemesis.destructive.contains(scheduled.family) { hasDestroyed = true }
    active.append(Active(scheduled: scheduled, fault: fault))
  }

  private func verify(_ index: Int) throws(Failure) {
    guard !active[index].isStopping, let evidence = active[index].fault.evidence(world) else {
      return
    }
    active[index].isVerified = true
    tally.verified += 1
    try note("verified", active[index].scheduled, [("evidence", evidence)])
    begin(index)
  }

  /// The history's line: a fault counts from when it was seen to take effect.
  private func begin(_ index: Int) {
    let fault = active[index].fault
    history.add(
      .info, .nemesis, "start-" + active[index].scheduled.family, value: fault.value,
      extras: fault.details + [("verified", .bool(active[index].isVerified))])
  }

  private func stop(_ index: Int) throws(Failure) {
    if !active[index].isVerified {
      try note("unverified", active[index].scheduled)
      begin(index)
    }
    active[index].isStopping = true
    active[index].effect = active[index].fault.evidence(world) ?? .null
    try active[index].fault.undo(world)
    if Nemesis.destructive.contains(active[index].scheduled.family) { hasDestroyed = true }
  }

  private func finishStopped() throws(Failure) {
    for index in active.indices.reversed()
    where active[index].isStopping && active[index].fault.isUndone(world) {
      let done = active.remove(at: index)
      try note("undone", done.scheduled, [("effect", done.effect)])
      history.add(
        .info, .nemesis, "stop-" + done.scheduled.family, value: done.fault.value)
    }
  }

  private func note(
    _ step: String, _ scheduled: ScheduledFault, _ more: [(String, JSON)] = []
  ) throws(Failure) {
    var members: [JSON.Member] = [
      JSON.Member("time", .integer(now())), JSON.Member("fault", JSON(scheduled.number)),
      JSON.Member("name", .string(scheduled.family)), JSON.Member("step", .string(step)),
    ]
    members += more.map { JSON.Member($0.0, $0.1) }
    try file.write(.object(members))
    log.write("fault \(scheduled.number) \(scheduled.family): \(step)")
  }
}
