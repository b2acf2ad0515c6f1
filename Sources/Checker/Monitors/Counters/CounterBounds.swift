import Histories

/// `counter-bounds`: reads of a counter that no sum of its additions allows. Accepts nothing.
///
/// The additions that have completed when a read begins count for it, and those that begin after it
/// has completed do not; each of the others may. So a read returns at least `initial` plus the
/// positive numbers completed before it began plus the negative ones invoked before it completed,
/// and at most the same with the signs exchanged.
///
/// **Certificates.** *too-low*: the read, all negative additions invoked before it completed, and
/// of the positive ones completed before it began the largest, until the sum is too much. Whatever
/// else happened only adds to it: the whole has no order. The largest are the fewest, and with one
/// less the sum is no longer too much; a negative one may be what the read is low for. *too-high*:
/// the same with the signs exchanged. *backwards*, while no number is negative (or none positive):
/// two reads, of which the first completed before the second began and returned more (less).
enum CounterBounds {
  static let rung = Rung("counter-bounds", bytesPerCall: 180) { (task) throws(CheckError) in
    guard let bounds = CounterBound(task) else { return .pass }
    return bounds.backwards() ?? bounds.low() ?? bounds.high() ?? .pass
  }
}

/// One run of ``CounterBounds``.
struct CounterBound {
  /// A certificate with more calls is no easier to read than what the search shows.
  static let readable = 40

  private let timeline: Timeline
  private let start: Int128
  /// Additions of other numbers than 0, in the order of their invocations.
  private var adds: [(call: Int32, number: Int128)] = []
  /// Completed reads, in the order of their invocations.
  private var reads: [(call: Int32, number: Int128)] = []

  /// Nil when the initial value is unknown or a value has the wrong shape.
  ///
  /// A history has fewer than 2^31 numbers of 64 bits, so no sum of them leaves 128.
  init?(_ task: KeyTask) {
    let values = task.values
    guard let initial = task.settings.initial,
      let start = initial <= ValueTable.null ? 0 : values.integer(initial)
    else { return nil }
    self.start = Int128(start)
    timeline = Timeline(task.calls)
    for (place, call) in task.calls.enumerated() {
      if call.function == .add {
        guard let number = values.integer(call.input), (try? call.requireEcho(values)) != nil
        else { return nil }
        if number != 0 { adds.append((Int32(place), Int128(number))) }
      } else if call.end == .ok {
        guard let number = values.integer(call.output) else { return nil }
        reads.append((Int32(place), Int128(number)))
      }
    }
  }

  private func begin(_ call: Int32) -> Int32 { timeline.invoked[Int(call)] }
  private func end(_ call: Int32) -> Int32 { timeline.returned[Int(call)] }

  /// Two reads that go against the only direction there is.
  func backwards() -> RungAnswer? {
    let falls = adds.contains { $0.number < 0 }
    if falls, adds.contains(where: { $0.number > 0 }) { return nil }
    func isBeyond(_ one: Int128, _ other: Int128) -> Bool { falls ? one < other : one > other }
    let byEnd = reads.sorted { end($0.call) < end($1.call) }
    var next = 0
    var farthest: (call: Int32, number: Int128)?
    for read in reads {
      while next < byEnd.count, end(byEnd[next].call) < begin(read.call) {
        if farthest.map({ isBeyond(byEnd[next].number, $0.number) }) ?? true {
          farthest = byEnd[next]
        }
        next += 1
      }
      if let farthest, isBeyond(farthest.number, read.number) {
        return violation(.readsGoBack, [farthest.call, read.call], base: farthest.call)
      }
    }
    return nil
  }

  /// A read below all sums that are possible.
  func low() -> RungAnswer? { outside(sign: 1, .countTooLow) }

  /// A read above all sums that are possible.
  func high() -> RungAnswer? { outside(sign: -1, .countTooHigh) }

  /// A read below all sums that are possible, when all numbers are multiplied by a sign.
  private func outside(sign: Int128, _ anomaly: Anomaly) -> RungAnswer? {
    let rising = adds.filter { $0.number * sign > 0 }.sorted { end($0.call) < end($1.call) }
    let falling = adds.filter { $0.number * sign < 0 }
    let byEnd = reads.sorted { end($0.call) < end($1.call) }
    // What may fall for each read, in the order of their completions.
    var fallen = [Int128](repeating: 0, count: timeline.invoked.count)
    var next = 0
    var sum: Int128 = 0
    for read in byEnd {
      while next < falling.count, begin(falling[next].call) < end(read.call) {
        sum += falling[next].number * sign
        next += 1
      }
      fallen[Int(read.call)] = sum
    }
    next = 0
    sum = 0
    // The largest of what has risen, no more than a certificate may name.
    var largest: [(call: Int32, number: Int128)] = []
    for read in reads {
      while next < rising.count, end(rising[next].call) < begin(read.call) {
        let add = (call: rising[next].call, number: rising[next].number * sign)
        sum += add.number
        largest.insert(add, at: largest.firstIndex { $0.number < add.number } ?? largest.count)
        if largest.count > Self.readable { largest.removeLast() }
        next += 1
      }
      let least = start * sign + fallen[Int(read.call)]
      let seen = read.number * sign
      if seen >= least + sum { continue }
      if let answer = certificate(anomaly, read.call, above: seen, from: least, largest) {
        return answer
      }
    }
    return nil
  }

  /// The read and the largest of what has risen that make it impossible; nil when those are more
  /// than ``readable``. What may fall is counted as if all of it had, so it adds nothing.
  private func certificate(
    _ anomaly: Anomaly, _ read: Int32, above seen: Int128, from least: Int128,
    _ largest: [(call: Int32, number: Int128)]
  ) -> RungAnswer? {
    var calls = [read]
    var sum = least
    for add in largest where sum <= seen {
      calls.append(add.call)
      sum += add.number
    }
    return sum > seen && calls.count <= Self.readable ? violation(anomaly, calls) : nil
  }

  private func violation(
    _ anomaly: Anomaly, _ calls: [Int32], base: Int32? = nil
  ) -> RungAnswer {
    .violation(
      Certificate(
        calls: calls.sorted().map(Int.init), anomaly: anomaly, base: base.map { Int($0) }))
  }
}
