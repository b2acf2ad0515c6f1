import Base
import Experiments
import Formats
import Protocols

/// Faults of machines: their disks and clocks.
extension Simulation {
  // MARK: disks

  /// A trouble of a disk begins, or is over.
  func set(_ trouble: FaultEffect.DiskTrouble, of index: Int, isOn: Bool) {
    let host = hosts[index]
    switch trouble {
    case .slow(let milliseconds):
      host.slowSyncNanoseconds = isOn ? Int64(milliseconds) * 1_000_000 : 0
    case .full: host.isFull = isOn
    case .failing: host.failsSyncs = isOn
    }
  }

  func damage(_ damage: FaultEffect.Damage, of index: Int) {
    let host = hosts[index]
    switch damage {
    case .bitRot: host.disk.rot(&host.random)
    case .misdirectedWrite: host.disk.misdirect(&host.random)
    }
  }

  func repair(_ index: Int) {
    hosts[index].disk.repair()
    hosts[index].refused = nil
  }

  /// Whether a node's records are what was written; else it does not start.
  func isReadable(_ host: NodeHost<Node>, _ index: Int) -> Bool {
    guard let place = host.disk.damaged.min() else { return true }
    host.state = .down
    host.refused = Refusal(record: place + 1, records: host.disk.records.count)
    recorder?.happened(
      index, "does not start: record \(place + 1) of \(host.disk.records.count) is damaged",
      .down, at: time)
    return false
  }

  /// A process that cannot write what it must make durable ends.
  ///
  /// - Returns: whether it did.
  func endsForItsDisk(_ host: NodeHost<Node>, _ index: Int) -> Bool {
    guard host.isFull || host.failsSyncs else { return false }
    end(index, host.isFull ? "ended: no space on its disk" : "ended: its disk failed to sync")
    return true
  }

  /// A machine whose disk wrote something where it does not belong restarts.
  func restartAfterStrayWrite(_ host: NodeHost<Node>, _ index: Int) {
    guard host.state == .up, !host.disk.damaged.isEmpty else { return }
    recorder?.happened(index, "a write landed on another record", at: time)
    kill(index)
    start(index)
  }

  // MARK: clocks

  /// Changes a clock; the timers that run by it follow.
  func change(_ change: FaultEffect.ClockChange, of index: Int) {
    let host = hosts[index]
    switch change {
    case .jump(let nanoseconds):
      host.clock.jump(nanoseconds, at: time)
      // A timer is a length of time: a step back does not make it longer. A step forward is time
      // that has passed, as for a machine that was suspended.
      if nanoseconds < 0 { host.postponeTimers(by: nanoseconds) }
      recorder?.happened(
        index,
        "its clock jumps \(Units.describe(nanoseconds: abs(nanoseconds))) "
          + (nanoseconds < 0 ? "back" : "forward"), at: time)
    case .drift(let factor):
      host.clock.run(factor, at: time)
      recorder?.happened(index, "its clock runs \(JSON(factor)) times as fast", at: time)
    case .reset:
      host.clock.settle(at: time)
      recorder?.happened(index, "its clock runs at the right speed", at: time)
    }
    for place in timers.indices where host.dues[place] < .max { wind(place, of: host, index) }
  }

  /// Has a timer of a node come when the node's clock shows what it is set to.
  func wind(_ place: Int, of host: NodeHost<Node>, _ index: Int) {
    host.generations[place] &+= 1
    queue.push(
      .timer(
        node: Int32(index), incarnation: host.incarnation, timer: Int32(place),
        generation: host.generations[place]),
      due: host.clock.moment(of: host.dues[place], from: time))
  }
}
