import Foundation
import Testing

@testable import Formats

/// A run's folder: each name once, and found again from the history in it.
struct RunFolderTests {
  @Test("a history's file names the folder that it lies in, and no other file does")
  func ofHistory() {
    #expect(RunFolder(ofHistory: "runs/a/history.jsonl")?.path == "runs/a")
    #expect(RunFolder(ofHistory: "history.jsonl")?.path == ".")
    #expect(RunFolder(ofHistory: "/history.jsonl")?.path == "/")
    #expect(RunFolder(ofHistory: "runs/a/my-history.jsonl") == nil)
    #expect(RunFolder(ofHistory: "runs/a/history.jsonl.gz") == nil)
  }

  @Test("slashes at the end do not matter")
  func slashes() {
    #expect(RunFolder(path: "runs/a//") == RunFolder(path: "runs/a"))
    #expect(RunFolder(path: "/").path == "/")
    #expect(RunFolder(path: "runs/a/").history == "runs/a/history.jsonl")
    #expect(RunFolder(path: "a").node("n1").log(ofRole: "server") == "a/nodes/n1/server.log")
  }

  @Test("traces are those of the nodes that have one, in the order of their names")
  func traces() throws {
    let base = FileManager.default.temporaryDirectory.appending(path: "run-\(UUID())")
    defer { try? FileManager.default.removeItem(at: base) }
    let folder = RunFolder(path: base.path)
    #expect(folder.traces == [])
    for name in ["n2", "n1", "n3"] {
      try FileManager.default.createDirectory(
        atPath: folder.node(name).path, withIntermediateDirectories: true)
    }
    for name in ["n3", "n1"] {
      try Data().write(to: URL(filePath: folder.node(name).trace))
    }
    #expect(folder.traces == [folder.node("n1").trace, folder.node("n3").trace])
    #expect(!folder.hasPlan && !folder.hasHistory)
    try Data().write(to: URL(filePath: folder.plan))
    #expect(folder.hasPlan && !folder.hasHistory)
  }
}
