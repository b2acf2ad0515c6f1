import Base

/// One operation of a client: what the history says of it, and how it is done.
package struct Work {
  package var key: Int
  /// The function in the history.
  package var function: String
  /// The value of the invocation.
  package var value: JSON
  package var recipe: Recipe
}

/// How an operation is made of what every cluster has: reads and compare-and-sets of one value.
///
/// An object (a set, a queue, a lock …) is the value of one key. An update reads it and sets the
/// next state where the value is still what was read, until that holds. Each update is one atomic
/// compare-and-set, so the object is linearizable if the cluster's registers are; and a comparison
/// that failed changed nothing, so trying again does not make the outcome doubtful.
package enum Recipe: Equatable {
  /// One request; its outcome is the operation's.
  case ask(Request)
  /// One read; ``Workload/observe(_:)`` makes the operation's value of it.
  case observe
  /// A read, then a compare-and-set to what ``Workload/change(_:process:of:)`` says.
  case update
}

/// What an update makes of the state that was read.
package enum Change: Equatable {
  /// The next state; and the operation's value if that is set.
  case to(JSON, answer: JSON)
  /// Nothing changes (an empty queue); the operation's value.
  case nothing(answer: JSON)
  /// The operation cannot be done now (a lock that is held) and certainly did not happen.
  case refused(String)
}

/// What is known when an operation is drawn.
package struct Moment {
  /// The client's process.
  package var process: Int64
  /// Writes wait, so that reads can see what a fault destroyed.
  package var onlyReads = false
  /// The client's node is cut off; a client that waits for a write sees little.
  package var mostlyReads = false
}

/// Draws operations on one kind of object, and says how each is done.
package protocol Workload {
  /// The functions that it draws from, in the words of the history.
  var functions: [String] { get }
  /// The operation of that function; nil where there is none with that value.
  func work(_ function: String, _ value: JSON, key: Int) -> Work?
  /// Draws an operation on a key.
  mutating func draw(key: Int, _ moment: Moment, _ random: inout SplitMix64) -> Work
  /// The operation that shows what is left of a key: in recovery, and at the end; nil for none.
  func look(key: Int) -> Work?
  /// The value of a read operation, made of the state that was read (`null`: absent).
  func observe(_ state: JSON) -> JSON
  /// What an update makes of a state.
  func change(_ work: Work, process: Int64, of state: JSON) -> Change
  /// Learns from an operation that took effect.
  mutating func learn(_ work: Work, process: Int64, value: JSON, isSwapped: Bool)
  /// Learns that a process will ask nothing more (nobody knows what became of its operation).
  mutating func depart(process: Int64)
  /// Forgets what was learned of a key that is not drawn any more: a long run has many.
  mutating func forget(key: Int)
  /// Whether that look is the last of its key: a queue is emptied one by one.
  func isLast(look value: JSON) -> Bool
}

extension Workload {
  package func work(_ function: String, _ value: JSON, key: Int) -> Work? {
    guard functions.contains(function) else { return nil }
    return Work(
      key: key, function: function, value: value,
      recipe: function == "read" ? .observe : .update)
  }

  package func observe(_ state: JSON) -> JSON { state }
  package func change(_ work: Work, process: Int64, of state: JSON) -> Change {
    .refused("no update")
  }
  package mutating func learn(_ work: Work, process: Int64, value: JSON, isSwapped: Bool) {}
  package mutating func depart(process: Int64) {}
  package mutating func forget(key: Int) {}
  package func isLast(look value: JSON) -> Bool { true }
}

/// A kind of workload, for the table, help and docs.
public struct WorkloadKind: Sendable {
  /// The name on the command line.
  public let name: String
  /// What it does, in one line.
  public let summary: String
  /// The model that its histories are checked against, and its value before the first operation.
  public let model: String
  package let initial: JSON
  /// Whether it looks at what is left at the end.
  package let hasFinalReads: Bool
  /// After how many operations a key gives way to a new one: states that grow get slow, and a lock
  /// whose owner is lost stays locked. 0 for never.
  package let usualOperationsPerKey: Int
  package let make: @Sendable (WorkloadMix) -> any Workload
}

/// The table of workloads.
public enum Workloads {
  /// Every workload, in the order of the documentation.
  public static let all: [WorkloadKind] = [
    WorkloadKind(
      name: "register", summary: "reads, writes and compare-and-sets of one value a key",
      model: "cas-register", initial: .null, hasFinalReads: true, usualOperationsPerKey: 0,
      make: { RegisterWorkload($0) }),
    WorkloadKind(
      name: "set", summary: "elements are added; reads see all", model: "set", initial: [],
      hasFinalReads: true, usualOperationsPerKey: 500, make: { _ in CollectionWorkload("add") }),
    WorkloadKind(
      name: "append-log", summary: "elements are appended; reads see all, in order",
      model: "append-log", initial: [], hasFinalReads: true, usualOperationsPerKey: 500,
      make: { _ in CollectionWorkload("append") }),
    WorkloadKind(
      name: "queue", summary: "first in, first out; emptied at the end", model: "queue",
      initial: [], hasFinalReads: true,
      usualOperationsPerKey: 1000, make: { _ in QueueWorkload() }),
    WorkloadKind(
      name: "counter", summary: "a number that is added to", model: "counter", initial: 0,
      hasFinalReads: true, usualOperationsPerKey: 0, make: { _ in CounterWorkload() }),
    WorkloadKind(
      name: "lock", summary: "one owner at a time", model: "lock", initial: .null,
      hasFinalReads: false, usualOperationsPerKey: 100, make: { _ in LockWorkload() }),
    WorkloadKind(
      name: "unique-ids", summary: "ids that are given out once", model: "unique-ids",
      initial: .null, hasFinalReads: false, usualOperationsPerKey: 0,
      make: { _ in UniqueIDsWorkload() }),
  ]

  /// The workload of that name, or nil.
  public static func named(_ name: String) -> WorkloadKind? { all.first { $0.name == name } }
}
