extension JSON {
  /// A duration as a plan writes it: exact, in the largest unit that is whole.
  public init(duration nanoseconds: Int64) {
    for (unit, name) in [(1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us")]
    where nanoseconds % Int64(unit) == 0 {
      self = .string(nanoseconds == 0 ? "0s" : "\(nanoseconds / Int64(unit))\(name)")
      return
    }
    self = .string("\(nanoseconds)ns")
  }
}
