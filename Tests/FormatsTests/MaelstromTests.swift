import Base
import Foundation
import Histories
import Testing

@testable import Formats

/// Runs in Maelstrom's store, `store/TEST/TIME/`, with the operations of its workloads.
@Suite struct MaelstromTests {
  /// The workloads that models are about: what is said, and the functions and keys that are read.
  private static let workloads: [(name: String, lines: [String], functions: [String], keys: Int)] =
    [
      (
        "lin-kv",
        [
          "{:process 0, :type :invoke, :f :write, :value [0 3], :index 0, :time 10}",
          "{:process 0, :type :ok, :f :write, :value [0 3], :index 1, :time 20}",
          "{:process 1, :type :invoke, :f :read, :value [0 nil], :index 2, :time 30}",
          "{:process :nemesis, :type :info, :f :start-partition, :value nil, :index 3, :time 35}",
          "{:process 1, :type :ok, :f :read, :value [0 3], :index 4, :time 40}",
          "{:process 1, :type :invoke, :f :cas, :value [0 [3 4]], :index 5, :time 50}",
          "{:process 1, :type :fail, :f :cas, :value [0 [3 4]], :index 6, :time 60, "
            + ":error [:precondition-failed \"current value 2 is not 3\"]}",
        ], ["write", "read", "cas"], 1
      ),
      (
        "g-set",
        [
          "{:process 0, :type :invoke, :f :add, :value 3, :index 0, :time 10}",
          "{:process 0, :type :ok, :f :add, :value 3, :index 1, :time 20}",
          "{:process 0, :type :invoke, :f :read, :value nil, :final? true, :index 2, :time 30}",
          "{:process 0, :type :ok, :f :read, :value [3], :final? true, :index 3, :time 40}",
        ], ["add", "read"], 0
      ),
      (
        "pn-counter",
        [
          "{:process 0, :type :invoke, :f :add, :value -3, :index 0, :time 10}",
          "{:process 0, :type :info, :f :add, :value -3, :error :net-timeout, :index 1, :time 20}",
          "{:process 5, :type :invoke, :f :read, :value nil, :index 2, :time 30}",
          "{:process 5, :type :ok, :f :read, :value -3, :index 3, :time 40}",
        ], ["add", "read"], 0
      ),
      (
        "unique-ids",
        [
          "{:process 0, :type :invoke, :f :generate, :value nil, :index 0, :time 10}",
          "{:process 0, :type :ok, :f :generate, :value \"n1-5\", :index 1, :time 20}",
        ], ["generate"], 0
      ),
      (
        "txn-rw-register",
        [
          "{:process 0, :type :invoke, :f :txn, :value [[:r 8 nil] [:w 9 1]], :index 0, :time 10}",
          "{:process 0, :type :ok, :f :txn, :value [[:r 8 nil] [:w 9 1]], :index 1, :time 20}",
        ], ["txn"], 0
      ),
    ]

  /// A run is one history, found by any name of its folder, and nothing beside it is one.
  @Test(arguments: workloads.indices)
  func everyWorkload(place: Int) throws {
    let workload = Self.workloads[place]
    let root = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: root) }
    let run = root + "/store/" + workload.name + "/20260101T101010.123+0100"
    try File.makeFolder(run + "/node-logs")
    for (name, text) in [
      ("history.edn", workload.lines.joined(separator: "\n") + "\n"),
      ("history.txt", "0\t:invoke\t:read\tnil\n"), ("jepsen.log", "INFO [x] jepsen.core: hi\n"),
      ("results.edn", "{:valid? true, :workload {:valid? true}}\n"),
      ("node-logs/n0.log", "0\t:invoke\t:read\tnil\n"), ("messages.svg", "<svg/>"),
    ] { try File.replace(run + "/" + name, with: Array(text.utf8)) }
    try FileManager.default.createSymbolicLink(
      atPath: root + "/store/latest", withDestinationPath: run)
    for folder in [root, root + "/store", run, root + "/store/latest"] {
      let search = HistorySearch([folder])
      #expect(search.histories.count == 1 && search.histories.first?.kind == .jepsenRun)
      let history = try HistoryReader.read(try #require(search.histories.first))
      #expect(Set((0..<history.count).map(history.functionName)) == Set(workload.functions))
      #expect(Set(history.key).count { $0 != ValueTable.none } == workload.keys)
      #expect(history.warnings == [])
    }
  }
}
