import Base
import Drivers
import Sandbox

/// What a plan needs of the machine.
public enum Doctor {
  /// Refuses a plan whose servers are not on this machine.
  ///
  /// - Throws: ``ExitCode/unavailable``, naming the package that has the first that is missing.
  static func requirePrograms(of plan: Plan) throws(Failure) {
    guard let driver = plan.driver, plan.way == .local else { return }
    for program in driver.programs {
      _ = try ProgramPath.resolve(program, packages: driver.packages)
    }
  }

  /// Why the plan's ssh client cannot be started here, or nil.
  public static func sshObstacle(_ plan: Plan) -> String? {
    let program = plan.ssh.split(separator: " ").first.map(String.init) ?? ""
    do throws(Failure) {
      _ = try ProgramPath.resolve(program, packages: ["openssh-client"])
      return nil
    } catch { return error.message }
  }

  /// What is missing here for a plan, a sentence each.
  public static func missing(for plan: Plan, _ machine: [Capability]) -> [String] {
    if plan.way == .ssh { return sshObstacle(plan).map { [$0] } ?? [] }
    guard plan.way == .local else { return [] }
    var missing: [String] = []
    do throws(Failure) { try requirePrograms(of: plan) } catch { missing.append(error.message) }
    for name in plan.faults {
      guard let obstacle = Faults.named(name)?.obstacle(of: machine) else { continue }
      missing.append("--faults \(name): \(obstacle)")
    }
    return missing
  }
}

extension FaultFamily {
  /// Why this machine cannot make the fault with servers that a run starts, or nil.
  public func obstacle(of machine: [Capability]) -> String? {
    var needed = capabilities
    if needsPeers { needed += ["namespaces", "veth", "packets"] }
    for name in needed {
      guard let found = machine.first(where: { $0.name == name }) else { return "no \(name)" }
      if let obstacle = found.obstacle { return "\(found.name): \(obstacle)" }
    }
    return nil
  }
}
