import Base
import Checker
import Findings
import Formats
import Foundation
import Histories
import Testing

/// Histories of the shared corpus, each with what is right to say of it; they lie beside the
/// project, and without them there is nothing to test.
@Suite struct FieldCorpusTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "../shared/corpus/field").standardizedFileURL.path

  struct Row: CustomTestStringConvertible, Sendable {
    var file: String
    var options: String
    var expected: String
    var kind: String
    var testDescription: String { "\(file) \(options)" }
  }

  /// The rows that say what a check of one file finds, without what is not there yet.
  static let rows = all.filter { row in
    (row.kind.hasPrefix("claims") || row.kind.hasPrefix("already"))
      && ["", "--order index"].contains(row.options)
  }

  /// Those of files that other programs wrote.
  static let logs = all.filter { $0.kind == "shapes: files" }

  private static let all: [Row] = {
    let table = (try? String(contentsOfFile: folder + "/verdicts.tsv", encoding: .utf8)) ?? ""
    return table.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { line in
      let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      return cells.count < 4
        ? nil : Row(file: cells[0], options: cells[1], expected: cells[2], kind: cells[3])
    }
  }()

  static var isThere: Bool { FileManager.default.fileExists(atPath: folder + "/verdicts.tsv") }

  @Test(
    .enabled(if: isThere, "no shared corpus beside the project (../shared/corpus)"),
    arguments: rows)
  func everyFileGetsItsVerdict(row: Row) throws {
    var investigate = Investigate()
    if row.options == "--order index" { investigate.reading.order = .index }
    var signal: Int32?
    let found = try #require(HistorySearch(["\(Self.folder)/\(row.file)"]).histories.first)
    let judged = investigate.file(found, signal: &signal)
    guard let findings = judged.findings else {
      #expect(row.expected.contains("error"), "\(judged.outcome)")
      return
    }
    #expect(row.expected.hasPrefix(findings.word), "\(findings.word) \(findings.lacks)")
    if row.expected.contains("nothing unchecked") { #expect(findings.unchecked.isEmpty) }
    if row.expected.contains("hint") { #expect(!findings.repairs.isEmpty) }
    if let story = row.expected.split(separator: ": ").dropFirst().first,
      let told = findings.explanations.first, !story.contains("blame")
    {
      #expect(told.kind.title.lowercased() == story.lowercased())
    }
  }

  /// Logs of other programs, each with what its row asks for; where that is a map, with the one
  /// that is found.
  @Test(
    .enabled(if: isThere, "no shared corpus beside the project (../shared/corpus)"),
    arguments: logs)
  func everyLogIsRead(row: Row) throws {
    let path = "\(Self.folder)/\(row.file)"
    var investigate = Investigate()
    // Some of these are a write alone, to show a notation.
    investigate.allowsVacuous = true
    var expected = row.expected
    if expected.hasPrefix("as ") { expected = try self.expected(of: expected) }
    if row.options == "--keyed" { investigate.reading.keyed = true }
    if row.options.hasPrefix("--format") {
      investigate.reading.format = row.options.split(separator: " ").last.map(String.init)
    }
    if row.options.hasPrefix("--map") {
      let guess = try HistoryReader.guess(path: path)
      #expect(guess.doubts == [])
      investigate.reading.map = guess.map
    }
    if expected.contains("--order time") { investigate.reading.order = .time }
    if expected.contains("--initial unknown") {
      investigate.options = {
        var options = CheckOptions()
        options.initial = .unknown
        return options
      }
    }
    var signal: Int32?
    let found = try #require(HistorySearch([path]).histories.first)
    let findings = try #require(investigate.file(found, signal: &signal).findings)
    #expect(expected.contains(findings.word), "\(findings.word) \(findings.lacks)")
  }

  /// What is right of the file that another row names: `as craft.edn`.
  private func expected(of words: String) throws -> String {
    let name = try #require(words.split(separator: " ").last)
    return try #require(Self.all.first { $0.file.contains("/\(name)") }?.expected)
  }

  @Test(.enabled(if: isThere, "no shared corpus beside the project (../shared/corpus)"))
  func thereAreRows() {
    #expect(Self.rows.count > 30 && Self.logs.count > 5)
  }
}
