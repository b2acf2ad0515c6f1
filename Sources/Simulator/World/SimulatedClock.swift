/// The monotonic clock of a machine, which is the only one that its node reads.
///
/// It has a zero of its own and runs as fast as the world's, until a fault has it run at another
/// rate, or jump. What it has gained or lost stays: a monotonic clock has no right time to go back
/// to, and a step back is one of the faults.
struct SimulatedClock {
  /// When it last jumped or changed its rate, by the world's clock, and what it showed then.
  private var since: Int64 = 0
  private var shown: Int64
  private var rate = 1.0
  /// How far it was from the world's clock when nothing was wrong with it.
  private var offset: Int64

  /// A clock that shows that when the world begins.
  init(zero: Int64) {
    shown = zero
    offset = zero
  }

  /// What it shows at a time of the world.
  func reading(at time: Int64) -> Int64 {
    let passed = time - since
    return shown + (rate == 1 ? passed : Int64(Double(passed) * rate))
  }

  /// The world's time, from a given one on, at which it shows that or more.
  func moment(of reading: Int64, from time: Int64) -> Int64 {
    let left = reading - self.reading(at: time)
    guard left > 0 else { return time }
    guard rate != 1 else { return time + left }
    var moment = time + Int64(Double(left) / rate)
    // Never too early: a node looks at its clock to see whether a timer is due.
    while self.reading(at: moment) < reading { moment += 1 }
    return moment
  }

  /// How far it is off since something is wrong with it.
  func shift(at time: Int64) -> Int64 { reading(at: time) - time - offset }

  /// From now on it runs so many times as fast as the world's.
  mutating func run(_ rate: Double, at time: Int64) {
    shown = reading(at: time)
    since = time
    self.rate = rate
  }

  /// It jumps now, forwards or back.
  mutating func jump(_ nanoseconds: Int64, at time: Int64) {
    shown = reading(at: time) + nanoseconds
    since = time
  }

  /// Nothing is wrong with it any more.
  mutating func settle(at time: Int64) {
    run(1, at: time)
    offset = shown - time
  }
}
