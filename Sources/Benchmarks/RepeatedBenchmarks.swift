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
