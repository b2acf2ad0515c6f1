import Base
import Drivers
import Experiments
import Sandbox

/// What a plan needs of the machine.
public enum Doctor {
  /// Refuses a plan whose servers are not on this machine.
  ///
  /// - Throws: ``ExitCode/unavailable``, naming the package that has the first that is missing.
  static func requirePrograms(of plan: Plan) throws(Failure) {
    guard let driver = plan.driver, plan.way == .local else { return }
    for program in driver.programs {
      do throws(Failure) {
        _ = try ProgramPath.resolve(program, packages: driver.packages)
      } catch {
        guard driver.packages.isEmpty else { throw error }
        throw Failure(
          error.code,
          "\(error.message); Debian has no package of it, and --endpoints tests servers that run "
            + "already")
      }
    }
  }

  /// Refuses a plan whose servers have clocks that cannot be shifted.
  ///
  /// - Throws: a usage ``Failure``.
  public static func requireClocks(of plan: Plan) throws(Failure) {
    guard plan.way == .local, let obstacle = plan.clockObstacle else { return }
    for name in plan.families where Faults.named(name)?.facet == .clocks {
      throw Failure(.usage, "\(plan.namesFaults) \(name): \(obstacle)")
    }
  }

  /// Why the plan's ssh client cannot be started here, or nil.
  public static func sshObstacle(_ plan: Plan) -> String? {
    let program = plan.ssh.split(separator: " ").first.map(String.init) ?? ""
    return ProgramPath.obstacle(program, packages: ["openssh-client"], role: "the ssh client")
  }

  /// What is missing here for a plan, a sentence each.
  public static func missing(for plan: Plan, _ machine: [Capability]) -> [String] {
    var missing = OpenFiles.obstacle(plan).map { [$0] } ?? []
    if plan.way == .ssh { return missing + (sshObstacle(plan).map { [$0] } ?? []) }
    guard plan.way == .local else { return missing }
    do throws(Failure) { try requirePrograms(of: plan) } catch { missing.append(error.message) }
    if let obstacle = plan.isolation.obstacle(of: machine) {
      missing.append("--isolation \(plan.isolation.rawValue): \(obstacle)")
    }
    for name in plan.families {
      guard let obstacle = Faults.named(name)?.obstacle(of: machine) else { continue }
      missing.append("\(plan.namesFaults) \(name): \(obstacle)")
    }
    return missing
  }
}

extension FaultFamily {
  /// Why this machine cannot make the fault with servers that a run starts, or nil.
  public func obstacle(of machine: [Capability]) -> String? {
    if needsPeers, let obstacle = Isolation.sandbox.obstacle(of: machine) {
      guard !needsSwitch, Isolation.rules.obstacle(of: machine) == nil else { return obstacle }
    }
    return machine.obstacle(among: capabilities)
  }
}

extension Isolation {
  /// What it is good for, in a line.
  public var purpose: String {
    switch self {
    case .auto: "the first of the others that the machine allows"
    case .sandbox: "plumbline carries every frame between the servers: all faults of the network"
    case .rules: "the kernel carries them, its rules drop them: partition, loss, throttle"
    case .loopback: "addresses of this machine: no faults of the network"
    }
  }

  /// What the machine must allow, by the names of the sandbox's capabilities.
  public var capabilities: [String] {
    switch self {
    case .auto, .loopback: []
    case .sandbox: ["namespaces", "veth", "packets"]
    case .rules: ["namespaces", "veth", "bridge", "nft"]
    }
  }

  /// Why this machine does not allow it, or nil.
  public func obstacle(of machine: [Capability]) -> String? {
    machine.obstacle(among: capabilities)
  }

  /// What ``auto`` comes to on a machine, and why nothing before it does.
  public static func best(
    on machine: [Capability]
  ) -> (isolation: Isolation, obstacles: [String]) {
    var obstacles: [String] = []
    for isolation in [Isolation.sandbox, .rules] {
      guard let obstacle = isolation.obstacle(of: machine) else { return (isolation, obstacles) }
      if !obstacles.contains(obstacle) { obstacles.append(obstacle) }
    }
    return (.loopback, obstacles)
  }
}

extension Plan {
  /// The option that says which faults there are.
  fileprivate var namesFaults: String { schedule == nil ? "--faults" : "--schedule:" }

  /// Why no clock of the cluster's servers can be shifted, or nil.
  package var clockObstacle: String? {
    guard let driver else { return nil }
    var obstacle: String?
    for program in driver.programs {
      guard let path = try? ProgramPath.resolve(program, packages: driver.packages),
        let image = try? ProgramImage(path)
      else { continue }
      guard let found = image.obstacle else { return nil }
      obstacle = found
    }
    return obstacle
  }
}
