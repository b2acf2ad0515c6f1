import Base
import Histories
import TestSupport
import Testing

@testable import Checker

/// The monitors of locks and semaphores, against the referee.
@Suite struct LockMonitorTests {
  struct Kind: Sendable, CustomTestStringConvertible {
    var model: String
    var rung = "lock-sections"
    var permits = 1
    var isReentrant = false
    var isFenced = false
    var testDescription: String { "\(model) \(permits)" }
  }

  static let kinds = [
    Kind(model: "lock"), Kind(model: "reentrant-lock", isReentrant: true),
    Kind(model: "fenced-lock", rung: "fenced-lock-tokens", isFenced: true),
    Kind(model: "semaphore", rung: "semaphore-sweep"),
    Kind(model: "semaphore", rung: "semaphore-sweep", permits: 2),
    Kind(model: "semaphore", rung: "semaphore-sweep", permits: 3),
  ]

  @Test(arguments: kinds) func agreesOnRandomHistories(kind: Kind) throws {
    let model = try Models.named(kind.model)
    var random = SplitMix64(seed: 5)
    var count = RungCount()
    let trials = trials(2500)
    for trial in 0..<trials {
      var shape = Shape(operations: 3 + trial % 9, clients: 2 + trial % 4)
      shape.lies = [0, 0.05, 0.2][trial % 3]
      shape.crashes = [0, 0.1, 0.25][trial % 7 % 3]
      let history = try randomHistory(
        TokenLock(
          lock: SimulatedLock(
            permits: kind.permits, isReentrant: kind.isReentrant, isFenced: kind.isFenced)),
        shape, &random)
      try judge(kind.rung, model, history, permits: kind.permits, &count)
    }
    #expect(count.orders > trials / 8 && count.violations > trials / 8, "\(count)")
    #expect(count.passes == 0, "\(count)")
    let most = max(4, 2 * kind.permits + 2) + 2 * HeldPairs.most
    #expect(count.certificates.values.allSatisfy { $0 <= most }, "\(count)")
    RungQuota.expect(
      kind.rung, decided: count.decided, of: Self.kinds.count { $0.rung == kind.rung })
  }

  /// A lock whose releases name the token, now and then a wrong one.
  struct TokenLock: SimulatedObject {
    var lock: SimulatedLock
    var own: [Int: Int64] = [:]

    mutating func request(_ random: inout SplitMix64, process: Int) -> Request {
      var request = lock.request(&random, process: process)
      if lock.isFenced, request.function == "release", random.chance(0.5) {
        request.input = .integer((own[process] ?? 12) + (random.chance(0.1) ? 2 : 0))
      }
      return request
    }

    mutating func answer(_ request: Request, process: Int) -> JSON? {
      let answer = lock.answer(request, process: process)
      if let token = answer?.integer { own[process] = token }
      return answer
    }

    func lie(_ random: inout SplitMix64, _ request: Request) -> JSON? {
      lock.lie(&random, request)
    }
  }

  @Test(arguments: kinds) func agreesOnAllSmallHistories(kind: Kind) throws {
    let model = try Models.named(kind.model)
    var count = RungCount()
    for size in 1...(trialFactor > 1 ? 4 : 3) {
      for structure in Intervals.all(size) {
        for bits in 0..<(1 << (3 * size)) {
          let labels = (0..<size).map { operation in
            bits >> operation & 1 == 1
              ? Label("release")
              : Label("acquire", nil, kind.isFenced ? .integer(Int64(operation)) : nil)
          }
          let processes = (0..<size).map { bits >> (size + $0) & 1 }
          // A process has one operation open at a time and none after a pending one.
          guard
            let history = try? structure.pending(bits >> (2 * size))
              .history(labels, processes: processes)
          else { continue }
          try judge(kind.rung, model, history, permits: kind.permits, &count)
        }
      }
    }
    #expect(count.orders > 200 && count.violations > 200 && count.passes == 0, "\(count)")
  }
}
