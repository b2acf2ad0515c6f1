import Base
import Foundation
import Histories
import Testing

@testable import Formats

/// `run.json`: what one command writes, the others read.
struct RunRecordTests {
  static var record: RunRecord {
    var record = RunRecord(
      name: "soak", seed: .max, startedAt: "2026-11-28T07:00:00+01:00", plumbline: "9.9",
      cluster: "2 nodes, etcd", workload: "read on 1 key", faults: ["kill"], clients: 4,
      nodes: [.init(name: "n1", version: "3.5.16", answered: 7), .init(name: "n2")],
      requirement: CoverageRequirement(
        completed: 3, completedPerFunction: 2, functions: ["read", "cas"], duringFaults: 1,
        overlap: 0.25, faults: ["kill"], finalReads: 1))
    record.durationNanoseconds = 15_000_000_123
    record.problems = ["“quoted” \"text\""]
    record.shortcomings = ["n2 never answered"]
    record.stoppedOnViolation = true
    record.interrupted = 15
    return record
  }

  func inFolder(_ body: (RunFolder) throws -> Void) throws {
    let base = FileManager.default.temporaryDirectory.appending(path: "record-\(UUID())")
    try FileManager.default.createDirectory(at: base, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: base) }
    try body(RunFolder(path: base.path))
  }

  @Test("what was written is read again, each member of it")
  func roundTrip() throws {
    try inFolder { folder in
      #expect(try RunRecord(in: folder) == nil)
      try Self.record.write(to: folder)
      #expect(try RunRecord(in: folder) == Self.record)
      var young = Self.record
      young.durationNanoseconds = nil
      young.interrupted = nil
      young.nodes = []
      try young.write(to: folder)
      #expect(try RunRecord(in: folder) == young)
    }
  }

  @Test("what cannot be read names the file and the member")
  func unreadable() throws {
    try inFolder { folder in
      let cases: [(String, String)] = [
        ("{", "this is no JSON"),
        ("{}", "“nodes” must be an array of objects"),
        (
          Self.record.json.description.replacing(#""clients":4"#, with: #""clients":-4"#),
          "“clients” must be a count"
        ),
        (
          Self.record.json.description.replacing(#"["kill"]"#, with: #"["kill",1]"#),
          "“faults” must be an array of strings"
        ),
        (
          Self.record.json.description.replacing(#""signal":15"#, with: #""signal":"x""#),
          "“signal” must not be a string"
        ),
      ]
      for (text, words) in cases {
        try Data(text.utf8).write(to: URL(filePath: folder[.record]))
        let failure = #expect(throws: Failure.self) { try RunRecord(in: folder) }
        #expect(failure?.code == .badInput)
        #expect(failure?.message == "\(folder[.record]): \(words)")
      }
    }
  }

  @Test("a run whose end is not known lacks it; others lack what the recorder and the history say")
  func shortcomings() {
    let coverage = Coverage(of: HistoryBuilder().build())
    var record = Self.record
    record.requirement = CoverageRequirement(
      completed: 0, completedPerFunction: 1, functions: ["add"])
    let never = "“add” was never invoked, at least 1 is needed"
    #expect(record.shortcomings(of: coverage) == ["n2 never answered", never])
    record.durationNanoseconds = nil
    record.shortcomings = []
    #expect(
      record.shortcomings(of: coverage) == [
        "the recorder has not come to the end of the run", never,
      ])
  }

  @Test("a cluster of which no node answered an operation was never there")
  func reached() {
    var record = Self.record
    #expect(record.isReached)
    record.nodes[0].answered = 0
    #expect(!record.isReached)
    #expect(record.json["reached"] == false)
  }
}
