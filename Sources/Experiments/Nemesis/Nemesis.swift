import Base
import Histories

/// Where faults are written down.
package protocol Chronicle: AnyObject {
  /// An event of the history.
  func record(_ entry: HistoryEntry)
  /// A step of a fault: a line of the faults' file, and in words.
  func note(_ step: JSON, _ words: String) throws(Failure)
}

/// Makes the faults of a schedule, and undoes them: written down before, verified after.
///
/// The history has a fault from just before the first thing was done to make it until the last
/// thing that undoes it was seen to be done, so no operation under a fault looks as if it were
/// outside. That a probe saw it take effect comes later, as an event of its own.
package final class Nemesis {
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
  package struct Tally {
    package var made = 0
    package var verified = 0
  }

  package private(set) var tally = Tally()
  /// Nodes were killed or started since the last call of ``takeDestruction()``.
  private var hasDestroyed = false
  private var waiting: [ScheduledFault]
  private var active: [Active] = []
  private let plan: Plan
  private let host: any FaultHost
  private let chronicle: any Chronicle

  /// A fault that begins later than that ends later, too.
  private static let lateness: Int64 = 100_000_000

  /// After these, reads see what is left before anybody writes.
  private static let destructive: Set<String> = [
    "kill", "stop", "power-loss", "wipe", "membership", "bit-rot", "misdirected-write",
  ]

  /// Prepares the faults of a plan, for a host and whoever writes them down.
  package init(_ plan: Plan, host: any FaultHost, chronicle: any Chronicle) {
    self.plan = plan
    self.host = host
    self.chronicle = chronicle
    waiting = Schedule.faults(of: plan)
  }

  /// The faults that are on now, by name.
  package var current: [String] { active.map(\.scheduled.family) }

  /// Whether all that was begun is undone.
  package var isIdle: Bool { active.isEmpty }

  /// Whether links between nodes may be cut.
  package var isCutting: Bool { active.contains { $0.scheduled.family == "partition" } }

  /// When the next fault is made or undone, nanoseconds since the clients began, where that is only
  /// a matter of time.
  package var nextDue: Int64? {
    // Without lists and copies of its own: a simulator asks after every event.
    var due: Int64?
    if !waiting.isEmpty, active.isEmpty || !mustWait(waiting[0]) {
      due = waiting[0].startNanoseconds
    }
    for index in active.indices where !active[index].isStopping {
      due = min(due ?? .max, active[index].scheduled.stopNanoseconds)
    }
    return due
  }

  /// Whether something that was begun is yet to be seen: a fault to show, or to be undone.
  package var isWatching: Bool { active.contains { !$0.isVerified || $0.isStopping } }

  /// Whether nodes were killed or restarted since the last call.
  package func takeDestruction() -> Bool {
    defer { hasDestroyed = false }
    return hasDestroyed
  }

  /// Does what is due.
  ///
  /// - Parameter elapsed: nanoseconds since the clients began.
  /// - Throws: what the nodes and the files do.
  package func advance(elapsed: Int64) throws(Failure) {
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
    active.contains { $0.scheduled.family == "membership" }
      && Faults.named(next.family)?.hasTarget ?? false
  }

  /// Slow commands, and changes of members, make a fault last until they are done: undone earlier
  /// it would be nothing.
  private func isBeingMade(_ index: Int, _ elapsed: Int64) -> Bool {
    let limit = active[index].scheduled.stopNanoseconds + plan.commandLimitNanoseconds
    return host.isWorking && elapsed < limit
  }

  /// Makes a fault now that no schedule has; it stays until ``heal()``.
  package func strike(_ scheduled: ScheduledFault) throws(Failure) { try make(scheduled) }

  /// Makes no further faults and undoes those that are on.
  ///
  /// - Throws: what went wrong first; the others are undone nevertheless.
  package func heal() throws(Failure) {
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
  package func end() throws(Failure) -> [String] {
    try finishStopped()
    for index in active.indices.reversed() where isOverWithTheRun(active[index]) {
      try close(active.remove(at: index), [("by", "the end of the run")])
    }
    return current
  }

  private func isOverWithTheRun(_ fault: Active) -> Bool {
    if case .existing = plan.target { return false }
    return fault.scheduled.family != "partition" || plan.command("cut") == nil
  }

  private func make(_ scheduled: ScheduledFault) throws(Failure) {
    guard let family = Faults.named(scheduled.family) else { return }
    let fault = family.make(scheduled, plan.hits, host)
    try note("planned", scheduled, [("value", fault.value)] + fault.details)
    chronicle.record(
      HistoryEntry(
        .info, .nemesis, "start-" + scheduled.family, value: fault.value, extras: fault.details))
    // From here on it must be undone, even if it was made by half.
    active.append(Active(scheduled: scheduled, fault: fault))
    let index = active.count - 1
    for effect in active[index].fault.make(host) { try host.carryOut(effect) }
    try note("done", scheduled)
    tally.made += 1
    if Nemesis.destructive.contains(scheduled.family) { hasDestroyed = true }
  }

  private func verify(_ index: Int) throws(Failure) {
    guard !active[index].isStopping, let evidence = active[index].fault.evidence(host) else {
      return
    }
    active[index].isVerified = true
    tally.verified += 1
    let done = active[index]
    try note("verified", done.scheduled, [("evidence", evidence)])
    chronicle.record(
      HistoryEntry(
        .info, .nemesis, "verified-" + done.scheduled.family, value: done.fault.value,
        extras: [("evidence", evidence)]))
  }

  private func stop(_ index: Int) throws(Failure) {
    active[index].effect = active[index].fault.evidence(host) ?? .null
    for effect in active[index].fault.undo(host) { try host.carryOut(effect) }
    // Not before: what could not be undone is tried again, and never told as undone.
    active[index].isStopping = true
    if Nemesis.destructive.contains(active[index].scheduled.family) { hasDestroyed = true }
    // Last: a full disk of the recorder's own must not keep a fault on.
    if !active[index].isVerified { try note("unverified", active[index].scheduled) }
  }

  private func finishStopped() throws(Failure) {
    for index in active.indices.reversed()
    where active[index].isStopping && active[index].fault.isUndone(host) {
      try close(active.remove(at: index))
    }
  }

  private func close(_ done: Active, _ more: [(String, JSON)] = []) throws(Failure) {
    try note("undone", done.scheduled, [("effect", done.effect)] + more)
    chronicle.record(
      HistoryEntry(.info, .nemesis, "stop-" + done.scheduled.family, value: done.fault.value))
  }

  private func note(
    _ step: String, _ scheduled: ScheduledFault, _ more: [(String, JSON)] = []
  ) throws(Failure) {
    var members: [JSON.Member] = [
      JSON.Member("time", .integer(host.now)), JSON.Member("fault", JSON(scheduled.number)),
      JSON.Member("name", .string(scheduled.family)), JSON.Member("step", .string(step)),
    ]
    members += more.map { JSON.Member($0.0, $0.1) }
    try chronicle.note(
      .object(members), "fault \(scheduled.number) \(scheduled.family): \(step)")
  }
}
