import Base

/// Every history of the public corpus in one `check` of the folder, start-up included.
///
/// The corpus' table says what the verdicts are; files that are not in it are of models that only
/// other checkers have.
enum CorpusBenchmark {
  static func run(_ suite: Suite) throws(Failure) -> [Measurement] {
    var line = Measurement(name: "the public corpus in one check", unit: "s", bound: .atMost(2))
    guard File.kind(suite.corpus) == .folder else {
      line.bound = .none
      line.note = "skipped: there is no \(suite.corpus)"
      return [line]
    }
    let table = try verdicts(of: suite.corpus)
    // The folders that the table speaks of; others have histories that no budget decides.
    let folders = Set(table.keys.compactMap { $0.split(separator: "/").first }).sorted()
      .map { "\(suite.corpus)/\($0)" }
    var runs: [ChildRun] = []
    for _ in 0..<suite.rounds {
      runs.append(try ChildRun(suite.check + ["--allow-vacuous"] + folders, in: suite.folder))
    }
    runs.sort { $0.wallSeconds < $1.wallSeconds }
    let median = runs[runs.count / 2]
    var files = 0
    var right = 0
    for text in String(decoding: median.output, as: UTF8.self).split(separator: "\n") {
      files += 1
      guard let found = try? JSONParser.parse(String(text)), let verdict = found["verdict"]?.string,
        let file = found["file"]?.string
      else { continue }
      if table[String(file.dropFirst(suite.corpus.count + 1))] == verdict { right += 1 }
    }
    line.value = right == table.count ? median.wallSeconds : nil
    line.note =
      "\(files) files; \(right) of \(table.count) verdicts as the table says, "
      + "\(median.wallSeconds.thousandths) s"
    return [line]
  }

  /// The verdict of each file: file, options and verdict between tabs.
  private static func verdicts(of corpus: String) throws(Failure) -> [String: String] {
    let text = String(decoding: try File.read(corpus + "/verdicts.tsv"), as: UTF8.self)
    var table: [String: String] = [:]
    for row in text.split(separator: "\n") where !row.hasPrefix("#") {
      let cells = row.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      if cells.count == 3 { table[cells[0]] = cells[2] }
    }
    return table
  }
}
