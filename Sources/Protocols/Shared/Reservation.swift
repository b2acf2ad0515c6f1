/// Numbers that are given out once, over restarts too: before one is used, all up to some later one
/// are reserved on disk, and a process that comes back goes on behind those.
struct Reservation: Sendable, Equatable {
  /// The last number that was given out.
  private(set) var issued: Int64 = 0
  /// Up to here numbers may have been given out before a restart (durable).
  private(set) var reserved: Int64 = 0
  private static let block: Int64 = 100_000

  /// The next number, and what must be durable before it is used, if anything.
  mutating func next() -> (number: Int64, mustReserve: Int64?) {
    issued += 1
    guard issued > reserved else { return (issued, nil) }
    reserved = issued + Self.block
    return (issued, reserved)
  }

  /// What an earlier process had reserved.
  mutating func recover(_ reserved: Int64) {
    self.reserved = reserved
    issued = reserved
  }
}
