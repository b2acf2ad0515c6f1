/// A clock that never goes back, made from one that may: where it does, no time has passed.
///
/// Whoever keeps deadlines would otherwise wait as long as the clock was set back.
struct SteadyClock: Sendable {
  private var latest: Int64 = .min
  /// What the other clock lacks of it.
  private var lead: Int64 = 0

  /// What it shows when the other clock shows that.
  mutating func read(_ reading: Int64) -> Int64 {
    if reading + lead < latest { lead = latest - reading }
    latest = reading + lead
    return latest
  }
}
