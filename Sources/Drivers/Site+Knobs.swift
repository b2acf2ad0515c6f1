import Base

extension Site {
  /// The whole milliseconds of a knob that is a duration (`500ms`, `1s`); nil where it is none.
  func milliseconds(_ name: String) -> Int? {
    guard let nanoseconds = Units.nanoseconds(knob(name)), nanoseconds >= 1_000_000,
      nanoseconds % 1_000_000 == 0
    else { return nil }
    return Int(nanoseconds / 1_000_000)
  }
}
