import Base
import Glibc

/// One fault while it is on. Each family is one file and one line of ``Faults/all``.
protocol Fault {
  /// What is hit, for the history: names of nodes, or groups of them, or null.
  var value: JSON { get }
  /// Further words on the fault: kind, target, settings.
  var details: [(String, JSON)] { get }
  /// Does it.
  mutating func make(_ world: FaultWorld) throws(Failure)
  /// What shows that it took effect; nil as long as nothing does.
  mutating func evidence(_ world: FaultWorld) -> JSON?
  /// Begins to undo it.
  mutating func undo(_ world: FaultWorld) throws(Failure)
  /// Whether it is undone (a restarted node answers again).
  func isUndone(_ world: FaultWorld) -> Bool
}

/// What faults act on, and what they may know.
struct FaultWorld {
  let cluster: any Cluster
  let network: Network
  /// Disks and clocks of servers that the run started; nil where there are none.
  let machines: NodeMachines?
  /// Nanoseconds of the run's clock.
  let now: () -> Int64
}

/// A family of faults, for the table, the docs and `plumbline faults`.
public struct FaultFamily: Sendable {
  /// The name on the command line and in the history.
  public let name: String
  /// What it does, in one line.
  public let summary: String
  /// What it needs of the machine.
  public let needs: String
  /// Whether it works on messages between nodes.
  public let needsPeers: Bool
  /// Whether it hits one of ``FaultTarget``.
  public let hasTarget: Bool
  /// Whether a run makes it that names no faults.
  public var isUsual = true
  /// What the machine must allow, by the names of the sandbox's capabilities.
  public var capabilities: [String] = []
  /// What of a node's machine it works on, if it is more than the process.
  var hurts: MachinePart?
  /// Whether it works on frames, which have checksums, and not on lines of a program's output.
  public var needsWires = false
  /// Whether it does more to messages than drop them, which rules of the kernel's can do too.
  public var needsSwitch = false
  /// Whether it works on servers with disks or members, and not on programs of `--node`.
  public var needsServers = false
  let make: @Sendable (ScheduledFault, Plan, FaultWorld) -> any Fault
}

/// A part of the machine that a node runs on.
enum MachinePart: Sendable {
  case disk
  case clock
}

/// The table of faults.
public enum Faults {
  /// Every family, in the order of the documentation.
  public static let all: [FaultFamily] = [
    FaultFamily(
      name: "partition", summary: "some nodes do not hear some others, one way or both",
      needs: "nothing: messages pass through the recorder", needsPeers: true, hasTarget: false,
      make: { PartitionFault($0, $1, $2) }),
    FaultFamily(
      name: "kill", summary: "SIGKILL, then a restart from what is on disk",
      needs: "nothing: nodes are children of the recorder", needsPeers: false, hasTarget: true,
      make: { scheduled, _, world in KillFault(scheduled, world, by: SIGKILL) }),
    FaultFamily(
      name: "stop", summary: "SIGTERM: the node ends as it likes, then is started again",
      needs: "nothing: nodes are children of the recorder", needsPeers: false, hasTarget: true,
      isUsual: false, make: { scheduled, _, world in KillFault(scheduled, world, by: SIGTERM) }),
    FaultFamily(
      name: "pause", summary: "SIGSTOP, then SIGCONT: the node notices nothing but the time",
      needs: "nothing: nodes are children of the recorder", needsPeers: false, hasTarget: true,
      make: { scheduled, _, world in PauseFault(scheduled, world) }),
    FaultFamily(
      name: "loss", summary: "messages between nodes get lost at random",
      needs: "nothing: messages pass through the recorder", needsPeers: true, hasTarget: false,
      make: { _, plan, _ in TrafficFault(.loss, plan) }),
    FaultFamily(
      name: "delay", summary: "messages between nodes take longer",
      needs: "nothing: messages pass through the recorder", needsPeers: true, hasTarget: false,
      needsSwitch: true, make: { _, plan, _ in TrafficFault(.delay, plan) }),
    FaultFamily(
      name: "duplicate", summary: "messages between nodes arrive twice, the second time late",
      needs: "nothing: messages pass through the recorder", needsPeers: true, hasTarget: false,
      needsSwitch: true, make: { _, plan, _ in TrafficFault(.duplicate, plan) }),
    FaultFamily(
      name: "reorder", summary: "messages between nodes overtake each other",
      needs: "nothing: messages pass through the recorder", needsPeers: true, hasTarget: false,
      isUsual: false, needsSwitch: true, make: { _, plan, _ in TrafficFault(.reorder, plan) }),
    FaultFamily(
      name: "throttle", summary: "links between nodes carry little",
      needs: "nothing: messages pass through the recorder", needsPeers: true, hasTarget: false,
      isUsual: false,
      make: { _, plan, _ in TrafficFault(.throttle, plan) }),
    FaultFamily(
      name: "corrupt", summary: "bits of frames between nodes are turned",
      needs: "--cluster in a sandbox: the wires between servers are the recorder's",
      needsPeers: true, hasTarget: false, isUsual: false, needsWires: true,
      needsSwitch: true, make: { _, plan, _ in TrafficFault(.corrupt, plan) }),
    FaultFamily(
      name: "power-loss", summary: "SIGKILL, and what was not synced to the disk is gone",
      needs: "--cluster in a sandbox, and /dev/fuse", needsPeers: false, hasTarget: true,
      isUsual: false,
      capabilities: ["namespaces", "fuse"], hurts: .disk,
      make: { scheduled, _, world in PowerLossFault(scheduled, world) }),
    FaultFamily(
      name: "disk-full", summary: "nothing on the disk may grow",
      needs: "--cluster in a sandbox, and /dev/fuse", needsPeers: false, hasTarget: true,
      isUsual: false,
      capabilities: ["namespaces", "fuse"], hurts: .disk,
      make: { DiskFault(.full, $0, $1, $2) }),
    FaultFamily(
      name: "slow-disk", summary: "syncs take long",
      needs: "--cluster in a sandbox, and /dev/fuse", needsPeers: false, hasTarget: true,
      isUsual: false,
      capabilities: ["namespaces", "fuse"], hurts: .disk,
      make: { DiskFault(.slow, $0, $1, $2) }),
    FaultFamily(
      name: "fsync-error", summary: "syncs fail",
      needs: "--cluster in a sandbox, and /dev/fuse", needsPeers: false, hasTarget: true,
      isUsual: false,
      capabilities: ["namespaces", "fuse"], hurts: .disk,
      make: { DiskFault(.failing, $0, $1, $2) }),
    FaultFamily(
      name: "clock", summary: "the time of day jumps, or runs too fast or too slowly",
      needs: "--cluster, a C compiler, and servers that are no static or Go programs",
      needsPeers: false, hasTarget: true, isUsual: false,
      capabilities: ["compiler"], hurts: .clock,
      make: { ClockFault($0, $1, $2) }),
    FaultFamily(
      name: "wipe", summary: "SIGKILL, then a restart with an empty disk, one node at a time",
      needs: "--cluster; most systems promise nothing after it, and may lose data rightly",
      needsPeers: false, hasTarget: true, isUsual: false, needsServers: true,
      make: { scheduled, _, world in WipeFault(scheduled, world) }),
    FaultFamily(
      name: "membership", summary: "a node is taken out of the cluster, then joins it empty",
      needs: "--cluster of a system that can, such as etcd, with three nodes or more",
      needsPeers: false, hasTarget: true, isUsual: false, needsServers: true,
      make: { scheduled, _, world in MembershipFault(scheduled, world) }),
  ]

  /// The family of that name, or nil.
  public static func named(_ name: String) -> FaultFamily? { all.first { $0.name == name } }
}
