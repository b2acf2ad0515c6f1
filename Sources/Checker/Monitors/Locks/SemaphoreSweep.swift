import Histories

/// `semaphore-sweep`: permits that processes hold.
///
/// As in ``LockSections`` a pending acquisition is left out. A permit is
/// certainly out from its acquisition's completion to its release's invocation, a pending release
/// included: nothing is lost when it is back earlier. Sweep the events: let each acquisition take
/// effect at its last moment and each release at its first. Then no more permits are out at any
/// moment than certainly are, and a process's operations keep their order, for it is sequential. So
/// this is an order iff never more than all permits are certainly out.
///
/// *too-many-holders*: the acquisitions whose permits are out when it is one too many, those before
/// the last each with the release that gives the permit back later (the permits of one process are
/// alike: the last acquired is the first released). They are all out at that moment whatever others
/// did. How many a process has is a count, so what it took and gave back since it last had none is
/// shown as well (``HeldPairs``): there is no other release that could lower it.
/// *not-held*: a release by a process that holds none, with all acquisitions and releases of the
/// process before, for one acquisition more would be enough.
enum SemaphoreSweep {
  static let rung = Rung("semaphore-sweep", bytesPerCall: 120) { (task) throws(CheckError) in
    guard let holders = LockHolders(task, isFenced: false) else { return .pass }
    let timeline = Timeline(task.calls)
    var partner = [Int32](repeating: -1, count: task.calls.count)
    var schedule = Schedule(capacity: task.calls.count)
    var changes: [(event: Int32, call: Int32)] = []
    for process in 1..<holders.starts.count {
      var held: [Int32] = []
      var before = HeldPairs([])
      for call in holders.calls[holders.starts[process - 1]..<holders.starts[process]] {
        if task.calls[Int(call)].function == .acquire {
          held.append(call)
          changes.append((timeline.returned[Int(call)], call))
          schedule.place(call, at: timeline.returned[Int(call)], phase: 1)
        } else if let acquired = held.popLast() {
          partner[Int(acquired)] = call
          before.add(acquired, call)
          changes.append((timeline.invoked[Int(call)], call))
          schedule.place(call, at: timeline.invoked[Int(call)] + 1)
        } else if task.calls[Int(call)].end == .ok {
          return before.violation(.wrongRelease, [call])
        }
      }
    }
    changes.sort { $0.event < $1.event }
    var out = 0
    for (place, change) in changes.enumerated() {
      out += task.calls[Int(change.call)].function == .acquire ? 1 : -1
      if out <= task.settings.permits { continue }
      return tooMany(changes[...place], partner, task)
    }
    return .order(schedule.steps(task))
  }

  /// Who holds permits after some changes, and what each count rests on.
  private static func tooMany(
    _ changes: ArraySlice<(event: Int32, call: Int32)>, _ partner: [Int32], _ task: KeyTask
  ) -> RungAnswer {
    var courses: [Int64: (held: [Int32], since: HeldPairs)] = [:]
    for change in changes {
      let call = task.calls[Int(change.call)]
      var course = courses.removeValue(forKey: call.process) ?? ([], HeldPairs([]))
      if call.function == .acquire {
        course.held.append(change.call)
      } else if let acquired = course.held.popLast() {
        course.since.add(acquired, change.call)
      }
      if !course.held.isEmpty { courses[call.process] = course }
    }
    var all = HeldPairs([])
    for (_, course) in courses.sorted(by: { $0.key < $1.key }) {
      all.add(course.since)
      all.show(course.held)
      for acquired in course.held where acquired != changes.last?.call {
        if partner[Int(acquired)] >= 0 { all.show([partner[Int(acquired)]]) }
      }
    }
    return all.violation(.tooManyHolders, [])
  }
}
