import Base
import Histories
import TestSupport
import Testing

@testable import Checker

/// No part of a linearizable history is a certificate, and the whole of any other one is.
@Suite struct RegisterProofTests {
  @Test(arguments: 0..<4) func provesNothingWrong(variant: Int) throws {
    var random = SplitMix64(seed: 500 + UInt64(variant))
    var counts = [0, 0]
    for round in 0..<trials(120) {
      var cases = try RegisterCases(initial: variant & 1 == 1 ? nil : ValueTable.none)
      var shape = RegisterShape(operations: 3 + round % 4)
      shape.domain = variant & 2 == 2 ? nil : 1 + round % 3
      shape.writesInitial = round % 2 == 0
      shape.noise = [0, 0.6][round % 2]
      let task = cases.task(simulatedRegister(shape, &random))
      let truth = Model.casRegister.referee(task.calls, task.settings, task.values)
      let all = Array(task.calls.indices)
      counts[truth ? 1 : 0] += 1
      guard truth else {
        let certificate = RegisterProof.certificate(task, all, .other)
        #expect(certificate != nil, "\(words(task))")
        continue
      }
      for subset in 1..<(1 << all.count) {
        let some = all.filter { subset >> $0 & 1 == 1 }
        let certificate = RegisterProof.certificate(task, some, .other)
        #expect(
          certificate == nil, "\(String(describing: certificate)) of \(some):\n\(words(task))")
      }
    }
    #expect(counts[0] > 5 && counts[1] > 50, "\(counts)")
  }
}
