import Checker
import Histories
import TestSupport
import Testing

@Suite struct ModelExampleTests {
  @Test(arguments: Models.all.map(\.name)) func examplesAreWhatTheySay(name: String) throws {
    let model = try Models.named(name)
    var options = CheckOptions()
    options.model = name
    let legal = try History.text(model.legal.split(separator: "; ").joined(separator: "\n"))
    let illegal = try History.text(model.illegal.split(separator: "; ").joined(separator: "\n"))
    #expect(try Checker.check(legal, options).verdict == .holds)
    #expect(try Checker.check(illegal, options).verdict == .violation)
  }
}
