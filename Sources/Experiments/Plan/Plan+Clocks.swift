import Base
import Protocols

/// What else a plan asks for, and clocks that are apart do not go with.
extension Plan {
  /// How many times faster the clock of one node may run than that of the world, or slower, for the
  /// embedded protocol to keep its promises; nil where no promise rests on clocks.
  package var clockLimit: Double? {
    Protocols.named(protocolName)?.clockLimit(protocolKnobs)
  }

  /// Why the plan cannot have the fault `clock` that it has, or nil.
  ///
  /// Of virtual time only: the fault of real servers leaves their monotonic clocks alone.
  package var clockObstacle: String? {
    guard isSimulated, families.contains("clock") else { return nil }
    if traces {
      return "not with --trace-events: the times in the traces of the nodes are compared, and "
        + "would be those of clocks that are apart"
    }
    guard let limit = clockLimit, hits.clockShiftNanoseconds > 0 || hits.clockRate > limit else {
      return nil
    }
    return "\(protocolName) with --knobs \(PlanOption.list(knobs)) assumes clocks that do not "
      + "jump and run at the same speed, each within a factor of \(limit), and promises nothing "
      + "with others; say --clock-shift 0s --clock-rate \(limit), or leave the knob out"
  }

  /// Refuses clocks that the protocol, or a trace, is no good with.
  func validateClocks() throws(Failure) {
    if let clockObstacle { throw Failure(.usage, "--faults clock: \(clockObstacle)") }
  }
}
