import Base
import Formats
import Foundation
import Histories
import Testing

/// Recorded histories of other tools, in `shared/corpus` beside the package or further up: they are
/// not part of the repository.
private let corpus: String = {
  var folder = URL(fileURLWithPath: #filePath)
  while folder.path != "/" {
    folder.deleteLastPathComponent()
    let candidate = folder.appendingPathComponent("shared/corpus").path
    if File.kind(candidate) == .folder { return candidate }
  }
  return "shared/corpus"
}()

private func files() -> [String] {
  let names = FileManager.default.enumerator(atPath: corpus)?.compactMap { $0 as? String } ?? []
  return names.filter { name in
    ["edn", "hist", "json", "jsonl", "log", "txt"].contains { name.hasSuffix("." + $0) }
  }.sorted()
}

/// Files that are no history by the contract, with what they lack.
private let refused = [
  "elle/custom/comments.edn": "1:1: found no “process” in this event, expected a number",
  "elle/jepsen/long-fork.edn": "1:2: found no “process” in this event, expected a number",
]

/// Files that are read with a word of warning.
private let warned = [
  "limo/simple/stack/safe/bidirectional-trap.hist": [
    "line 17: process 1 calls “pop” before its “pop” of line 16 returned; what became of that "
      + "counts as unknown"
  ]
]

// The corpus lies outside of the repository: without it there is nothing to read.
@Suite(
  "Histories that other tools recorded", .enabled(if: File.kind(corpus) == .folder))
struct CorpusTests {
  @Test("every file is read by content, without a warning, or refused for what it lacks")
  func everyFile() throws {
    for name in files() {
      let path = corpus + "/" + name
      if let lack = refused[name] {
        #expect(throws: Failure(.badInput, "\(path):\(lack)")) {
          try HistoryReader.read(path: path)
        }
        continue
      }
      let history = try HistoryReader.read(path: path)
      #expect(history.eventCount > 0, "\(name)")
      #expect(history.warnings == warned[name, default: []], "\(name)")
    }
  }

  // The larger files are more of the same, and a debug build takes its time.
  @Test("JSON lines and EDN carry the same history to and fro, in every file of up to 60 kB")
  func roundTrips() throws {
    for name in files() where refused[name] == nil {
      let bytes = try File.read(corpus + "/" + name)
      guard bytes.count <= 60_000 else { continue }
      let history = try HistoryReader.read(bytes, file: name)
      let json = JSONLinesWriter.bytes(of: history)
      let first = try HistoryReader.read(EDNWriter.bytes(of: history), file: name)
      #expect(JSONLinesWriter.bytes(of: first) == json, "\(name)")
      let second = try HistoryReader.read(json, file: name)
      let third = try HistoryReader.read(EDNWriter.bytes(of: second), file: name)
      #expect(JSONLinesWriter.bytes(of: third) == json, "\(name)")
    }
  }
}
