/// The diagram of “at least so many votes among these parts”.
///
/// Two numbers of missing votes mean the same when no sum of the remaining votes lies between
/// them, so a number is first rounded up to the next sum that can be reached (Abío et al., “A new
/// look at BDDs for pseudo-Boolean constraints”, JAIR 2012, work with the same intervals). Sums
/// are listed from the last part backwards, as long as there are few.
struct Ballot {
  private static let mostSums = 1 << 15

  private let parts: [(votes: Int, part: Diagrams.Reference)]
  /// For each part, the sums that it and those after it can reach, ascending; empty for “many”.
  private var sums: [[Int]]
  private var rest: [Int]
  private var known: [State: Diagrams.Reference] = [:]

  private struct State: Hashable {
    var part, needed: Int
  }

  init(_ parts: [(votes: Int, part: Diagrams.Reference)]) {
    self.parts = parts
    sums = Array(repeating: [], count: parts.count + 1)
    rest = Array(repeating: 0, count: parts.count + 1)
    sums[parts.count] = [0]
    for index in parts.indices.reversed() {
      rest[index] = rest[index + 1] + parts[index].votes
      sums[index] = Self.merged(sums[index + 1], adding: parts[index].votes)
    }
  }

  private static func merged(_ sums: [Int], adding votes: Int) -> [Int] {
    guard !sums.isEmpty, votes > 0 else { return sums }
    var merged: [Int] = []
    merged.reserveCapacity(sums.count * 2)
    var (left, right) = (0, 0)
    while right < sums.count {
      let shifted = sums[right] + votes
      if left < sums.count, sums[left] <= shifted {
        if sums[left] == shifted { right += 1 }
        merged.append(sums[left])
        left += 1
      } else {
        merged.append(shifted)
        right += 1
      }
    }
    return merged.count > mostSums ? [] : merged
  }

  /// The function “the parts from `index` on cast at least `needed` votes”.
  mutating func build(
    from index: Int, needed: Int, in diagrams: inout Diagrams
  ) throws(BoundReached) -> Diagrams.Reference {
    if needed <= 0 { return Diagrams.always }
    if needed > rest[index] { return Diagrams.never }
    let state = State(part: index, needed: rounded(needed, index))
    if let reference = known[state] { return reference }
    guard known.count < diagrams.limit else {
      throw BoundReached("\(diagrams.limit) diagram nodes")
    }
    let votes = parts[index].votes
    let no = try build(from: index + 1, needed: state.needed, in: &diagrams)
    let yes = try build(from: index + 1, needed: state.needed - votes, in: &diagrams)
    let reference = try diagrams.choose(parts[index].part, yes, no)
    known[state] = reference
    return reference
  }

  private func rounded(_ needed: Int, _ index: Int) -> Int {
    let reachable = sums[index]
    guard !reachable.isEmpty else { return needed }
    var (low, high) = (0, reachable.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if reachable[middle] < needed { low = middle + 1 } else { high = middle }
    }
    return reachable[low]
  }
}
