import Base

/// How operations are spread over keys.
public enum KeySpread: String, Sendable, CaseIterable {
  /// Every key equally often.
  case uniform
  /// The key of rank r in proportion to 1/r.
  case zipf
}

/// Which key is next: a fixed number is in use at a time, and each gives way to a new one after so
/// many operations, so that a long run is many short histories.
package struct KeyChooser {
  /// The keys in use; the index is the rank.
  package private(set) var live: [Int]
  /// How many keys there were so far.
  package private(set) var count: Int
  private var uses: [Int]
  /// The keys in use, to be looked up; empty where keys never give way.
  private var known: Set<Int>
  private let limit: Int
  /// Sums of the weights up to each rank; empty for uniform.
  private let sums: [Double]

  package init(keys: Int, spread: KeySpread, operationsPerKey: Int) {
    live = Array(0..<keys)
    count = keys
    uses = [Int](repeating: 0, count: keys)
    limit = operationsPerKey
    known = limit > 0 ? Set(live) : []
    var sum = 0.0
    sums =
      spread == .uniform
      ? []
      : (1...keys).map {
        sum += 1 / Double($0)
        return sum
      }
  }

  /// The name of a key. Short ones take no memory of their own.
  package static func name(_ key: Int) -> String { "k" + String(key) }

  /// Whether a key may still be drawn.
  package func isLive(_ key: Int) -> Bool { limit == 0 || known.contains(key) }

  /// Draws a key.
  ///
  /// - Complexity: O(log keys).
  package mutating func draw(_ random: inout SplitMix64) -> Int {
    let rank = sums.isEmpty ? random.draw(0..<live.count) : drawRank(&random)
    let key = live[rank]
    uses[rank] += 1
    if limit > 0, uses[rank] >= limit {
      known.remove(key)
      known.insert(count)
      live[rank] = count
      uses[rank] = 0
      count += 1
    }
    return key
  }

  private func drawRank(_ random: inout SplitMix64) -> Int {
    let point = Double(random.next() >> 11) * 0x1p-53 * (sums.last ?? 1)
    var low = 0
    var high = sums.count - 1
    while low < high {
      let middle = (low + high) / 2
      if sums[middle] <= point { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
