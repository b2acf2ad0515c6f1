import Base
import Testing

@testable import Simulator

/// A clock that jumps and drifts, by the world's.
struct SimulatedClockTests {
  @Test func itKeepsWhatItGained() {
    var clock = SimulatedClock(zero: 700)
    #expect(clock.reading(at: 50) == 750)
    clock.run(5, at: 100)
    #expect(clock.reading(at: 100) == 800 && clock.reading(at: 110) == 850)
    #expect(clock.shift(at: 110) == 40)
    clock.settle(at: 200)
    #expect(clock.reading(at: 200) == 1_300 && clock.reading(at: 201) == 1_301)
    #expect(clock.shift(at: 900) == 0)
    clock.jump(-1_000, at: 300)
    #expect(clock.reading(at: 300) == 400 && clock.shift(at: 999) == -1_000)
    clock.jump(30, at: 310)
    #expect(clock.reading(at: 310) == 440 && clock.shift(at: 310) == -970)
  }

  /// A timer that comes a nanosecond too early is none to its node.
  @Test func aMomentIsTheFirstThatIsNotTooEarly() {
    var random = SplitMix64(seed: 1)
    for rate in [1, 5, 1.0 / 5, 1.05, 1 / 1.05, 1_000, 0.001, 1.0 / 3] {
      var clock = SimulatedClock(zero: Int64(random.draw(0..<1_000_000_000)))
      clock.run(rate, at: Int64(random.draw(0..<1_000_000_000)))
      for _ in 0..<200 {
        let time = 1_000_000_000 + Int64(random.draw(0..<1_000_000_000))
        let wanted = clock.reading(at: time) + Int64(random.draw(1..<300_000_000))
        let moment = clock.moment(of: wanted, from: time)
        #expect(moment > time && clock.reading(at: moment) >= wanted)
        // A rounded product may be one too late, and what that is in the world's time.
        let early = moment - 1 - Int64(1 / rate)
        #expect(clock.reading(at: early) <= wanted, "rate \(rate)")
      }
      #expect(clock.moment(of: 0, from: 2_000_000_000) == 2_000_000_000)
    }
  }
}
