import Drivers
import Protocols

/// What a run tests: how it has its cluster, with what belongs to that way and to no other.
///
/// Options say it in single words, in any order, and each with what is usual where nobody says
/// anything; ``Plan/target`` is what they come to. Whoever carries a plan out asks for this.
public enum PlanTarget: Sendable {
  /// Nodes of a protocol that ships with us: real processes that talk through the recorder, or
  /// values in virtual time.
  case embedded(EmbeddedTarget)
  /// A program of somebody else's as every node; it talks through the recorder, too.
  case program(ProgramTarget)
  /// Servers that the run starts on this machine.
  case started(StartedTarget)
  /// Servers that the run starts on other machines, through ssh.
  case hosts(HostsTarget)
  /// Servers that are there already.
  case existing(ExistingTarget)

  /// The driver that speaks with the servers; nil where nodes talk through the recorder.
  public var driver: (any Driver)? {
    switch self {
    case .embedded, .program: nil
    case .started(let target): target.driver
    case .hosts(let target): target.driver
    case .existing(let target): target.driver
    }
  }
}

/// Nodes of a protocol that ships with us.
public struct EmbeddedTarget: Sendable {
  /// The protocol's name.
  public var name: String
  /// Its row; nil for one that is in no table.
  public var description: ProtocolDescription? { Protocols.named(name) }
  /// What a node is told beside its name, its members and its seed.
  private let setup: NodeSetup
  /// The same on the command line of a process.
  private let options: [String]

  init(_ plan: Plan) {
    name = plan.protocolName
    var setup = NodeSetup(name: "", members: [], seed: 0, bugs: plan.bugs)
    setup.traces = plan.traces
    setup.knobs = plan.protocolKnobs
    setup.votes = plan.votes.isEmpty ? nil : Plan.votes(plan.votes)
    setup.readVotes = plan.readVotes == 0 ? nil : plan.readVotes
    setup.writeVotes = plan.writeVotes == 0 ? nil : plan.writeVotes
    self.setup = setup
    options =
      plan.bugs.flatMap { ["--bug", $0] } + plan.voteArguments
      + plan.knobs.flatMap { ["--knob", $0] }
  }

  /// What a node of the cluster is told.
  package func setup(of name: String, among members: [String], seed: UInt64) -> NodeSetup {
    var setup = setup
    setup.name = name
    setup.members = members
    setup.seed = seed
    return setup
  }

  /// The arguments of a process that is such a node.
  package func arguments(data: String, trace: String, seed: UInt64) -> [String] {
    ["node", name, "--data", data, "--seed", "\(seed)"] + options
      + (setup.traces ? ["--trace", trace] : [])
  }
}

/// A program of somebody else's as every node.
public struct ProgramTarget: Sendable {
  /// The program, as a shell would find it.
  public var program: String
  /// Its arguments.
  public var arguments: [String]
}

/// Servers that the run starts on this machine.
public struct StartedTarget: Sendable {
  /// Who speaks with them, and knows how they are started.
  public var driver: any Driver
  /// What they are kept in.
  public var isolation: Isolation
  /// Whether the frames between them are kept.
  public var keepsFrames: Bool
  /// Whether all that they wrote stays.
  public var keepsData: Bool
}

/// Servers that the run starts on other machines.
public struct HostsTarget: Sendable {
  /// Who speaks with them, and knows how they are started.
  public var driver: any Driver
  /// The machines, `HOST` or `USER@HOST`, one for each node.
  public var hosts: [String]
  /// The ssh client and its options, as a shell reads them.
  public var ssh: String
  /// The folder there that the data of runs is kept in.
  public var folder: String
}

/// Servers that are there already.
public struct ExistingTarget: Sendable {
  /// Who speaks with them.
  public var driver: any Driver
}

extension Plan {
  /// How the run has its cluster. A plan of options that contradict each other has one of the ways
  /// that they name, and is refused by ``validate()``.
  public var target: PlanTarget {
    guard !isSimulated, let driver else {
      guard !isSimulated, let program = nodeCommand.first else { return .embedded(embedded) }
      return .program(ProgramTarget(program: program, arguments: Array(nodeCommand.dropFirst())))
    }
    if !hosts.isEmpty {
      return .hosts(HostsTarget(driver: driver, hosts: hosts, ssh: ssh, folder: hostFolder))
    }
    guard endpoints.isEmpty else { return .existing(ExistingTarget(driver: driver)) }
    return .started(
      StartedTarget(
        driver: driver, isolation: isolation, keepsFrames: pcap, keepsData: keepsData))
  }

  /// The protocol of ours that the options name, whatever else they say.
  package var embedded: EmbeddedTarget { EmbeddedTarget(self) }
}
