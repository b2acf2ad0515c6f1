import Base

/// One operation on the replicated map, as in Maelstrom's `lin-kv` workload.
public enum Operation: Sendable, Equatable {
  /// What is the key's value?
  case read(key: JSON)
  /// Give the key a value, whether or not it has one.
  case write(key: JSON, value: JSON)
  /// Give the key the value `to` if it has the value `from`.
  case compareAndSet(key: JSON, from: JSON, to: JSON)

  /// The key that it is about.
  var key: JSON {
    switch self {
    case .read(let key), .write(let key, _), .compareAndSet(let key, _, _): key
    }
  }

  /// True when the operation cannot change anything.
  public var isRead: Bool {
    if case .read = self { return true }
    return false
  }
}

/// A client's request: who asks, which of its requests it is, and for what.
public struct ClientRequest: Sendable, Equatable {
  /// The client's name; a client has one request outstanding.
  public var client: String
  /// The request's number; a client's numbers increase.
  public var id: Int64
  /// What is asked.
  public var operation: Operation

  /// A request of a client, to be answered under the same number.
  public init(client: String, id: Int64, operation: Operation) {
    self.client = client
    self.id = id
    self.operation = operation
  }
}

/// The answer to a client's request, with the evidence for the history.
public struct Reply: Sendable, Equatable {
  /// What became of the operation.
  public var result: OperationResult
  /// What the answer rests on; nil for an answer that no leader gave.
  public var evidence: Evidence?
  /// The node that answers the client.
  public var node: String

  /// What came of a request, from the node that the client asked.
  public init(result: OperationResult, evidence: Evidence?, node: String) {
    self.result = result
    self.evidence = evidence
    self.node = node
  }
}

/// What an operation came to.
public enum OperationResult: Sendable, Equatable {
  /// A read that found this value.
  case value(JSON)
  /// A write or compare-and-set that took effect.
  case done
  /// An answer other than success; the code says whether it is definite.
  case error(ErrorCode, text: String)
}

/// The error codes of the Maelstrom protocol that the nodes use.
public enum ErrorCode: Int64, Sendable, CaseIterable {
  /// Nobody knows whether the operation took or will take effect.
  case timeout = 0
  /// The operation certainly did not take effect and never will.
  case temporarilyUnavailable = 11
  /// The request cannot be understood, so nothing was done.
  case malformedRequest = 12
  /// Nobody knows whether the operation took or will take effect.
  case crash = 13
  /// The key has no value (an observation).
  case keyDoesNotExist = 20
  /// The key has another value than `from` (an observation).
  case preconditionFailed = 22

  /// True when the operation certainly did not and never will change anything.
  public var isDefinite: Bool { self != .timeout && self != .crash }
}

/// What an answer rests on, for the history and for quorum analysis.
public struct Evidence: Sendable, Equatable {
  /// The term of the leader that decided; nil where there are no leaders.
  public var term: Int64?
  /// The leader that decided.
  public var leader: String?
  /// What orders the writes: with a log the index of the entry that did the write, or of the last
  /// entry that a read reflects; in a register the version written or read.
  public var revision: Int64
  /// The nodes, the leader included, whose acknowledgement committed the write or confirmed the
  /// read, in membership order; empty when the answer was remembered from an earlier attempt, or
  /// the node that answers was only told of it.
  public var acks: [String]

  /// What a reply says besides; nil where the protocol has no such thing.
  public init(term: Int64?, leader: String?, revision: Int64, acks: [String]) {
    self.term = term
    self.leader = leader
    self.revision = revision
    self.acks = acks
  }
}
