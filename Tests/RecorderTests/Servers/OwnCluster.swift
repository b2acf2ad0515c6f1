import Base
import Formats
import Foundation
import Glibc
import TestMachine

@testable import Experiments
@testable import Recorder

/// A plan for servers of `docs/examples/http_kv.py`, in a folder that is removed afterwards.
struct OwnCluster {
  static let program = Built.root.path + "/docs/examples/http_kv.py"

  let folder = FileManager.default.temporaryDirectory.path + "/plumbline-own-\(UUID())"
  var plan = Plan()

  /// A plan of six seconds and a half with a fault each second and a half.
  init(faults: [String]) throws {
    try File.makeFolder(folder)
    plan.name = "t"
    plan.seed = 3
    plan.cluster = "http"
    plan.isolation = .loopback
    plan.clients = 4
    plan.rate = 400
    plan.mix = WorkloadMix(reading: "read=1,write=1") ?? WorkloadMix()
    plan.faults = faults
    plan.targets = [.one]
    plan.durationNanoseconds = 6_500_000_000
    plan.faultIntervalNanoseconds = 1_500_000_000
    plan.timeoutNanoseconds = 300_000_000
    plan.out = folder + "/runs"
  }

  /// Removes what is left.
  func remove() { try? FileManager.default.removeItem(atPath: folder) }

  /// An address of the loopback network that other tests do not have.
  static func address(_ index: Int) -> String {
    "127.\(150 + getpid() / 250 % 100).\(getpid() % 250).\(index)"
  }

  /// What was noted of each fault: `kill: planned, done, verified, undone`, and by whom.
  static func steps(_ folder: RunFolder) throws -> [String] {
    var names: [Int64: String] = [:]
    var steps: [(Int64, [String])] = []
    for line in try File.read(folder[.faults]).split(separator: 0x0A) {
      let json = try JSONParser.parse(line)
      let number = json["fault"]?.integer ?? 0
      names[number] = json["name"]?.string
      let index =
        steps.firstIndex { $0.0 == number }
        ?? {
          steps.append((number, []))
          return steps.count - 1
        }()
      let evidence = json["evidence"].map { " \($0)" } ?? ""
      steps[index].1.append((json["step"]?.string ?? "") + evidence)
    }
    return steps.map { "\(names[$0.0] ?? ""): \($0.1.joined(separator: ", "))" }
  }

  /// The processes whose arguments name this folder.
  func running() -> [pid_t] {
    let names = (try? File.names(in: "/proc")) ?? []
    return names.compactMap { pid_t($0) }.filter { id in
      guard id != getpid(), let bytes = try? File.read("/proc/\(id)/cmdline") else { return false }
      return String(decoding: bytes, as: UTF8.self).contains(folder)
    }
  }
}
