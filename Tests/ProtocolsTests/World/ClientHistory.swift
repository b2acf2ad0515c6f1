import Base

@testable import Protocols

/// What the clients saw.
struct ClientHistory {
  /// What was asked; after completion a read holds what it found (0: nothing).
  enum Action: Equatable {
    case read(Int?)
    case write(Int)
    case swap(from: Int, to: Int)
  }

  enum Outcome { case ok, failed, unknown }

  struct Operation {
    var key: Int
    var action: Action
    var invokedAt: Int64
    var completedAt: Int64 = .max
    var outcome = Outcome.unknown
    /// The value that the key certainly had when the operation was done, or was given.
    var observed: Int?
    var evidence: Evidence?
  }

  var operations: [Operation] = []

  mutating func invoke(key: Int, _ action: Action, at time: Int64) -> Int {
    operations.append(Operation(key: key, action: action, invokedAt: time))
    return operations.count - 1
  }

  /// Notes the answer.
  ///
  /// A compare-and-set that found another value becomes a read of that value.
  mutating func complete(_ index: Int, _ reply: Reply, at time: Int64) {
    operations[index].evidence = reply.evidence
    switch reply.result {
    case .value(let value): see(index, Int(value.integer ?? -1), at: time)
    case .done:
      operations[index].outcome = .ok
      operations[index].completedAt = time
      switch operations[index].action {
      case .read: break
      case .write(let value), .swap(_, let value): operations[index].observed = value
      }
    case .error(.keyDoesNotExist, _): see(index, 0, at: time)
    case .error(.preconditionFailed, let text):
      let words = text.split(separator: " ")
      let value = words.firstIndex(of: "value").map { words[$0 + 1].dropLast() } ?? ""
      see(index, Int(value) ?? -1, at: time)
    case .error(let code, _): operations[index].outcome = code.isDefinite ? .failed : .unknown
    }
  }

  private mutating func see(_ index: Int, _ value: Int, at time: Int64) {
    operations[index].outcome = .ok
    operations[index].completedAt = time
    operations[index].action = .read(value)
    operations[index].observed = value
  }

  var completed: Int { operations.count { $0.outcome == .ok } }
}
