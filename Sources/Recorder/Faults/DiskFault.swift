import Base
import Glibc
import Sandbox

/// A disk that is full, slow, or fails to keep what it was told to.
struct DiskFault: Fault {
  /// What is wrong with the disk.
  enum Kind {
    /// Nothing may grow.
    case full
    /// Syncs take long.
    case slow
    /// Syncs fail.
    case failing
  }

  let value: JSON
  let details: [(String, JSON)]
  private let kind: Kind
  private let nodes: [Int]
  private let slowMilliseconds: Int

  init(_ kind: Kind, _ scheduled: ScheduledFault, _ plan: Plan, _ world: FaultWorld) {
    self.kind = kind
    let target = ResolvedTarget(scheduled, world)
    nodes = target.nodes
    slowMilliseconds = Int(plan.slowSyncNanoseconds / 1_000_000)
    value = target.value(world)
    details =
      target.details
      + (kind == .slow ? [("sync", PlanOption.duration(plan.slowSyncNanoseconds))] : [])
  }

  mutating func make(_ world: FaultWorld) throws(Failure) {
    for node in nodes {
      // Also later: a server may notice the damage when the fault is over.
      world.cluster.expectEnd(of: node)
      try set(world.machines?.disks[node], true)
    }
  }

  /// A write of our own on each of the disks meets the fault.
  mutating func evidence(_ world: FaultWorld) -> JSON? {
    let found = nodes.compactMap { node in world.machines?.disks[node].mount }.map(probe)
    guard found.count == nodes.count, found.allSatisfy({ $0 != nil }) else { return nil }
    return .object([JSON.Member("probe", .string(found.first.flatMap { $0 } ?? ""))])
  }

  mutating func undo(_ world: FaultWorld) throws(Failure) {
    for node in nodes {
      try set(world.machines?.disks[node], false)
      // A server that could not live with it is started again.
      if world.cluster.state(node) == .down { try world.cluster.start(node) }
    }
  }

  func isUndone(_ world: FaultWorld) -> Bool {
    nodes.allSatisfy { world.cluster.state($0) == .up }
  }

  private func set(_ disk: Disk?, _ isOn: Bool) throws(Failure) {
    switch kind {
    case .full: try disk?.setFull(isOn)
    case .slow: try disk?.slowSyncs(milliseconds: isOn ? slowMilliseconds : 0)
    case .failing: try disk?.failSyncs(isOn)
    }
  }

  /// What a write and a sync of a small file come to, if that is the fault.
  private func probe(_ mount: String) -> String? {
    let path = mount + "/.plumbline-probe"
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { return kind == .full && errno == ENOSPC ? "no space" : nil }
    defer {
      close(file)
      unlink(path)
    }
    let written = write(file, "probe", 5)
    let wroteFully = written == 5
    if kind == .full { return !wroteFully && errno == ENOSPC ? "no space" : nil }
    // A slow sync would hold up the recorder itself; that one is as the disk said.
    if kind == .slow { return wroteFully ? "syncs take \(slowMilliseconds) ms" : nil }
    return fsync(file) != 0 && errno == EIO ? "sync failed" : nil
  }
}
