/// How often each operation is drawn, as weights.
public struct WorkloadMix: Sendable, Equatable {
  /// The weight of reads.
  public var read = 50
  /// The weight of writes.
  public var write = 30
  /// The weight of compare-and-sets.
  public var cas = 20

  /// Half reads, and more writes than compare-and-sets.
  public init() {}

  /// Any weights from 0 on; one of them at least is more.
  public init(read: Int, write: Int, cas: Int) {
    self.read = read
    self.write = write
    self.cas = cas
  }

  /// The functions of the operations that are drawn at all.
  package var drawn: [String] {
    [("read", read), ("write", write), ("cas", cas)].filter { $0.1 > 0 }.map(\.0)
  }

  /// The operations that are drawn at all: `read, write and cas`.
  public var words: String {
    guard drawn.count > 1, let last = drawn.last else { return drawn.first ?? "nothing" }
    return drawn.dropLast().joined(separator: ", ") + " and " + last
  }
}
