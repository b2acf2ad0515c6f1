import Base
import Formats
import Histories

/// Makes the faults of a schedule, and undoes them: written down before, verified after.
///
/// The history has a fault from just before the first thing was done to make it until the last
/// thing that undoes it was seen to be done, so no operation under a fault looks as if it were
/// outside. That a probe saw it take effect comes later, as an event of its own.
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

  /// A fault that begins later than that ends later, too.
  private static let lateness: Int64 = 100_000_000

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
    file = try AppendFile(folder[.faults])
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
    while var next = waiting.first, next.startNanoseconds <= elapsed, !mustWait(next) {
      waiting.removeFirst()
      let late = elapsed - next.startNanoseconds
      if late > Nemesis.lateness { next.stopNanoseconds += late }
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

  /// Whether a fault must wait for one that is on: a change of members is carried through before
  /// anything else is done to the nodes.
  private func mustWait(_ next: ScheduledFault) -> Bool {
    Faults.named(next.family)?.hasTarget ?? false
      && active.contains { $0.scheduled.family == "membership" }
  }

  /// Slow commands, and changes of members, make a fault last until they are done: undone earlier
  /// it would be nothing.
  private func isBeingMade(_ index: Int, _ elapsed: Int64) -> Bool {
    let limit = active[index].scheduled.stopNanoseconds + plan.commandLimitNanoseconds
    return world.cluster.isWorking && elapsed < limit
  }

  /// Makes no further faults and undoes those that are on.
  ///
  /// - Throws: what went wrong first; the others are undone nevertheless.
  func heal() throws(Failure) {
    waiting = []
    var first: Failure?
    for index in active.indices where !active[index].isStopping {
      do throws(Failure) { try stop(index) } catch { first = first ?? error }
    }
    try finishStopped()
    if let first { throw first }
  }

  /// The run is over: what was on is over where nothing of the cluster is left.
  ///
  /// - Returns: the faults that nobody has seen undone, by name: their servers stay, or their
  ///   links were cut by commands.
  func end() throws(Failure) -> [String] {
    try finishStopped()
    for index in active.indices.reversed() where isOverWithTheRun(active[index]) {
      try close(active.remove(at: index), [("by", "the end of the run")])
    }
    return current
  }

  private func isOverWithTheRun(_ fault: Active) -> Bool {
    plan.way != .existing
      && (fault.scheduled.family != "partition" || plan.command("cut") == nil)
  }

  private func make(_ scheduled: ScheduledFault) throws(Failure) {
    guard let family = Faults.named(scheduled.family) else { return }
    let fault = family.make(scheduled, plan, world)
    try note("planned", scheduled, [("value", fault.value)] + fault.details)
    history.add(
      .info, .nemesis, "start-" + scheduled.family, value: fault.value, extras: fault.details)
    // From here on it must be undone, even if it was made by half.
    active.append(Active(scheduled: scheduled, fault: fault))
    let index = active.count - 1
    try active[index].fault.make(world)
    try note("done", scheduled)
    tally.made += 1
    if Nemesis.destructive.contains(scheduled.family) { hasDestroyed = true }
  }

  private func verify(_ index: Int) throws(Failure) {
    guard !active[index].isStopping, let evidence = active[index].fault.evidence(world) else {
      return
    }
    active[index].isVerified = true
    tally.verified += 1
    let done = active[index]
    try note("verified", done.scheduled, [("evidence", evidence)])
    history.add(
      .info, .nemesis, "verified-" + done.scheduled.family, value: done.fault.value,
      extras: [("evidence", evidence)])
  }

  private func stop(_ index: Int) throws(Failure) {
    active[index].effect = active[index].fault.evidence(world) ?? .null
    try active[index].fault.undo(world)
    // Not before: what could not be undone is tried again, and never told as undone.
    active[index].isStopping = true
    if Nemesis.destructive.contains(active[index].scheduled.family) { hasDestroyed = true }
    // Last: a full disk of the recorder's own must not keep a fault on.
    if !active[index].isVerified { try note("unverified", active[index].scheduled) }
  }

  private func finishStopped() throws(Failure) {
    for index in active.indices.reversed()
    where active[index].isStopping && active[index].fault.isUndone(world) {
      try close(active.remove(at: index))
    }
  }

  private func close(_ done: Active, _ more: [(String, JSON)] = []) throws(Failure) {
    try note("undone", done.scheduled, [("effect", done.effect)] + more)
    history.add(.info, .nemesis, "stop-" + done.scheduled.family, value: done.fault.value)
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
