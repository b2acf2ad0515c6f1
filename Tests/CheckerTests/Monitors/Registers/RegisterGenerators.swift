import Base
import Histories

@testable import Checker

extension SplitMix64 {
  /// One of some elements.
  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[draw(0..<elements.count)]
  }
}

/// Intervals that are open at random; some never end.
func randomIntervals(
  _ count: Int, pending: Double, open most: Int, invocations: Double, _ random: inout SplitMix64
) -> [(invoked: Int, returned: Int?)] {
  var intervals: [(invoked: Int, returned: Int?)] = []
  var open: [Int] = []
  var time = 0
  while intervals.count < count || !open.isEmpty {
    if intervals.count < count, open.count < most, open.isEmpty || random.chance(invocations) {
      open.append(intervals.count)
      intervals.append((time, nil))
    } else {
      let done = open.remove(at: random.draw(0..<open.count))
      if random.chance(pending) { continue }
      intervals[done].returned = time
    }
    time += 1
  }
  return intervals
}

/// How random register histories look.
struct RegisterShape {
  var operations = 8
  var pending = 0.15
  /// The share of answers that are drawn at random.
  var noise = 0.1
  /// The share of compare-and-sets.
  var swaps = 0.3
  /// The share of compare-and-sets that saw another value.
  var mismatches = 0.0
  /// Whether those expect values that are installed somewhere near, so that their place matters.
  var areMismatchesClose = false
  /// Written values come from 1 up to here; nil writes each value once.
  var domain: Int?
  /// Whether the initial value may be written again.
  var writesInitial = false
}

/// Runs an atomic register at random moments within random intervals, then makes up some answers.
func simulatedRegister(_ shape: RegisterShape, _ random: inout SplitMix64) -> [Case] {
  let intervals = randomIntervals(
    shape.operations, pending: shape.pending, open: random.pick([2, 3, 4, 99]),
    invocations: random.pick([0.35, 0.5, 0.65]), &random)
  let end = shape.operations * 2 + 2
  var moments: [(moment: Int, operation: Int)] = []
  for (operation, interval) in intervals.enumerated() {
    let last = interval.returned ?? end
    moments.append(
      (interval.invoked * 1000 + random.draw(0..<(last - interval.invoked) * 1000), operation))
  }
  moments.sort { $0.moment < $1.moment }
  var state = 0
  var met = [0]
  var fresh = 0
  func installed(_ random: inout SplitMix64) -> Int {
    fresh += 1
    guard let domain = shape.domain else { return fresh }
    return random.draw((shape.writesInitial ? 0 : 1)..<domain + 1)
  }
  var deeds = [Deed](repeating: .read(0), count: intervals.count)
  for (_, operation) in moments {
    let isPending = intervals[operation].returned == nil
    let took = !isPending || random.chance(0.6)
    let kind = random.draw(0..<1000)
    if kind < Int(shape.swaps * 1000) {
      let new = installed(&random)
      let old = isPending && random.chance(0.3) ? random.pick(met) : state
      if !isPending, random.chance(shape.mismatches) {
        if shape.areMismatchesClose {
          // Values of this moment's neighbours; the own one is installed by nobody.
          let near = met.suffix(4) + [fresh + 1, fresh + 2, fresh + 3]
          fresh -= 1
          deeds[operation] = .mismatch(random.pick(near.filter { $0 != state }))
          continue
        }
        deeds[operation] = .mismatch(new != state ? new : state == 0 ? 98 : 0)
        continue
      }
      deeds[operation] = .cas(old, new)
      if took, old == state { state = new }
    } else if kind < Int(shape.swaps * 1000) + 350 {
      let new = installed(&random)
      deeds[operation] = .write(new)
      if took { state = new }
    } else {
      deeds[operation] = .read(state)
    }
    met.append(state)
  }
  var revisions = [Int64](repeating: 0, count: intervals.count)
  for (revision, moment) in moments.enumerated() { revisions[moment.operation] = Int64(revision) }
  return intervals.indices.map { operation in
    let interval = intervals[operation]
    var deed = deeds[operation]
    if random.chance(shape.noise) {
      switch deed {
      case .read: deed = .read(random.pick(met))
      case .cas(_, let new): deed = .cas(random.pick(met.filter { $0 != new } + [0]), new)
      case .mismatch: deed = .mismatch(random.pick(met))
      case .write: break
      }
    }
    return Case(
      deed: deed, invoked: interval.invoked, returned: interval.returned,
      revision: revisions[operation])
  }
}

/// Operations with answers that nobody computed.
func arbitraryRegister(_ shape: RegisterShape, _ random: inout SplitMix64) -> [Case] {
  let intervals = randomIntervals(
    shape.operations, pending: shape.pending, open: random.pick([2, 3, 4, 99]),
    invocations: random.pick([0.35, 0.5, 0.65]), &random)
  let most = shape.domain ?? shape.operations
  var fresh = Array(1...shape.operations)
  for place in fresh.indices { fresh.swapAt(place, random.draw(0..<fresh.count)) }
  return intervals.map { interval in
    let new =
      shape.domain.map { random.draw((shape.writesInitial ? 0 : 1)..<$0 + 1) }
      ?? fresh.removeLast()
    let old = random.draw(0..<most + 1)
    let deed: Deed
    if random.chance(shape.swaps) {
      // A pending one would be a compare-and-set whose new value others have as well.
      let isRefused = !shape.areMismatchesClose || interval.returned != nil
      deed =
        random.chance(shape.mismatches) && isRefused ? .mismatch(old) : .cas(old, new)
    } else {
      deed = random.chance(0.5) ? .write(new) : .read(old)
    }
    return Case(deed: deed, invoked: interval.invoked, returned: interval.returned)
  }
}
