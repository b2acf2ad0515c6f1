import Base

public struct RaftNode: ProtocolNode {
  public typealias Message = RaftMessage
  public enum Timer: String, Hashable, Sendable, CaseIterable { case election, heartbeat, retry }
  public init(_ setup: NodeSetup, recovering records: [[UInt8]]) throws(Failure) {
  }
  public mutating func receive(_ input: Input, at now: Int64) -> [Effect] { [] }
}
