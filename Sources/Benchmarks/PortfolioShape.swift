import Generator

/// One kind of history, as far as the cost of a check depends on it.
struct PortfolioShape {
  var model: GeneratedModel
  var operations: Int
  var clients: Int
  /// How many different values there are, 0 when each is unique.
  var values: Int
  /// The share of outcomes that nobody knows.
  var unknown: Double

  /// What is varied, each from the easier to the harder.
  struct Axes {
    var operations = [400, 2_000, 20_000]
    var clients = [5, 10, 14]
    var values = [0, 20, 3]
    var unknown = [0, 0.02]

    /// The part that `--quick` looks at.
    static let quick = Axes(operations: [100], clients: [5], values: [0, 3])

    /// Every shape of a model and a length, in the order of a map's row.
    func shapes(_ model: GeneratedModel, _ operations: Int) -> [PortfolioShape] {
      unknown.flatMap { unknown in
        values.flatMap { values in
          clients.map { clients in
            PortfolioShape(
              model: model, operations: operations, clients: clients, values: values,
              unknown: unknown)
          }
        }
      }.filter { $0.values == 0 || !PortfolioShape.withoutValues.contains(model.name) }
    }
  }

  /// Models whose operations take no value that could be repeated.
  private static let withoutValues: Set = [
    "lock", "reentrant-lock", "semaphore", "fenced-lock", "unique-ids",
  ]

  /// How many histories are made of it, valid ones and as many violating.
  var seeds: Int { operations > 2_000 ? 2 : 3 }

  /// One of its histories; each violating one has another of the model's violations.
  func options(seed: Int, isValid: Bool) -> GeneratorOptions {
    var options = GeneratorOptions()
    options.model = model.name
    options.operations = operations
    options.clients = clients
    options.values = values
    options.indeterminate = unknown
    options.seed = UInt64(seed)
    if !isValid { options.error = model.errors[(seed - 1) % model.errors.count].name }
    return options
  }

  var name: String {
    "\(model.name), \(operations) operations, \(clients) clients, "
      + (values == 0 ? "unique values" : "\(values) values")
      + (unknown == 0 ? "" : ", \(PortfolioShape.percent(unknown)) unknown")
  }

  static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
}
