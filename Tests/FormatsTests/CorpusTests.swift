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
  // What is in `field` is there for its faults, and has a table of what is right.
  return names.filter { name in
    !name.hasPrefix("field/")
      && ["edn", "hist", "json", "jsonl", "log", "txt"].contains { name.hasSuffix("." + $0) }
  }.sorted()
}

/// Additions to a key, and a read of one, which returns elements without their key.
private let setFull =
  "587:1: “read” of [0,null] shows values that are pairs [key value], and “read” answered "
  + "[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,… on line 588 that they are not; say --not-keyed, or "
  + "--keyed if the latter is a mistake"

private func backwards(_ lines: Int, first: Int, _ time: Int, after: Int) -> [String] {
  [
    "the times go backwards on \(lines) lines, first on line \(first) (\(time) after \(after)); "
      + "the order is that of the lines (--order time sorts by the times)"
  ]
}

/// Files that are no history by the contract, with what they lack.
private let refused = [
  "elle/custom/comments.edn": "1:1: found no “process” in this event, expected a number",
  "elle/jepsen/long-fork.edn": "1:2: found no “process” in this event, expected a number",
  "elle/jepsen/set_full.edn": setFull, "elle/jepsen/set_full.json": setFull,
]

/// Files that are read with a word of warning.
private let warned = [
  "limo/simple/stack/safe/bidirectional-trap.hist": [
    "line 17: process 1 calls “pop” before its “pop” of line 16 returned; what became of that "
      + "counts as unknown"
  ],
  "knossos/mutex/bad/etcd.edn": backwards(6, first: 6, 584_353_142, after: 585_400_396),
  "knossos/cas-register/bad/rethink-fail.edn":
    backwards(12, first: 30, 100_143_078_065, after: 100_143_078_146),
  "knossos/cas-register/bad/rethink-fail-smaller.edn":
    backwards(12, first: 30, 100_143_078_065, after: 100_143_078_146),
  "knossos/multi-register/good/multi-register.edn":
    backwards(2, first: 7, 7_686_334_122, after: 7_686_455_705),
  "elle/jepsen/bank-tidb.edn":
    backwards(47, first: 3, 10_071_404_999, after: 10_071_427_287),
]

// The corpus lies outside of the repository: without it there is nothing to read.
@Suite(
  "Histories that other tools recorded",
  .enabled(if: File.kind(corpus) == .folder, "no shared corpus beside the project"))
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
