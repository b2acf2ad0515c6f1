import Base
import Formats
import Foundation
import Generator
import Histories
import Testing

@testable import Checker

/// What a generated history says about itself is what the referee and the checker find.
@Suite struct GeneratedVerdictTests {
  private static let isLong = ProcessInfo.processInfo.environment["PLUMBLINE_LONG"] != nil

  /// A model and a kind of violation, or none.
  struct Case: Sendable, CustomTestStringConvertible {
    var model: String
    var error: String?
    var testDescription: String { "\(model), \(error ?? "no error")" }
  }

  /// Those that the checker has a model for.
  static let cases: [Case] = Generator.models.flatMap { model -> [Case] in
    guard Models.all.contains(where: { $0.name == model.name }) else { return [] }
    return [Case(model: model.name)] + model.errors.map { Case(model: model.name, error: $0.name) }
  }

  @Test func everyModelOfTheCheckerIsThere() {
    let names = Generator.models.map(\.name)
    // etcd's map is recorded, not generated; its tests simulate it.
    for model in Models.all where model.name != "etcd" { #expect(names.contains(model.name)) }
    for model in Generator.models {
      #expect(!model.errors.isEmpty)
      #expect(Set(model.errors.map(\.name)).count == model.errors.count)
    }
  }

  /// Small histories of every shape; the referee tries every order.
  private static func options(_ some: Case, seed: Int) -> GeneratorOptions {
    var random = SplitMix64(seed: UInt64(seed))
    var options = GeneratorOptions()
    options.model = some.model
    options.error = some.error
    options.seed = random.next()
    options.operations = 6 + random.draw(0..<5)
    options.clients = 2 + random.draw(0..<3)
    options.keys = 1 + random.draw(0..<2)
    options.values = [0, 0, 2, 3][random.draw(0..<4)]
    options.indeterminate = [0, 0.2, 0.5][random.draw(0..<3)]
    options.thinkNanoseconds = [0, 1_000_000][random.draw(0..<2)]
    options.permits = 1 + random.draw(0..<2)
    options.errorAt = [0, 0.5, 0.9, 1][random.draw(0..<4)]
    return options
  }

  private static func verdict(_ options: GeneratorOptions, referee: Bool) throws -> [String?] {
    let bytes = try Generator.bytes(options)
    let history = try HistoryReader.read(bytes, file: "generated")
    let stated = history.header?["verdict"]?.string
    let check = CheckOptions()
    let found = try Checker.check(history, check).word
    guard referee else { return [stated, found] }
    let model = try Models.named(options.model)
    var values = history.values
    let settings = try Settings(check, header: history.header, values: &values)
    let isLinearizable = Checker.partition(history, values: values, settings, check)
      .allSatisfy { model.referee($0.task.calls, settings, values) }
    return [stated, found, isLinearizable ? "linearizable" : "violation"]
  }

  @Test(arguments: cases)
  func refereeAndCheckerFindWhatIsStated(_ some: Case) throws {
    let expected = some.error == nil ? "linearizable" : "violation"
    for seed in 0..<(Self.isLong ? 3000 : 100) {
      let options = Self.options(some, seed: seed)
      let verdicts = try Self.verdict(options, referee: true)
      #expect(verdicts == [expected, expected, expected], "\(options)")
    }
  }

  /// Longer ones, with more clients than the referee has time for.
  @Test(arguments: cases)
  func theCheckerFindsWhatIsStatedInLongerOnes(_ some: Case) throws {
    let expected = some.error == nil ? "linearizable" : "violation"
    for seed in 0..<(Self.isLong ? 200 : 5) {
      var options = Self.options(some, seed: 7000 + seed)
      options.operations = 60
      options.indeterminate = min(options.indeterminate, 0.1)
      let verdicts = try Self.verdict(options, referee: false)
      #expect(verdicts == [expected, expected], "\(options)")
    }
  }
}
