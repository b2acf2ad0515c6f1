import Base
import Testing

@testable import Experiments

/// Clocks that are apart, and what a plan may not have with them.
struct ClocksTests {
  private static func refusal(_ change: (inout Plan) -> Void) -> String? {
    var plan = Plan.simulated
    plan.faults = ["kill", "clock"]
    change(&plan)
    do throws(Failure) {
      try plan.validate()
      return nil
    } catch {
      #expect(error.code == .usage)
      return error.message
    }
  }

  @Test func leasesAreRefusedWithClocksThatNoLeaseAllowsFor() {
    let words =
      "--faults clock: raft with --knobs pre-vote=off, reads=lease assumes clocks that do not jump "
      + "and run at the same speed, each within a factor of 1.05, and promises nothing with "
      + "others; say --clock-shift 0s --clock-rate 1.05, or leave the knob out"
    for (shift, rate, expected) in [
      (30_000_000_000, 5, words), (0, 5, words), (1, 1.05, words), (0, 1.051, words),
      (0, 1.05, nil), (0, 1, nil),
    ] as [(Int64, Double, String?)] {
      let message = Self.refusal {
        $0.knobs = ["pre-vote=off", "reads=lease"]
        $0.hits.clockShiftNanoseconds = shift
        $0.hits.clockRate = rate
      }
      #expect(message == expected, "\(shift) ns, \(rate)")
    }
    #expect(Self.refusal { $0.knobs = ["reads=index"] } == nil)
    #expect(Self.refusal { $0.protocolName = "quorum-register" } == nil)
    #expect(
      Self.refusal {
        $0.knobs = ["reads=lease"]
        $0.faults = ["kill"]
      } == nil)
  }

  /// Faults that are said one by one count, and those that a schedule replaces do not.
  @Test func aScheduleCounts() {
    let clock = ScheduledFault(
      number: 1, family: "clock", startNanoseconds: 1, stopNanoseconds: 2, target: .one,
      partition: nil, seed: 1)
    let refusals = [[clock], []].map { schedule in
      Self.refusal {
        $0.knobs = ["reads=lease"]
        $0.faults = schedule.isEmpty ? ["clock"] : []
        $0.schedule = schedule
      }
    }
    #expect(refusals.map { $0 != nil } == [true, false])
  }

  @Test func tracesAreRefused() {
    #expect(
      Self.refusal { $0.traces = true }
        == "--faults clock: not with --trace-events: the times in the traces of the nodes are "
        + "compared, and would be those of clocks that are apart")
  }

  /// What the options say is no fault is not made.
  @Test func aFaultIsDrawnOfThoseThatDoSomething() {
    for (shift, rate, expected) in [
      (0, 5, ["rate"]), (1_000, 1, ["jump"]), (1_000, 5, ["jump", "rate"]),
    ] as [(Int64, Double, Set<String>)] {
      var settings = FaultSettings()
      settings.clockShiftNanoseconds = shift
      settings.clockRate = rate
      var words: Set<String> = []
      for seed in 1...20 as ClosedRange<UInt64> {
        let scheduled = ScheduledFault(
          number: 1, family: "clock", startNanoseconds: 1, stopNanoseconds: 2, target: .one,
          partition: nil, seed: seed)
        let fault = ClockFault(scheduled, settings, NoHost())
        words.formUnion(fault.details.map(\.0).filter { $0 != "target" })
      }
      #expect(words == expected)
    }
  }

  /// A real run has them of servers only, and damaged records nowhere.
  @Test func whatOnlyTheSimulatorMakesIsRefusedElsewhere() {
    for name in ["bit-rot", "misdirected-write"] {
      for cluster in ["", "etcd", "redis"] {
        let message = Self.refusal {
          $0.isSimulated = false
          $0.cluster = cluster
          $0.faults = [name]
        }
        #expect(
          message
            == "--faults \(name): only plumbline simulate makes it: it knows where the records of "
            + "its nodes are")
      }
      #expect(Self.refusal { $0.faults = [name] } == nil)
    }
    for name in ["bit-rot", "misdirected-write", "clock", "disk-full", "fsync-error"] {
      #expect(!Plan.simulated.faults.contains(name) && !Plan().faults.contains(name))
    }
  }
}

/// Nodes that nothing is done to.
private final class NoHost: FaultHost {
  var names: [String] { ["n1", "n2", "n3"] }
  var leader: Int? { nil }
  var now: Int64 { 0 }
  var counts: Traffic.Counts { Traffic.Counts() }
  var witness: String? { nil }
  var isWorking: Bool { false }
  func state(_ node: Int) -> NodeState { .up }
  func carryOut(_ effect: FaultEffect) throws(Failure) {}
  func isGone(_ node: Int) -> Bool { false }
  func isStopped(_ node: Int) -> Bool { false }
  func isWiped(_ node: Int) -> Bool { false }
  func isRemoved(_ node: Int) -> Bool { false }
  func isMember(_ node: Int) -> Bool { true }
  func isLeading(_ node: Int) -> Bool { false }
  func isCut(_ link: Link) -> Bool { false }
  func standing(of links: [Link]) -> LinkStanding? { nil }
  func sendProbe(_ link: Link) -> UInt64? { nil }
  func hasArrived(_ probe: UInt64) -> Bool { false }
  func loseUnsynced(_ nodes: [Int]) -> JSON? { nil }
  func clockShift(_ node: Int) -> Int64? { nil }
  func refusal(of node: Int) -> JSON? { nil }
  func probe(_ trouble: FaultEffect.DiskTrouble, of node: Int) -> String? { nil }
}
