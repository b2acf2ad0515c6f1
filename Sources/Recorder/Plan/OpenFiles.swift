import Base
import Experiments
import Glibc

/// How many files a run has open at the same time, and whether this process may have so many.
///
/// With fewer, clients would be refused connections in the middle of the run, and their operations
/// would look as if the servers had refused them.
enum OpenFiles {
  /// What every run has: streams, logs, the history, what waits for all of them, folders that are
  /// looked through.
  private static let base = 32
  /// A node's pipes or probes, its wires, its disk.
  private static let perNode = 6

  /// The most that a run may need: every client may come to speak with every server.
  static func needed(by plan: Plan) -> Int {
    base + perNode * plan.nodes + (plan.target.driver == nil ? 0 : plan.clients * plan.nodes)
  }

  /// Why a plan cannot be carried out with so many, or nil.
  static func obstacle(_ plan: Plan, limit: UInt64) -> String? {
    let needed = needed(by: plan)
    guard UInt64(needed) > limit else { return nil }
    let remedy = plan.target.driver == nil ? "fewer --nodes" : "fewer --clients or --nodes"
    return "\(plan.clients) \(plan.clients == 1 ? "client" : "clients") and \(plan.nodes) "
      + "\(plan.nodes == 1 ? "node" : "nodes") need up to \(needed) open files, and the limit of "
      + "this process is \(limit): raise it (ulimit -n \(needed)), or ask for \(remedy)"
  }

  /// Why this process cannot carry a plan out, or nil.
  static func obstacle(_ plan: Plan) -> String? {
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0 else { return nil }
    return obstacle(plan, limit: UInt64(limit.rlim_max))
  }

  /// Takes as many as the plan needs, up to what may be had.
  ///
  /// - Throws: ``ExitCode/unavailable`` when that is not enough.
  static func require(_ plan: Plan) throws(Failure) {
    if let obstacle = obstacle(plan) { throw Failure(.unavailable, obstacle) }
    var limit = rlimit()
    let needed = rlim_t(needed(by: plan))
    guard getrlimit(resource, &limit) == 0, limit.rlim_cur < needed else { return }
    limit.rlim_cur = needed
    guard setrlimit(resource, &limit) == 0 else {
      throw Failure(.unavailable, "\(needed) open files: \(File.systemMessage())")
    }
  }

  private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
}
