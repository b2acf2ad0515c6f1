import Base

/// One fault that a schedule asks for; the leader is looked up when it is made.
public struct ScheduledFault: Sendable, Equatable {
  /// Its number, from 1.
  public var number: Int
  /// The family's name.
  public var family: String
  /// When it is made, nanoseconds from the start of the clients.
  public var startNanoseconds: Int64
  /// When it is undone.
  public var stopNanoseconds: Int64
  /// Whom it hits, for families that hit nodes.
  public var target: FaultTarget?
  /// The shape, for partitions.
  public var partition: PartitionKind?
  /// Where its own draws come from.
  public var seed: UInt64

  package init(
    number: Int, family: String, startNanoseconds: Int64, stopNanoseconds: Int64,
    target: FaultTarget?, partition: PartitionKind?, seed: UInt64
  ) {
    self.number = number
    self.family = family
    self.startNanoseconds = startNanoseconds
    self.stopNanoseconds = stopNanoseconds
    self.target = target
    self.partition = partition
    self.seed = seed
  }

  /// One line of `--dry-run`: `1.2 s – 2.1 s  partition (halves)`.
  public var description: String {
    let detail = target?.rawValue ?? partition?.rawValue
    let times = [startNanoseconds, stopNanoseconds].map {
      "\(Double($0 / 1_000_000) / 1000) s"
    }
    return "\(times[0]) – \(times[1])  \(family)" + (detail.map { " (\($0))" } ?? "")
  }
}
