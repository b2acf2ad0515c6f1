import Base
import Drivers
import Histories
import Protocols

/// Everything a run needs to be repeated: a value, with defaults, printed to the run's folder.
///
/// Names, help and reading of each field are in ``PlanOption`` alone; durations are nanoseconds.
public struct Plan: Sendable, Equatable {
  /// The run's name, or empty for the name of the protocol or program.
  public var name = ""
  /// Where everything random comes from.
  public var seed: UInt64 = 1
  /// How many nodes the user asked for; 0 for as many as the cluster usually has.
  public var nodesAsked = 0
  /// The driver of the servers to test; empty for the embedded protocol or ``nodeCommand``.
  public var cluster = ""
  /// The driver's knobs, `NAME=VALUE`.
  public var knobs: [String] = []
  /// Where the servers are, `ADDRESS:PORT`; empty for servers that the run starts.
  public var endpoints: [String] = []
  /// Where the run starts the servers through ssh, `USER@HOST`; empty for this machine.
  public var hosts: [String] = []
  /// The ssh client and its options, as a shell reads them.
  public var ssh = "ssh"
  /// The folder on the hosts that the data of runs is kept in.
  public var hostFolder = "/tmp/plumbline"
  /// The user's own commands.
  public var commands: [UserCommand] = []
  /// How long one of them may take.
  public var commandLimitNanoseconds: Int64 = 10_000_000_000
  /// What the servers that the run starts are kept in.
  public var isolation = Isolation.auto
  /// The program of a node and its arguments; empty for the embedded protocol.
  public var nodeCommand: [String] = []
  /// The embedded protocol.
  public var protocolName = "raft"
  /// Whether the embedded protocol runs in virtual time.
  public var isSimulated = false
  /// The named bugs that are switched on in the embedded protocol.
  public var bugs: [String] = []
  /// The votes of each node in order, separated by commas; empty for one each.
  public var votes = ""
  /// The votes that a read needs; 0 for the fewest that meet every write.
  public var readVotes = 0
  /// The votes that a write needs; 0 for a majority.
  public var writeVotes = 0
  /// Whether the nodes of the embedded protocol write traces.
  public var traces = false
  /// How often a consistent cut through the embedded protocol's cluster is begun; 0 for never.
  public var snapshotsNanoseconds: Int64 = 0
  /// Whether the frames between servers are kept, in `wires.pcap`.
  public var pcap = false
  /// Whether all that the servers wrote stays after the run, however large.
  public var keepsData = false
  /// Clients that run side by side.
  public var clients = 10
  /// Operations a second in all; 0 for as fast as they can.
  public var rate = 0.0
  /// Whether clients wait for answers before they ask again.
  public var loop = Loop.closed
  /// How long clients run before the final reads.
  public var durationNanoseconds: Int64 = 15_000_000_000
  /// How many keys the operations are spread over.
  public var keys = 5
  /// What clients do; a name of ``Workloads``.
  public var workload = "register"
  /// How operations are spread over the keys.
  public var keySpread = KeySpread.uniform
  /// What the user said of ``operationsPerKey``; nil for what is usual for the workload.
  public var operationsPerKeyAsked: Int?
  /// The weights of the operations.
  public var mix = WorkloadMix()
  /// How long a client waits for an answer.
  public var timeoutNanoseconds: Int64 = 1_000_000_000
  /// The latency of messages between nodes.
  public var latency = Latency()
  /// The families of faults that the user asked for, by name; nil for the usual ones that the
  /// cluster allows.
  public var faultsAsked: [String]?
  /// The mean time from the start of one fault to the start of the next.
  public var faultIntervalNanoseconds: Int64 = 1_000_000_000
  /// Whom the faults hit.
  public var targets: [FaultTarget] = [.one, .minority, .majority, .all, .leader]
  /// The shapes of partitions.
  public var partitions: [PartitionKind] = [
    .halves, .majorityMinority, .isolateOne, .isolateLeader, .majorityRing, .bridge, .oneWay,
  ]
  /// The faults, one by one; nil for those that are drawn.
  public var schedule: [ScheduledFault]?
  /// The operations, one by one; nil for those that are drawn.
  public var script: [ScriptedOperation]?
  /// How hard faults hit.
  public var hits = FaultSettings()
  /// What the user said of ``startLimitNanoseconds``; nil for what is usual.
  public var startLimitAsked: Int64?
  /// What the user said of ``recoveryLimitNanoseconds``; nil for what is usual.
  public var recoveryLimitAsked: Int64?
  /// The least that the run must exercise.
  public var coverage = CoverageRequirement(
    completed: 100, completedPerFunction: 1, duringFaults: 1, overlap: 0.01, finalReads: 1)
  /// Whether the run ends as soon as its history is certainly not linearizable.
  public var stopsOnViolation = true
  /// The folder that run folders are made in.
  public var out = "runs"

  /// Makes the plan of `plumbline test` without options.
  public init() {}

  /// The plan of `plumbline simulate` without options.
  public static var simulated: Plan {
    var plan = Plan()
    plan.isSimulated = true
    plan.durationNanoseconds = 10_000_000_000
    plan.rate = 200
    return plan
  }

  /// How many nodes; they are called n1, n2, ….
  public var nodes: Int {
    get {
      if nodesAsked > 0 { return nodesAsked }
      let named = max(endpoints.count, hosts.count)
      return named > 0 ? named : usualNodes
    }
    set { nodesAsked = newValue }
  }

  private var usualNodes: Int {
    driver.map { $0.defaultNodes((try? knobValues($0)) ?? [:]) } ?? 5
  }

  /// The driver of the servers to test, or nil.
  public var driver: (any Driver)? {
    guard !cluster.isEmpty, let driver = Drivers.named(cluster) else { return nil }
    guard way != .existing, let start = command("start") else { return driver }
    return OwnServers(base: driver, start: start, hosts: hosts)
  }

  /// The families of faults, by name; empty for none.
  public var faults: [String] {
    get {
      faultsAsked
        ?? Faults.all.filter {
          ($0.isUsual || isSimulated && $0.isUsualInSimulation)
            && $0.obstacle(in: self) == nil && !($0.needsPeers && nodes < 2)
        }.map(\.name)
    }
    set { faultsAsked = newValue }
  }

  /// The families of faults that the run makes: those of its schedule, where it has one.
  public var families: [String] {
    guard let schedule else { return faults }
    return Faults.all.map(\.name).filter { name in schedule.contains { $0.family == name } }
  }

  /// After how many operations a key gives way to a new one; 0 for never.
  public var operationsPerKey: Int {
    get { operationsPerKeyAsked ?? workloadKind.usualOperationsPerKey }
    set { operationsPerKeyAsked = newValue }
  }

  /// The latency of messages between nodes: the plan's; real wires add none unless it is asked for.
  package var effectiveLatency: Latency {
    guard driver != nil, latency == Latency() else { return latency }
    var none = Latency()
    none.kind = .constant
    none.meanNanoseconds = 0
    return none
  }

  /// How long nodes may take to be ready. Servers of others load more than ours.
  public var startLimitNanoseconds: Int64 {
    get { startLimitAsked ?? (driver == nil ? 10_000_000_000 : 40_000_000_000) }
    set { startLimitAsked = newValue }
  }

  /// How long the cluster may take to answer on every node after the last fault.
  public var recoveryLimitNanoseconds: Int64 {
    get { recoveryLimitAsked ?? (driver == nil ? 10_000_000_000 : 30_000_000_000) }
    set { recoveryLimitAsked = newValue }
  }

  /// Chooses the keys of the plan's operations.
  package var keyChooser: KeyChooser {
    KeyChooser(keys: keys, spread: keySpread, operationsPerKey: operationsPerKey)
  }

  /// The kind of ``workload``.
  package var workloadKind: WorkloadKind { Workloads.named(workload) ?? Workloads.all[0] }

  /// The names of the nodes.
  public var nodeNames: [String] { (1...nodes).map { "n\($0)" } }

  /// The name, or what stands for it: the program's or the protocol's.
  public var runName: String {
    guard name.isEmpty else { return name }
    guard cluster.isEmpty else { return cluster }
    guard let program = nodeCommand.first else { return protocolName }
    let base = program.split(separator: "/").last.map(String.init) ?? program
    return String(base.prefix { $0 != "." })
  }

  /// The votes of a list such as `3,1,1`; nil when it is none.
  public static func votes(_ list: String) -> [Int]? {
    let words = list.split(separator: ",", omittingEmptySubsequences: false)
    let votes = words.compactMap { Int($0) }
    return votes.count == words.count ? votes : nil
  }

  /// The arguments of the embedded node that say who has how many votes.
  package var voteArguments: [String] {
    (votes.isEmpty ? [] : ["--votes", votes])
      + (readVotes == 0 ? [] : ["--read", "\(readVotes)"])
      + (writeVotes == 0 ? [] : ["--write", "\(writeVotes)"])
  }

  /// The mix of operations that are drawn: the plan's, without what the protocol does not serve
  /// unless the plan asks for it.
  public var effectiveMix: WorkloadMix {
    var effective = mix
    let embedded = Protocols.named(protocolName)?.hasCompareAndSet ?? true
    let has =
      driver.map { $0.hasCompareAndSet((try? knobValues($0)) ?? [:]) }
      ?? (embedded || !nodeCommand.isEmpty)
    if mix == WorkloadMix(), !has {
      effective.cas = 0
    }
    return effective
  }

  /// Faults during which their node answers nothing.
  private static let endings: Set<String> = ["kill", "stop", "pause", "power-loss", "bit-rot"]

  /// What the run must exercise: the plan's minimum, for each function of its workload.
  public var requirement: CoverageRequirement {
    var requirement = coverage
    requirement.functions = workloadKind.make(effectiveMix).functions
    // With its only node gone a cluster can complete nothing.
    let families = families
    let leavesNothing = nodes == 1 && families.allSatisfy(Plan.endings.contains)
    if families.isEmpty || leavesNothing { requirement.duringFaults = 0 }
    if !workloadKind.hasFinalReads { requirement.finalReads = 0 }
    return requirement
  }
}

extension Plan {
  /// Plans are equal when every option of theirs is, whoever chose it.
  public static func == (left: Plan, right: Plan) -> Bool { left.json == right.json }
}

/// What the servers that a run starts are kept in.
public enum Isolation: String, Sendable, CaseIterable {
  /// The first of the others that the machine allows.
  case auto
  /// Namespaces of their own: a network that the recorder carries, and nothing left behind.
  case sandbox
  /// The same, with a network that the kernel carries: rules of its cut, lose and limit.
  case rules
  /// The loopback interface of this machine: no faults of the network.
  case loopback

  /// Whether servers are in namespaces of their own.
  public var hasNamespaces: Bool { self == .sandbox || self == .rules }
}
