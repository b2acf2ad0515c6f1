import Base
import Drivers
import Protocols

/// How a run has its cluster.
public enum ClusterWay: String, Sendable, CaseIterable {
  /// Nodes that talk through the recorder: the embedded protocols, and `--node`.
  case embedded
  /// The same protocols in virtual time, in one process.
  case simulated
  /// Servers that the run starts on this machine.
  case local
  /// Servers that the run starts on other machines, through ssh.
  case ssh
  /// Servers that are there already.
  case existing
}

/// What a family of faults needs where the servers are not children of the recorder.
package struct FaultWay {
  /// The family's name.
  package let family: String
  /// The user's commands that make and undo it; empty where no commands can.
  package let commands: [String]
  /// Whether the recorder makes it on other machines by itself.
  package let isMadeOverSSH: Bool

  /// Every family that can be made elsewhere than on this machine.
  package static let all = [
    FaultWay(family: "partition", commands: ["cut", "heal"], isMadeOverSSH: false),
    FaultWay(family: "kill", commands: ["kill", "start"], isMadeOverSSH: true),
    FaultWay(family: "stop", commands: ["stop", "start"], isMadeOverSSH: true),
    FaultWay(family: "pause", commands: ["pause", "resume"], isMadeOverSSH: true),
    FaultWay(family: "wipe", commands: ["kill", "wipe", "start"], isMadeOverSSH: true),
    FaultWay(family: "membership", commands: [], isMadeOverSSH: true),
  ]

  package static func named(_ family: String) -> FaultWay? { all.first { $0.family == family } }
}

extension FaultFamily {
  /// What makes the fault in a way of having a cluster: `yes`, what it needs, or `no`.
  public func means(in way: ClusterWay) -> String {
    let elsewhere = FaultWay.named(name)
    let commands = elsewhere?.commands.joined(separator: ", ") ?? ""
    if facet == .leadership, ![.simulated, .embedded].contains(way) { return "no" }
    guard realObstacle == nil || way == .simulated else { return "no" }
    switch way {
    case .simulated: return simulationObstacle == nil ? "yes" : "no"
    case .embedded: return needsWires || facet.isOfServers ? "no" : "yes"
    case .local:
      guard needsPeers || facet == .disks else { return "yes" }
      return needsSwitch ? "in a sandbox with packet sockets" : "in a sandbox"
    case .ssh:
      if elsewhere?.isMadeOverSSH ?? false { return "yes" }
      return commands.isEmpty ? "no" : "with \(commands)"
    case .existing: return commands.isEmpty ? "no" : "with \(commands)"
    }
  }

  /// Why a run of that plan cannot make the fault, or nil when it can.
  public func obstacle(in plan: Plan) -> String? {
    if facet == .leadership, plan.way != .simulated, plan.way != .embedded {
      return "only the embedded protocols can be told to, live and simulated"
    }
    if let realObstacle, plan.way != .simulated { return realObstacle }
    switch plan.way {
    case .simulated: return simulationObstacle ?? operatorObstacle(plan)
    case .embedded:
      if facet.isOfServers { return "it needs real servers (--cluster)" }
      if facet.isOfOperators {
        return plan.nodeCommand.isEmpty
          ? operatorObstacle(plan) : "a program of --node cannot be told to"
      }
      return needsWires
        ? "it needs real servers (--cluster): what embedded nodes say has no checksums" : nil
    case .local:
      if let obstacle = memberObstacle(plan) { return obstacle }
      if facet == .disks, !plan.isolation.hasNamespaces {
        return "it mounts disks of the nodes' own (--isolation sandbox)"
      }
      guard needsPeers, plan.isolation != .sandbox else { return nil }
      if plan.isolation == .rules {
        return needsSwitch
          ? "rules of the kernel's can only drop frames; it needs the network between the servers "
            + "to be the recorder's (--isolation sandbox)" : nil
      }
      return "it needs the network between the servers to be the recorder's (--isolation sandbox)"
    case .ssh:
      if let obstacle = memberObstacle(plan) { return obstacle }
      guard !(FaultWay.named(name)?.isMadeOverSSH ?? false) else { return nil }
      return commandObstacle(plan, "the machines of --hosts are not the recorder's")
    case .existing:
      return commandObstacle(plan, "the servers of --endpoints are not ours to hurt")
    }
  }

  /// Why the protocol's nodes do not do what the operator would ask.
  private func operatorObstacle(_ plan: Plan) -> String? {
    guard facet.isOfOperators else { return nil }
    let description = Protocols.named(plan.protocolName)
    if let description, !description.hasOperators {
      return facet == .members
        ? "the members of \(description.name) cannot change" : "\(description.name) has no leaders"
    }
    return facet == .members ? sizeObstacle(plan) : nil
  }

  private func sizeObstacle(_ plan: Plan) -> String? {
    plan.nodes < 3 ? "it needs three nodes or more, so that a majority is left" : nil
  }

  private func commandObstacle(_ plan: Plan, _ reason: String) -> String? {
    guard let needed = FaultWay.named(name)?.commands, !needed.isEmpty else {
      return reason + "; it can be made on servers that the run starts here"
    }
    let missing = needed.filter { plan.command($0) == nil }
    guard !missing.isEmpty else { return nil }
    return reason + "; give " + missing.map { "--command \($0)=…" }.joined(separator: " and ")
  }

  /// Why the driver's members do not allow the fault.
  private func memberObstacle(_ plan: Plan) -> String? {
    if name == "wipe", let driver = plan.driver, driver.hasMembership {
      return "\(driver.name) does not let a node with an empty disk go on under its old name; "
        + "--faults membership empties it and adds the node anew"
    }
    guard name == "membership", let driver = plan.driver else { return nil }
    if !driver.hasMembership {
      return "\(driver.name) has no members that can be taken out and added again"
    }
    return sizeObstacle(plan)
  }
}

extension Plan {
  /// How the run has its cluster.
  public var way: ClusterWay {
    if isSimulated { return .simulated }
    if cluster.isEmpty { return .embedded }
    if !hosts.isEmpty { return .ssh }
    return endpoints.isEmpty ? .local : .existing
  }

  /// The user's command of that name, or nil.
  package func command(_ name: String) -> String? { commands.first { $0.name == name }?.text }

  /// Refuses hosts and commands that the run would have no use for.
  package func validateWay() throws(Failure) {
    guard way != .embedded, way != .simulated else {
      for (name, isGiven) in [("hosts", !hosts.isEmpty), ("command", !commands.isEmpty)]
      where isGiven { throw Failure(.usage, "--\(name) needs --cluster") }
      return
    }
    let useful: [String]
    switch way {
    case .existing: useful = UserCommand.names
    case .ssh: useful = ["start", "cut", "heal", "reach", "ready", "leader"]
    default: useful = ["start", "ready", "leader"]
    }
    for command in commands where !useful.contains(command.name) {
      throw Failure(
        .usage,
        "--command \(command.name): the run starts the servers and does that itself; commands "
          + "for it belong to --endpoints")
    }
    for (first, second) in [("cut", "heal"), ("pause", "resume")]
    where (command(first) == nil) != (command(second) == nil) {
      let missing = command(first) == nil ? first : second
      let given = missing == first ? second : first
      throw Failure(.usage, "--command \(given) is of no use without --command \(missing)=…")
    }
    if way != .existing, let driver, driver.programs.isEmpty {
      throw Failure(
        .usage,
        "--cluster \(driver.name): its servers cannot be started from here; say where they "
          + "are with --endpoints, or how to start one with --command start=…")
    }
    guard way == .ssh else { return }
    guard hostFolder.hasPrefix("/"), !hostFolder.contains("'") else {
      throw Failure(.usage, "--host-folder \(hostFolder): expected an absolute path")
    }
    if !endpoints.isEmpty, endpoints.count != hosts.count {
      throw Failure(
        .usage, "--hosts names \(hosts.count), but --endpoints names \(endpoints.count)")
    }
    if nodesAsked > 0, nodesAsked != hosts.count {
      throw Failure(.usage, "--nodes \(nodesAsked), but --hosts names \(hosts.count)")
    }
    if isolation.hasNamespaces {
      throw Failure(
        .usage, "--isolation \(isolation.rawValue): the servers of --hosts are on other machines")
    }
    for host in hosts
    where host.hasPrefix("-") || host.hasSuffix("@") || host.contains(where: { " '".contains($0) })
    {
      throw Failure(.usage, "--hosts \(host): expected HOST or USER@HOST")
    }
  }
}
