import Base

/// What a plan gives one by one instead of having it drawn.
extension Plan {
  /// Refuses a schedule with faults that the plan's cluster cannot have, or that come too late.
  func validateSchedule() throws(Failure) {
    for fault in schedule ?? [] {
      let place = "--schedule: fault \(fault.number), \(fault.family)"
      if let obstacle = Faults.named(fault.family)?.obstacle(in: self) {
        throw Failure(.usage, "\(place): \(obstacle)")
      }
      if fault.startNanoseconds >= durationNanoseconds {
        throw Failure(
          .usage,
          "\(place): it starts at \(Units.describe(nanoseconds: fault.startNanoseconds)), when "
            + "--duration is over")
      }
      if fault.stopNanoseconds <= fault.startNanoseconds {
        throw Failure(.usage, "\(place): it ends when it starts")
      }
    }
  }

  /// Refuses a script with operations that the plan's workload, clients, nodes or keys do not have.
  func validateScript() throws(Failure) {
    let workload = workloadKind.make(effectiveMix)
    for (number, operation) in (script ?? []).enumerated() {
      let place = "--script: operation \(number + 1), \(operation.function)"
      guard workload.work(operation.function, operation.value, key: operation.key) != nil else {
        throw Failure(
          .usage,
          "\(place) with the value \(operation.value): the workload \(self.workload) has "
            + "none such; it has \(PlanOption.list(workload.functions))")
      }
      if operation.at >= durationNanoseconds {
        throw Failure(
          .usage,
          "\(place): it begins at \(Units.describe(nanoseconds: operation.at)), when --duration "
            + "is over")
      }
      for (name, index, count) in [
        ("client", operation.client, clients), ("node", operation.node, nodes),
        ("key", operation.key, keys),
      ] where index >= count {
        throw Failure(
          .usage, "\(place): there is no \(name) \(index), the first of \(count) is 0")
      }
    }
  }
}
