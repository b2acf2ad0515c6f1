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
    guard case .started(let servers) = plan.target else { return }
    try requirePrograms(of: servers.driver)
  }

  private static func requirePrograms(of driver: any Driver) throws(Failure) {
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
    guard case .started(let servers) = plan.target,
      let obstacle = clockObstacle(of: servers.driver)
    else { return }
    for name in plan.families where Faults.named(name)?.facet == .clocks {
      throw Failure(.usage, "\(plan.namesFaults) \(name): \(obstacle)")
    }
  }

  /// Why an ssh client, given with its options, cannot be started here, or nil.
  public static func obstacle(ofClient ssh: String) -> String? {
    let program = ssh.split(separator: " ").first.map(String.init) ?? ""
    return ProgramPath.obstacle(program, packages: ["openssh-client"], role: "the ssh client")
  }

  /// What is missing here for a plan, a sentence each.
  public static func missing(for plan: Plan, _ machine: [Capability]) -> [String] {
    let files = OpenFiles.obstacle(plan).map { [$0] } ?? []
    switch plan.target {
    case .embedded, .program, .existing: return files
    case .hosts(let target): return files + (obstacle(ofClient: target.ssh).map { [$0] } ?? [])
    case .started(let target): return files + missing(for: target, plan, machine)
    }
  }

  private static func missing(
    for target: StartedTarget, _ plan: Plan, _ machine: [Capability]
  ) -> [String] {
    var missing: [String] = []
    do throws(Failure) { try requirePrograms(of: target.driver) } catch {
      missing.append(error.message)
    }
    if let obstacle = target.isolation.obstacle(of: machine) {
      missing.append("--isolation \(target.isolation.rawValue): \(obstacle)")
    }
    for name in plan.families {
      guard let obstacle = Faults.named(name)?.obstacle(of: machine) else { continue }
      missing.append("\(plan.namesFaults) \(name): \(obstacle)")
    }
    return missing
  }

  /// Why no clock of a driver's servers can be shifted, or nil.
  static func clockObstacle(of driver: any Driver) -> String? {
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
}
