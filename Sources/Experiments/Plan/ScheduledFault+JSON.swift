import Base

/// A fault of a schedule as a plan writes it.
extension ScheduledFault {
  var json: JSON {
    var members: [JSON.Member] = [
      .init("fault", .string(family)), .init("start", JSON(duration: startNanoseconds)),
      .init("stop", JSON(duration: stopNanoseconds)),
    ]
    if let target { members.append(.init("target", .string(target.rawValue))) }
    if let partition { members.append(.init("partition", .string(partition.rawValue))) }
    members.append(.init("seed", JSON(seed)))
    return .object(members)
  }

  /// Reads one; nil for what is none.
  init?(_ json: JSON, number: Int) {
    let known: Set<String> = ["fault", "start", "stop", "target", "partition", "seed"]
    guard let members = json.members, members.allSatisfy({ known.contains($0.name) }),
      let name = json["fault"]?.string, let family = Faults.named(name),
      let start = json["start"]?.string.flatMap(Units.nanoseconds), start >= 0,
      let stop = json["stop"]?.string.flatMap(Units.nanoseconds), stop > start
    else { return nil }
    var target: FaultTarget?
    if let word = json["target"]?.string {
      guard let known = FaultTarget(rawValue: word) else { return nil }
      target = known
    }
    var partition: PartitionKind?
    if let word = json["partition"]?.string {
      guard let known = PartitionKind(rawValue: word) else { return nil }
      partition = known
    }
    if family.hasTarget, target == nil { target = .one }
    if name == "partition", partition == nil { partition = .halves }
    self.init(
      number: number, family: name, startNanoseconds: start, stopNanoseconds: stop,
      target: target, partition: partition,
      seed: json["seed"].flatMap(PlanOption.seed) ?? UInt64(number))
  }
}
