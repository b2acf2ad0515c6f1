import Base

/// One fault while it is on. Each family is one file and one line of ``Faults/all``.
///
/// A fault decides what is done and knows what shows it; the host does it, and looks.
package protocol Fault {
  /// What is hit, for the history: names of nodes, or groups of them, or null.
  var value: JSON { get }
  /// Further words on the fault: kind, target, settings.
  var details: [(String, JSON)] { get }
  /// What makes it.
  mutating func make(_ host: any FaultHost) -> [FaultEffect]
  /// What shows that it took effect; nil as long as nothing does.
  mutating func evidence(_ host: any FaultHost) -> JSON?
  /// What begins to undo it.
  func undo(_ host: any FaultHost) -> [FaultEffect]
  /// Whether it is undone (a restarted node answers again).
  func isUndone(_ host: any FaultHost) -> Bool
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
  /// What it reaches for in a cluster.
  package let facet: ClusterFacet
  /// Whether it works on frames, which have checksums, and not on lines of a program's output.
  public var needsWires = false
  /// Whether it does more to messages than drop them, which rules of the kernel's can do too.
  public var needsSwitch = false
  /// Whether a simulated run makes it that names no faults, even if a real one does not.
  public var isUsualInSimulation = false
  /// Why it cannot be simulated, or nil.
  public var simulationObstacle: String?
  /// Why nobody but the simulator makes it, or nil.
  public var realObstacle: String?
  package let make: @Sendable (ScheduledFault, FaultSettings, any FaultHost) -> any Fault
}

/// The table of faults.
public enum Faults {
  /// Every family, in the order of the documentation.
  public static let all: [FaultFamily] = [
    .partition, .kill, .stop, .pause, .loss, .delay, .duplicate, .reorder, .throttle, .corrupt,
    .powerLoss, .diskFull, .slowDisk, .syncError, .clock, .wipe, .membership, .transfer,
    .bitRot, .misdirectedWrite,
  ]

  /// The family of that name, or nil.
  public static func named(_ name: String) -> FaultFamily? { all.first { $0.name == name } }
}
