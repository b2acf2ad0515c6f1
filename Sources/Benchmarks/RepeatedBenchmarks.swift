import Base
import Generator

/// Values that come again and again, so that a read does not say which write it saw.
enum RepeatedBenchmarks {
  static func run(_ suite: Suite) throws(Failure) -> [Measurement] {
    var all: [Measurement] = []
    for one in FewValues.all {
      let operations = one.clients > 10 ? 10_000 : 100_000
      let file = try CheckedFile(
        one.options(suite.size(operations)), named: "repeated", in: suite.folder)
      defer { file.remove() }
      let outcome = try file.check(suite, rounds: suite.rounds)
      all.append(
        Measurement(
          name: one.name, value: outcome.isRight ? outcome.run.wallSeconds : nil, unit: "s",
          bound: .atMost(2), note: outcome.note))
    }
    return all
  }
}

/// A compare-and-set register whose values are 0 to 4.
struct FewValues {
  var clients: Int
  var indeterminate: Double
  /// The violation near the end, or nil.
  var error: String?

  /// All that something is promised about.
  static var all: [FewValues] {
    [10, 30].flatMap { clients in
      [0, 0.05].flatMap { indeterminate in
        [nil, "stale-read"].map { error in
          FewValues(clients: clients, indeterminate: indeterminate, error: error)
        }
      }
    }
  }

  var name: String {
    let unknown = indeterminate > 0 ? "5 % unknown" : "all known"
    return "values 0–4, \(clients) clients, \(unknown), \(error ?? "valid")"
  }

  func options(_ operations: Int) -> GeneratorOptions {
    var options = Shape.tenClients(operations)
    options.model = "cas-register"
    options.clients = clients
    options.values = 5
    options.indeterminate = indeterminate
    options.error = error
    options.errorAt = 0.99
    return options
  }
}
