import Base
import Generator

/// Values that come again and again, so that a read does not say which write it saw.
enum RepeatedBenchmarks {
  static func run(_ suite: Suite) throws(Failure) -> [Measurement] {
    var all: [Measurement] = []
    for (clients, operations) in [(10, 100_000), (30, 10_000)] {
      for indeterminate in [0, 0.05] {
        for error in [nil, "stale-read"] {
          let options = Workload.repeated(
            suite.size(operations), clients: clients, indeterminate: indeterminate, error: error)
          let file = try CheckedFile(options, named: "repeated", in: suite.folder)
          defer { file.remove() }
          let outcome = try file.check(suite, rounds: suite.rounds)
          let unknown = indeterminate > 0 ? "5 % unknown" : "all known"
          all.append(
            Measurement(
              name: "values 0–4, \(clients) clients, \(unknown), \(error ?? "valid")",
              value: outcome.isRight ? outcome.run.wallSeconds : nil, unit: "s",
              bound: .atMost(2), note: outcome.note))
        }
      }
    }
    return all
  }
}

/// Every history of the public corpus in one `check` of the folder, start-up included.
enum CorpusBenchmark {
  static func run(_ suite: Suite) throws(Failure) -> [Measurement] {
    var line = Measurement(
      name: "the public corpus in one check", unit: "s", bound: .atMost(2))
    guard File.kind(suite.corpus) == .folder else {
      line.bound = .none
      line.note = "skipped: there is no \(suite.corpus)"
      return [line]
    }
    var runs: [ChildRun] = []
    for _ in 0..<suite.rounds {
      runs.append(
        try ChildRun(suite.check + [suite.corpus], in: suite.folder))
    }
    runs.sort { $0.wallSeconds < $1.wallSeconds }
    let median = runs[runs.count / 2]
    var counts: [String: Int] = [:]
    for text in String(decoding: median.output, as: UTF8.self).split(separator: "\n") {
      let verdict = (try? JSONParser.parse(String(text)))?["verdict"]?.string ?? "unreadable"
      counts[verdict, default: 0] += 1
    }
    let isDecided = counts["undecided"] == nil && counts["error"] == nil
    line.value = isDecided ? median.wallSeconds : nil
    let tally = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    line.note = tally.joined(separator: ", ") + "; \(median.wallSeconds.thousandths) s"
    return [line]
  }
}
