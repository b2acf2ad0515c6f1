import Base
import Checker
import Experiments
import Formats
import Histories
import Protocols
import Quorums

@testable import Simulator

/// Simulated runs for tests, and a judge that is the product's: the checker and the quorum rules.
enum Simulated {
  /// The plan of a short run.
  static func plan(_ change: (inout Plan) -> Void = { _ in }) -> Plan {
    var plan = Plan.simulated
    plan.durationNanoseconds = 2_000_000_000
    plan.faultIntervalNanoseconds = 300_000_000
    change(&plan)
    return plan
  }

  /// Runs it.
  static func run(_ change: (inout Plan) -> Void = { _ in }) throws(Failure) -> SimulatedRun {
    try Simulator.run(plan(change))
  }

  /// Whether the history is linearizable, and whether its evidence keeps the rules.
  static func judge(_ run: SimulatedRun) throws(Failure) -> Judgement {
    var judgement = Judgement()
    let history = try HistoryReader.read(run.history, file: "seed \(run.plan.seed)")
    do throws(CheckError) {
      let result = try Checker.check(history, CheckOptions())
      judgement.isViolation = result.verdict == .violation
      if result.verdict == .undecided { judgement.lacks.append("undecided") }
    } catch {
      throw Failure(error.code, error.message)
    }
    judgement.breaksRules = HistoryCheck.run(history, file: "a seed").holds == false
    return judgement
  }

  /// A campaign of such runs.
  static func campaign(_ change: (inout Plan) -> Void = { _ in }) -> Campaign {
    Campaign(plan(change), judge: { (run) throws(Failure) in try judge(run) })
  }
}
