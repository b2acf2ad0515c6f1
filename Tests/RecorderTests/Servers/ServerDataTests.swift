import Base
import Formats
import Foundation
import Glibc
import Testing

@testable import Experiments
@testable import Recorder

/// After a run that holds, room that was set aside goes and what explains stays.
struct ServerDataTests {
  private func plan() -> Plan {
    var plan = Plan()
    plan.cluster = "etcd"
    plan.nodes = 2
    return plan
  }

  /// A run's folder with a large write-ahead log, a small file, a large log and a link.
  private func withRun(_ body: (RecordingOutcome) throws -> Void) throws {
    let folder = RunFolder(
      path: FileManager.default.temporaryDirectory.path + "/plumbline-data-\(UUID())")
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    let large = [UInt8](repeating: 1, count: 3 << 20)
    for name in ["n1", "n2"] {
      try File.makeFolder(folder.node(name).path + "/data/member/wal")
      try File.makeFolder(folder.node(name).path + "/disk")
      try File.replace(folder.node(name).path + "/data/member/wal/0.wal", with: large)
      try File.replace(folder.node(name).path + "/data/small", with: [1])
      try File.replace(folder.node(name).path + "/etcd.log", with: large)
    }
    try File.replace(folder.node("n2").path + "/disk/0.wal", with: large)
    // One that was set aside and never written.
    let set = open(folder.node("n1").path + "/data/set", O_WRONLY | O_CREAT, 0o600)
    ftruncate(set, 64 << 20)
    close(set)
    try File.replace(folder.path + "/elsewhere", with: large)
    symlink(folder.path + "/elsewhere", folder.node("n1").path + "/data/link")
    var record = RunRecord(of: plan(), startedAt: "")
    record.durationNanoseconds = 5_000_000_000
    try body(
      RecordingOutcome(
        folder: folder, record: record, invoked: 0, ok: 0, failed: 0, unknown: 0, faultsMade: 0,
        faultsVerified: 0))
  }

  @Test func largeFilesGoAndAreSaid() throws {
    try withRun { outcome in
      let data = ServerData(removedAfter: outcome, of: plan())
      let gone = [
        "nodes/n1/data/member/wal/0.wal", "nodes/n1/data/set", "nodes/n2/data/member/wal/0.wal",
        "nodes/n2/disk/0.wal",
      ]
      #expect(data.removed == gone)
      #expect(data.bytes >= 9 << 20 && data.bytes < 10 << 20)
      #expect(
        data.words
          == "removed \(Units.describe(bytes: data.bytes)) of the servers' data: 4 files of "
          + "more than 1 MiB (--keep-data keeps them)")
      for path in gone { #expect(File.kind("\(outcome.folder.path)/\(path)") == .nothing) }
      for path in ["n1/data/small", "n1/etcd.log", "n2/etcd.log", "n1/data/link"] {
        #expect(File.kind("\(outcome.folder.path)/nodes/\(path)") == .file, "\(path)")
      }
      let log = String(decoding: try File.read(outcome.folder[.log]), as: UTF8.self)
      #expect(log.hasPrefix("5.000000 \(data.words ?? "")\n"))
      #expect(log.hasSuffix("5.000000 removed nodes/n2/disk/0.wal\n"))
      #expect(ServerData(removedAfter: outcome, of: plan()).words == nil)
    }
  }

  @Test func whoWantsToKeepThemKeepsThem() throws {
    try withRun { outcome in
      var kept = plan()
      kept.keepsData = true
      var elsewhere = plan()
      elsewhere.endpoints = ["127.0.0.1:1", "127.0.0.1:2"]
      var embedded = plan()
      embedded.cluster = ""
      for plan in [kept, elsewhere, embedded] {
        #expect(ServerData(removedAfter: outcome, of: plan).removed == [])
      }
      #expect(File.kind(outcome.folder[.log]) == .nothing)
    }
  }
}
