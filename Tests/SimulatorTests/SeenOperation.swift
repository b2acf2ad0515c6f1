import Base
import Testing

@testable import Simulator

/// What a client saw of one operation, read from the lines of a history in the plainest way.
struct SeenOperation {
  /// What was asked; after completion a read holds what it found.
  enum Action: Equatable {
    case read(Int)
    case write(Int)
    case swap(from: Int, to: Int)
    /// A compare-and-set that found another value.
    case mismatch(from: Int)
  }

  enum Outcome { case ok, failed, unknown }

  /// What stands for a key that was never written.
  static let absent = -1

  var key: String
  var action: Action
  var invokedAt: Int64
  var completedAt: Int64 = .max
  var outcome = Outcome.unknown

  /// Reads the operations of a simulated run of the register workload.
  static func all(of run: SimulatedRun) throws -> [SeenOperation] {
    var operations: [SeenOperation] = []
    var open: [Int64: Int] = [:]
    for line in run.history.split(separator: 0x0A).dropFirst() {
      let event = try JSONParser.parse(line)
      guard let process = event["process"]?.integer else { continue }
      let time = try #require(event["time"]?.integer)
      let value = event["value"] ?? .null
      if event["type"]?.string == "invoke" {
        open[process] = operations.count
        operations.append(
          SeenOperation(
            key: try #require(event["key"]?.string),
            action: try Self.action(try #require(event["f"]?.string), value), invokedAt: time))
        continue
      }
      let invoked = open.removeValue(forKey: process)
      let index = try #require(invoked)
      switch event["type"]?.string {
      case "ok":
        operations[index].outcome = .ok
        operations[index].completedAt = time
        if case .read = operations[index].action { operations[index].action = .read(number(value)) }
        if case .swap(let from, _) = operations[index].action, event["swapped"] == false {
          operations[index].action = .mismatch(from: from)
        }
      case "fail": operations[index].outcome = .failed
      default: break
      }
    }
    return operations
  }

  private static func action(_ function: String, _ value: JSON) throws -> Action {
    switch function {
    case "read": return .read(absent)
    case "write": return .write(number(value))
    default:
      let pair = try #require(value.array)
      return .swap(from: number(pair[0]), to: number(pair[1]))
    }
  }

  private static func number(_ value: JSON) -> Int { value.integer.map { Int($0) } ?? absent }
}
