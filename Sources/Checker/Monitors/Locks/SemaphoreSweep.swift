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
/// *too-many-holders*: the acquisitions whose permits are out when it is one too many, each with
/// the release that gives the permit back later (the permits of one process are alike: the last
/// acquired is the first released). They are all out at that moment whatever others did.
/// *not-held*: a release by a process that holds none, with the acquisition and release of the
/// process just before.
enum SemaphoreSweep {
  static let rung = Rung("semaphore-sweep", bytesPerCall: 120) { (task) throws(CheckError) in
    guard let holders = LockHolders(task, isFenced: false) else { return .pass }
    let timeline = Timeline(task.calls)
    var partner = [Int32](repeating: -1, count: task.calls.count)
    var schedule = Schedule(capacity: task.calls.count)
    var changes: [(event: Int32, call: Int32)] = []
    for process in 1..<holders.starts.count {
      var held: [Int32] = []
      var before: [Int32] = []
      for call in holders.calls[holders.starts[process - 1]..<holders.starts[process]] {
        if task.calls[Int(call)].function == .acquire {
          held.append(call)
          changes.append((timeline.returned[Int(call)], call))
          schedule.place(call, at: timeline.returned[Int(call)], phase: 1)
        } else if let acquired = held.popLast() {
          partner[Int(acquired)] = call
          before = [acquired, call]
          changes.append((timeline.invoked[Int(call)], call))
          schedule.place(call, at: timeline.invoked[Int(call)] + 1)
        } else if task.calls[Int(call)].end == .ok {
          return .violation("not-held", [call] + before)
        }
      }
    }
    changes.sort { $0.event < $1.event }
    var out = 0
    for (place, change) in changes.enumerated() {
      out += task.calls[Int(change.call)].function == .acquire ? 1 : -1
      if out <= task.settings.permits { continue }
      var holding: [Int32] = []
      for earlier in changes[...place]
      where task.calls[Int(earlier.call)].function == .acquire {
        let release = partner[Int(earlier.call)]
        if release < 0 {
          holding.append(earlier.call)
        } else if timeline.invoked[Int(release)] > change.event {
          holding += [earlier.call, release]
        }
      }
      return .violation("too-many-holders", holding)
    }
    return .order(schedule.steps(task))
  }
}
