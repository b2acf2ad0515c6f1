import Base
import Formats
import Foundation
import Histories
import Testing

@testable import Recorder

/// Whole runs of the example node.
struct RecordingTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  static func plan(_ change: (inout Plan) -> Void) -> Plan {
    var plan = Plan()
    plan.nodeCommand = ["\(root)/docs/examples/single_node_kv.py"]
    plan.nodes = 3
    plan.faults = []
    plan.durationNanoseconds = 1_000_000_000
    plan.out = FileManager.default.temporaryDirectory.path + "/plumbline-\(UUID())"
    change(&plan)
    return plan
  }

  @Test func aRunWithoutFaultsIsAReadableHistory() throws {
    let plan = Self.plan { _ in }
    defer { try? FileManager.default.removeItem(atPath: plan.out) }
    let outcome = try Recording.run(plan, executable: "/proc/self/exe")
    print(outcome)
    #expect(outcome.problems == [])
    #expect(outcome.ok > 100)
  }

  @Test func aRunUnderFaultsVerifiesThem() throws {
    let plan = Self.plan {
      $0.faults = ["partition", "pause", "loss", "delay", "duplicate"]
      $0.durationNanoseconds = 4_000_000_000
      $0.faultIntervalNanoseconds = 600_000_000
    }
    defer { try? FileManager.default.removeItem(atPath: plan.out) }
    let outcome = try Recording.run(plan, executable: "/proc/self/exe")
    print(outcome)
    #expect(outcome.problems == [])
    #expect(outcome.ok > 100)
  }
}
