import Base
import Checker
import Findings
import Testing

/// One lattice for every command: what outranks what.
@Suite struct EndingTests {
  private static let all: [Ending] =
    [.holds, .inconclusive, .undecided]
    + [ExitCode.unavailable, .usage, .missingInput, .badInput, .cannotCreate, .inputOutput].map {
      .failed($0)
    } + [.interrupted(2), .failed(.defect), .violation]

  @Test func theWorseOfTwoIsKept() {
    for (place, one) in Self.all.enumerated() {
      for (other, second) in Self.all.enumerated() {
        let worse = Self.all[max(place, other)]
        #expect(one.merged(with: second) == worse, "\(one) and \(second)")
        #expect(second.merged(with: one) == worse, "\(second) and \(one)")
      }
    }
  }

  @Test func aViolationOutranksEverything() {
    for ending in Self.all { #expect(ending.merged(with: .violation).exitCode == .violation) }
  }

  @Test func aPassThatRestsOnTooLittleIsNone() {
    #expect(Ending(.holds, lacks: []).exitCode == .success)
    #expect(Ending(.holds, lacks: ["too little"]).exitCode == .inconclusive)
    #expect(Ending(.undecided, lacks: ["too little"]).exitCode == .undecided)
    #expect(Ending(.violation, lacks: ["too little"]).exitCode == .violation)
    #expect(Ending(signal: 15).exitCode == .terminated)
    #expect(Ending(signal: 2).exitCode == .interrupted)
    #expect(Ending(signal: nil) == .holds)
  }
}
