import Base
import Formats
import Foundation
import Histories
import Testing

@testable import Checker

/// Histories with known verdicts, in `shared/corpus` beside the package or further up: read where
/// they lie, never copied. Without them the suite is skipped.
private let corpus: String = {
  var folder = URL(filePath: #filePath).deletingLastPathComponent()
  while folder.path != "/" {
    let candidate = folder.appendingPathComponent("shared/corpus").path
    if FileManager.default.fileExists(atPath: candidate) { return candidate }
    folder.deleteLastPathComponent()
  }
  return "shared/corpus"
}()

@Suite("Histories with known verdicts", .enabled(if: File.kind(corpus) == .folder))
struct CorpusVerdictTests {
  @Test func everyVerdictAgrees() throws {
    let table = try String(contentsOfFile: corpus + "/verdicts.tsv", encoding: .utf8)
    var count = 0
    for line in table.split(separator: "\n") where !line.hasPrefix("#") {
      let fields = line.split(separator: "\t").map(String.init)
      let words = fields[1].split(separator: " ")
      let history = try HistoryReader.read(path: corpus + "/" + fields[0])
      var options = CheckOptions(budget: Budget(nanoseconds: 120_000_000_000))
      // Reducing long ones takes long in a debug build.
      options.wantsReduction = history.count < 600
      for (option, value) in zip(words, words.dropFirst()) {
        switch option {
        case "--model": options.model = String(value)
        case "--failed-cas": options.failedCas = CheckOptions.FailedCas(rawValue: String(value))
        default: break
        }
      }
      let result = try Checker.check(history, options)
      #expect(result.verdict.rawValue == fields[2], "\(fields[0])")
      for violation in result.violations {
        #expect(violation.operations.contains(violation.culprit), "\(fields[0])")
        #expect(!violation.dilemmas.isEmpty, "\(fields[0])")
      }
      count += 1
    }
    #expect(count > 0)
  }
}
