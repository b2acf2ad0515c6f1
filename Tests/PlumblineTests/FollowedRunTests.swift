import Base
import Formats
import Foundation
import Histories
import Testing

/// `check --follow` of a run's folder: a pass means as much as one of `check`.
struct FollowedRunTests {
  private static let history = """
    {"plumbline":1,"model":"cas-register","initial":0,"nodes":["n1"]}
    {"process":0,"type":"invoke","f":"write","value":1}
    {"process":1,"type":"invoke","f":"read","value":null,"final":true}
    {"process":0,"type":"ok","f":"write","value":1}
    {"process":1,"type":"ok","f":"read","value":1}

    """

  private func codes(
    _ change: (inout RunRecord) -> Void
  ) throws -> (followed: CommandTests.Ending, checked: CommandTests.Ending) {
    let path = FileManager.default.temporaryDirectory.appending(path: "run-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: path) }
    let folder = RunFolder(path: path.path)
    var record = RunRecord(
      name: "r", seed: 1, startedAt: "", cluster: "", workload: "", faults: [], clients: 2,
      nodes: [RunRecord.Node(name: "n1", answered: 2)],
      requirement: CoverageRequirement(completed: 2, overlap: 0.5, finalReads: 1))
    record.durationNanoseconds = 1
    change(&record)
    try record.write(to: folder)
    try Data(Self.history.utf8).write(to: URL(filePath: folder.history))
    let followed = try CommandTests.run("check", "--follow", "--until-quiet=100ms", folder.history)
    return (followed, try CommandTests.run("check", folder.history))
  }

  /// What is said after the first line, which names what answered.
  private func lacks(_ ending: CommandTests.Ending) -> [String] {
    ending.output.split(separator: "\n").dropFirst().map(String.init)
  }

  @Test func whatIsEnoughPasses() throws {
    let (followed, checked) = try codes { _ in }
    #expect(followed.code == 0 && checked.code == 0)
  }

  @Test func whatWasNotExercisedIsMissed() throws {
    let (followed, checked) = try codes { $0.requirement.functions = ["read", "cas"] }
    #expect(followed.code == 3 && checked.code == 3)
    #expect(lacks(followed) == lacks(checked))
    #expect(followed.output.contains("“cas” was never invoked"))
  }

  @Test func aRunWithoutItsEndIsNoPass() throws {
    let (followed, checked) = try codes { $0.durationNanoseconds = nil }
    #expect(followed.code == 3 && checked.code == 3)
    #expect(lacks(followed) == lacks(checked))
    #expect(followed.output.contains("has not come to the end"))
  }
}
