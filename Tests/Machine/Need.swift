import Base
import Sandbox
import Testing

/// What a test needs of the machine, found out by the probes of `plumbline doctor` when the test is
/// about to run. Where it is not there the test is skipped with the sentence of the probe.
public struct Need: TestTrait, SuiteTrait {
  private let obstacle: @Sendable () -> String?

  /// Makes a need; the closure says why it is not met, or nil.
  public init(_ obstacle: @escaping @Sendable () -> String?) {
    self.obstacle = obstacle
  }

  /// A suite's need is that of each of its tests.
  public var isRecursive: Bool { true }

  /// Skips the test where its need is not met.
  public func prepare(for test: Test) async throws {
    guard let sentence = obstacle() else { return }
    try await ConditionTrait.enabled(if: false, Comment(rawValue: sentence)).prepare(for: test)
  }
}

extension Trait where Self == Need {
  /// What the sandbox's probe calls so: `fuse`, `compiler`, ….
  public static func needs(_ capabilities: String...) -> Need {
    Need { ThisMachine.capabilities.obstacle(among: capabilities) }
  }

  /// Programs, as a driver names them, with the Debian packages that have them.
  public static func needs(programs: [String], packages: [String] = []) -> Need {
    Need {
      for program in programs {
        if let obstacle = ThisMachine.obstacle(program, packages) { return obstacle }
      }
      return nil
    }
  }

  /// An interpreter of Python that runs.
  public static var needsPython: Need { Need { ThisMachine.pythonObstacle } }
}

/// What was found out of the machine, once for all tests.
public enum ThisMachine {
  /// What it allows whoever runs the tests.
  public static let capabilities: [Capability] = Sandbox.probe()

  /// Why a program cannot be run, or nil.
  public static func obstacle(_ program: String, _ packages: [String] = []) -> String? {
    ProgramPath.obstacle(program, packages: packages)
  }

  /// Why no Python runs, or nil: a name in PATH may be that of a version manager without a version.
  static let pythonObstacle: String? = {
    if let obstacle = obstacle("python3", ["python3"]) { return obstacle }
    let run = Built.run("/usr/bin/env", ["python3", "-c", "import http.server, json, socket"])
    let last = run.said.split(separator: "\n").last ?? "exit code \(run.code)"
    return run.code == 0 ? nil : "python3 is in PATH and does not run: \(last)"
  }()
}
