import Base
import Testing

@testable import Experiments

/// The operations of an open loop.
struct ArrivalsTests {
  @Test func theyComeAtTheirRateWhoeverWaits() {
    var random = SplitMix64(seed: 3)
    var arrivals = Arrivals(perSecond: 1_000)
    arrivals.begin(at: 0)
    arrivals.advance(to: 10_000_000_000, &random)
    // Ten thousand are expected; the deviation of a Poisson process is its root.
    #expect((9_500...10_500).contains(arrivals.waiting))
    #expect(arrivals.nextDue == 0)
    var taken = 0
    while arrivals.take() { taken += 1 }
    #expect((9_500...10_500).contains(taken) && !arrivals.take())
    #expect(arrivals.nextDue > 10_000_000_000)
  }
}
