extension JSON {
  /// A number of 64 bits without a sign, such as a seed; above the largest integer by its digits.
  public init(_ number: UInt64) {
    self = Int64(exactly: number).map { .integer($0) } ?? .number("\(number)")
  }
}
