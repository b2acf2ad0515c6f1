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

/// The only counterexamples with more than six operations, by their file.
///
/// All are whole histories of which nothing can be left out: `noSmallerProof` shows of each that
/// no proof can do without the times of any of its operations.
private let large = [
  "limo/simple/stack/violation/figure11.hist": 7,
  "limo/simple/stack/violation/fixpoint.hist": 8,
  "limo/simple/stack/violation/lifo-vdhk2.hist": 8,
  "limo/simple/stack/violation/lifo-violation-dhk-1.hist": 8,
  "limo/simple/stack/violation/lifo-violation-dhk-2.hist": 8,
]

@Suite(
  "Histories with known verdicts",
  .enabled(if: File.kind(corpus) == .folder, "no shared corpus beside the project"))
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
      options.wantsReduction = history.count < 3000
      for (option, value) in zip(words, words.dropFirst()) {
        switch option {
        case "--model": options.model = String(value)
        case "--failed-cas": options.failedCas = CheckOptions.FailedCas(rawValue: String(value))
        default: break
        }
      }
      let result = try Checker.check(history, options)
      #expect(result.word == fields[2], "\(fields[0])")
      for violation in result.violations {
        #expect(violation.operations.contains(violation.culprit), "\(fields[0])")
        #expect(!violation.dilemmas.isEmpty, "\(fields[0])")
        #expect(violation.isProof, "\(fields[0])")
        let size = violation.operations.count
        #expect(size == large[fields[0]] || size <= 6 && large[fields[0]] == nil, "\(fields[0])")
      }
      count += 1
    }
    #expect(count > 0)
  }

  /// As soon as any one operation may have happened at any time, all have an order.
  ///
  /// So a proof must go by the times of all of them: whatever is left out, and for whatever reason,
  /// what is left proves nothing of the operations that went, which may have happened when they
  /// make it right.
  @Test(arguments: large.keys.sorted()) func noSmallerProof(file: String) throws {
    let history = try HistoryReader.read(path: corpus + "/" + file)
    #expect(history.count == large[file])
    let settings = Settings(
      initial: ValueTable.none, observesFailedCas: false, ignoresNullReads: false, permits: 1)
    let calls = (0..<history.count).compactMap {
      Call($0, of: history, as: Call.functions(of: history), settings)
    }
    #expect(!Model.stack.referee(calls, settings, history.values))
    for place in calls.indices {
      var free = calls
      free[place].invoked = -1
      free[place].returned = History.never
      let isLinearizable = Model.stack.referee(free, settings, history.values)
      #expect(isLinearizable, "\(file): \(place)")
    }
  }
}
