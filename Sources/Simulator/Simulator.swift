import Base
import Experiments
import Protocols

/// What happens in virtual time?
public enum Simulator {
  /// Runs a plan from its seed to the end: one thread, no clock, no file.
  ///
  /// - Parameters:
  ///   - plan: what is tried.
  ///   - recording: which messages are kept, if any are; what happens is the same with and without.
  /// - Returns: what came of it; the same for the same plan, always.
  /// - Throws: a usage ``Failure`` for a plan that cannot be simulated, and what nodes throw that
  ///   cannot start from what they made durable.
  /// - Complexity: O(events × log events under way).
  public static func run(
    _ plan: Plan, recording: MessageRecording? = nil
  ) throws(Failure) -> SimulatedRun {
    guard let row = Protocols.named(plan.protocolName) else {
      throw Failure(.usage, "there is no protocol “\(plan.protocolName)”")
    }
    return try run(plan, row.node, recording: recording)
  }

  /// Runs a plan with nodes of that type, whatever protocol it names.
  package static func run(
    _ plan: Plan, _ node: any ProtocolNode.Type, recording: MessageRecording? = nil
  ) throws(Failure) -> SimulatedRun {
    // Why: the compiler makes code of its own for a type that it sees, which takes a tenth of the
    // time. A protocol that is not here is simulated all the same.
    if node == RaftNode.self {
      return try Simulation<RaftNode>(plan, recording: recording).finish()
    }
    if node == QuorumRegisterNode.self {
      return try Simulation<QuorumRegisterNode>(plan, recording: recording).finish()
    }
    func finish<Node: ProtocolNode>(_ type: Node.Type) throws(Failure) -> SimulatedRun {
      try Simulation<Node>(plan, recording: recording).finish()
    }
    return try finish(node)
  }
}

extension Simulator {
  /// Runs a plan of Raft nodes, then takes the steps of its nodes again by themselves: the least
  /// that the run could cost.
  ///
  /// - Parameters:
  ///   - plan: what is tried; its protocol is Raft.
  ///   - clock: how much time is gone, in whatever unit.
  /// - Returns: what came of the run, and what the second time took.
  /// - Throws: what ``run(_:recording:)`` throws.
  package static func steps(
    of plan: Plan, clock: () -> Int64
  ) throws(Failure) -> (run: SimulatedRun, took: Int64) {
    let simulation = Simulation<RaftNode>(plan)
    simulation.tape = StepTape()
    let run = try simulation.finish()
    let began = clock()
    try simulation.tape?.replay()
    return (run, clock() - began)
  }
}
