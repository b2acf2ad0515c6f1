import Base

/// How much of the work is reading: a fraction, or several with their weights.
public struct AccessMix: Sendable, Equatable {
  /// The read fractions from 0 to 1, each with its share of the time; the shares add up to 1.
  public private(set) var fractions: [(read: Double, weight: Double)]

  /// The same share of reads at all times, from 0 (writes only) to 1 (reads only).
  public init(readFraction: Double) { fractions = [(readFraction, 1)] }

  /// Makes a distribution of fractions; weights are scaled to add up to 1.
  ///
  /// - Precondition: fractions from 0 to 1, weights not negative, one above 0.
  public init(distribution: [(read: Double, weight: Double)]) {
    let total = distribution.reduce(0) { $0 + $1.weight }
    fractions = distribution.filter { $0.weight > 0 }.map { ($0.read, $0.weight / total) }
  }

  /// The mean read fraction.
  public var mean: Double { fractions.reduce(0) { $0 + $1.read * $1.weight } }

  /// Reads `0.25`, `25%`, or `0.1:2,0.5:1`; nil when it is none of these.
  public init?(_ text: String) {
    var distribution: [(read: Double, weight: Double)] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let words = part.split(separator: ":", omittingEmptySubsequences: false)
      guard words.count <= 2, let read = Self.fraction(words[0]) else { return nil }
      let weight = words.count == 2 ? Double(words[1]) : 1
      guard let weight, weight >= 0, weight.isFinite, weight <= 1e9 else { return nil }
      distribution.append((read, weight))
    }
    guard distribution.contains(where: { $0.weight > 0 }), distribution.count <= 16 else {
      return nil
    }
    self.init(distribution: distribution)
  }

  /// Reads a number from 0 to 1, or a percentage.
  public static func fraction(_ text: some StringProtocol) -> Double? {
    let isPercent = text.hasSuffix("%")
    guard let number = Double(isPercent ? String(text.dropLast()) : String(text)) else {
      return nil
    }
    let value = isPercent ? number / 100 : number
    return (0...1).contains(value) ? value : nil
  }

  /// Whether both are the same distribution.
  public static func == (left: AccessMix, right: AccessMix) -> Bool {
    left.fractions.elementsEqual(right.fractions, by: ==)
  }
}
