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
  static let rung = Rung("counter-bounds", bytesPerCall: 120) { (task) throws(CheckError) in
    guard let bounds = CounterBound(task) else { return .pass }
    return bounds.backwards() ?? bounds.low() ?? bounds.high() ?? .pass
  }
}

/// One run of ``CounterBounds``.
struct CounterBound {
  /// A certificate with more calls is no easier to read than what the search shows.
  static let readable = 40

  private let timeline: Timeline
  private let start: Int64
  /// Additions of other numbers than 0, in the order of their invocations.
  private var adds: [(call: Int32, number: Int64)] = []
  /// Completed reads, in the order of their invocations.
  private var reads: [(call: Int32, number: Int64)] = []

  /// Nil when the initial value is unknown, a sum may overflow, or a value has the wrong shape.
  init?(_ task: KeyTask) {
    let values = task.values
    guard let initial = task.settings.initial,
      let start = initial <= ValueTable.null ? 0 : values.integer(initial)
    else { return nil }
    // Its negative must be a number too.
    guard start != .min else { return nil }
    self.start = start
    timeline = Timeline(task.calls)
    var reach = start.magnitude
    for (place, call) in task.calls.enumerated() {
      if call.function == .add {
        guard let number = values.integer(call.input), (try? call.requireEcho(values)) != nil
        else { return nil }
        let (sum, overflow) = reach.addingReportingOverflow(number.magnitude)
        guard !overflow, sum <= UInt64(Int64.max) else { return nil }
        reach = sum
        if number != 0 { adds.append((Int32(place), number)) }
      } else if call.end == .ok {
        guard let number = values.integer(call.output) else { return nil }
        reads.append((Int32(place), number))
      }
    }
  }

  private func begin(_ call: Int32) -> Int32 { timeline.invoked[Int(call)] }
  private func end(_ call: Int32) -> Int32 { timeline.returned[Int(call)] }

  /// Two reads that go against the only direction there is.
  func backwards() -> RungAnswer? {
    let falls = adds.contains { $0.number < 0 }
    if falls, adds.contains(where: { $0.number > 0 }) { return nil }
    func isBeyond(_ one: Int64, _ other: Int64) -> Bool { falls ? one < other : one > other }
    let byEnd = reads.sorted { end($0.call) < end($1.call) }
    var next = 0
    var farthest: (call: Int32, number: Int64)?
    for read in reads {
      while next < byEnd.count, end(byEnd[next].call) < begin(read.call) {
        if farthest.map({ isBeyond(byEnd[next].number, $0.number) }) ?? true {
          farthest = byEnd[next]
        }
        next += 1
      }
      if let farthest, isBeyond(farthest.number, read.number) {
        return violation("backwards", [farthest.call, read.call], base: farthest.call)
      }
    }
    return nil
  }

  /// A read below all sums that are possible.
  func low() -> RungAnswer? { outside(sign: 1, "too-low") }

  /// A read above all sums that are possible.
  func high() -> RungAnswer? { outside(sign: -1, "too-high") }

  /// A read below all sums that are possible, when all numbers are multiplied by a sign.
  private func outside(sign: Int64, _ rule: String) -> RungAnswer? {
    let rising = adds.filter { $0.number * sign > 0 }.sorted { end($0.call) < end($1.call) }
    let falling = adds.filter { $0.number * sign < 0 }
    let byEnd = reads.sorted { end($0.call) < end($1.call) }
    // What may fall for each read, in the order of their completions.
    var fallen = [Int64](repeating: 0, count: timeline.invoked.count)
    var next = 0
    var sum: Int64 = 0
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
    var largest: [(call: Int32, number: Int64)] = []
    for read in reads {
      while next < rising.count, end(rising[next].call) < begin(read.call) {
        let add = (call: rising[next].call, number: rising[next].number * sign)
        sum += add.number
        largest.insert(add, at: largest.firstIndex { $0.number < add.number } ?? largest.count)
        if largest.count > Self.readable { largest.removeLast() }
        next += 1
      }
      let least = start * sign + fallen[Int(read.call)]
      // A read may be of any number, the smallest among them.
      let (seen, overflow) = read.number.multipliedReportingOverflow(by: sign)
      if overflow || seen >= least + sum { continue }
      // As many as that are too many for a certificate.
      let possible = falling.prefix(Self.readable).prefix { begin($0.call) < end(read.call) }
      let answer = certificate(
        rule, read.call, above: seen, from: least, largest, possible.map(\.call))
      if let answer { return answer }
    }
    return nil
  }

  /// The read, what may fall, and the largest of what has risen that make it impossible; nil when
  /// those are more than ``readable``.
  private func certificate(
    _ rule: String, _ read: Int32, above seen: Int64, from least: Int64,
    _ largest: [(call: Int32, number: Int64)], _ falling: [Int32]
  ) -> RungAnswer? {
    var calls = [read] + falling
    var sum = least
    for add in largest where sum <= seen {
      calls.append(add.call)
      sum += add.number
    }
    return sum > seen && calls.count <= Self.readable ? violation(rule, calls) : nil
  }

  private func violation(
    _ rule: String, _ calls: [Int32], base: Int32? = nil
  ) -> RungAnswer {
    .violation(
      Certificate(
        calls: calls.sorted().map(Int.init), rule: rule, isMinimal: true,
        base: base.map { Int($0) }))
  }
}
