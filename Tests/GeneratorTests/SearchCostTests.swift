import Formats
import Generator
import Histories
import Testing

@testable import Checker

/// What the search costs on generated histories, counted in steps, which no machine changes.
@Suite struct SearchCostTests {
  /// While pending operations are used up as quickly as they come, a history of this length takes
  /// six steps an operation, and ten times as long a one fifty (``Steps/candidate(_:_:)``).
  @Test func pendingOperationsAreNotUsedUp() throws {
    var options = GeneratorOptions()
    options.model = "cas-register"
    options.operations = 20_000
    options.clients = 10
    options.values = 5
    options.indeterminate = 0.05
    options.seed = 1
    let history = try HistoryReader.read(try Generator.bytes(options), file: "generated")
    let result = try Checker.check(history, CheckOptions())
    #expect(result.verdict == .holds)
    #expect(result.algorithm == Engine.depthFirst)
    #expect(result.statistics.steps < 2 * options.operations)
    #expect(result.statistics.configurations < options.operations / 2)
  }
}
