import Histories

/// What a count of holds rests on: calls that are shown, and acquisitions with the releases that
/// undo them.
///
/// Adding the one of a pair without the other to what is shown would change the count, so all are
/// shown; of very many the last, and the others are named as pairs that are left out (each gives
/// back what it takes, so what is shown proves the same with and without them).
struct HeldPairs {
  private var shown: [Int32]
  private var pairs: [(acquired: Int32, released: Int32)] = []
  /// The most pairs that are shown.
  static let most = 8

  init(_ shown: [Int32]) { self.shown = shown }

  /// Adds calls that belong to no pair.
  mutating func show(_ calls: [Int32]) { shown += calls }

  /// Adds an acquisition and the release of what it acquired, later than those before.
  mutating func add(_ acquired: Int32, _ released: Int32) { pairs.append((acquired, released)) }

  /// Adds all of another count.
  mutating func add(_ other: HeldPairs) {
    shown += other.shown
    pairs += other.pairs
  }

  /// The certificate that these and some more calls are.
  func violation(_ anomaly: Anomaly, _ more: [Int32]) -> RungAnswer {
    let latest = pairs.sorted { $0.released < $1.released }
    var calls = Set(shown + more)
    for pair in latest.suffix(Self.most) { calls.formUnion([pair.acquired, pair.released]) }
    var certificate = Certificate(calls: calls.map { Int($0) }.sorted(), anomaly: anomaly)
    certificate.balanced = latest.dropLast(Self.most).map {
      Certificate.Pair(acquired: Int($0.acquired), released: Int($0.released))
    }
    return .violation(certificate)
  }
}
