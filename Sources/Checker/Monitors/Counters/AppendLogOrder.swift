import Histories

/// `append-log-order`: a log that begins empty and to which each element is appended once.
///
/// Reads show the log from its beginning, so of any two one begins with the other, and the longest
/// says where its elements are: the `i`-th append is at level `2i - 1`, reads of `i` elements at
/// level `2i`, appends that no read shows after all. In any order levels do not descend; an order
/// in which they do not, with elements of equal level in that of their invocations, is legal. So an
/// order exists iff nothing ends before something of a lower level begins: one sweep along the
/// levels. A pending append that no read shows is left out, and one that is shown took effect.
///
/// **Certificates**: *never-appended*: a read that shows what nobody appends. *shown-twice*: a read
/// that shows an element twice, with its append. *diverging-reads*: two reads neither of which
/// begins with the other, with the appends of the elements in which they first differ. The log only
/// grows. *out-of-order*: two operations, of which one ended before the other began that must come
/// before it; between two appends a read that shows the one and not, or later, the other: the
/// shortest one that shows the lower.
enum AppendLogOrder {
  static let rung = Rung("append-log-order", bytesPerCall: 120) { (task) throws(CheckError) in
    guard task.settings.beginsEmpty(task.values), var sweep = LogSweep(task) else { return .pass }
    return sweep.answer()
  }
}

/// One run of ``AppendLogOrder``.
struct LogSweep {
  private let task: KeyTask
  private let timeline: Timeline
  /// The append of each value.
  private var append: NumberIndex
  /// Completed reads, the shortest first.
  private var reads: [(size: Int, output: ValueID, call: Int32)] = []
  /// The level of each append, 0 while no read shows it.
  private var level: [Int32]

  /// Nil when an element is appended twice or a value has the wrong shape.
  init?(_ task: KeyTask) {
    self.task = task
    timeline = Timeline(task.calls)
    append = NumberIndex(capacity: task.calls.count)
    level = [Int32](repeating: 0, count: task.calls.count)
    for (place, call) in task.calls.enumerated() {
      if call.function == .append {
        guard (try? call.requireEcho(task.values)) != nil, append[call.input] < 0 else {
          return nil
        }
        append[call.input] = Int32(place)
      } else if call.end == .ok {
        guard call.output > ValueTable.null, task.values.kind(of: call.output) == .list else {
          return nil
        }
        reads.append((task.values.parts(of: call.output).count, call.output, Int32(place)))
      }
    }
    reads.sort {
      $0.size != $1.size
        ? $0.size < $1.size
        : $0.output != $1.output ? $0.output < $1.output : $0.call < $1.call
    }
  }

  /// Decides.
  mutating func answer() -> RungAnswer {
    if let answer = shapes() ?? chain() { return answer }
    return sweep()
  }

  private mutating func shapes() -> RungAnswer? {
    var shown = [Int32](repeating: -1, count: task.calls.count)
    for (place, read) in reads.enumerated() {
      if place > 0, reads[place - 1].output == read.output { continue }
      for value in task.values.parts(of: read.output) {
        let append = append[value]
        if append < 0 { return .violation(.neverInserted, [read.call]) }
        if shown[Int(append)] == read.call {
          return .violation(.duplicated, [read.call, append])
        }
        shown[Int(append)] = read.call
      }
    }
    return nil
  }

  private mutating func chain() -> RungAnswer? {
    for (place, read) in reads.enumerated().dropFirst() {
      let before = reads[place - 1]
      if before.output == read.output { continue }
      let shorter = task.values.parts(of: before.output)
      let longer = task.values.parts(of: read.output)
      for (one, other) in zip(shorter, longer) where one != other {
        return .violation(
          .divergingReads, [before.call, read.call, append[one], append[other]])
      }
    }
    if let longest = reads.last {
      for (place, value) in task.values.parts(of: longest.output).enumerated() {
        level[Int(append[value])] = Int32(2 * place + 1)
      }
    }
    return nil
  }

  private func sweep() -> RungAnswer {
    let last = Int32(2 * (reads.last?.size ?? 0) + 1)
    var entries: [(level: Int32, call: Int32)] = []
    entries.reserveCapacity(task.calls.count)
    for read in reads { entries.append((Int32(2 * read.size), read.call)) }
    for (place, call) in task.calls.enumerated() where call.function == .append {
      if level[place] > 0 {
        entries.append((level[place], Int32(place)))
      } else if call.end == .ok {
        entries.append((last, Int32(place)))
      }
    }
    entries.sort { $0.level != $1.level ? $0.level < $1.level : $0.call < $1.call }
    var latest: (level: Int32, call: Int32)?
    for entry in entries {
      if let latest, timeline.returned[Int(entry.call)] < timeline.invoked[Int(latest.call)] {
        return outOfOrder(latest, entry)
      }
      if latest.map({ $0.call < entry.call }) ?? true { latest = entry }
    }
    return .order(
      entries.map {
        KeyAnswer.Step(
          operation: task.operations[Int($0.call)], result: ValueTable.none)
      })
  }

  private func outOfOrder(
    _ lower: (level: Int32, call: Int32), _ upper: (level: Int32, call: Int32)
  ) -> RungAnswer {
    var calls = [lower.call, upper.call]
    if lower.level & 1 == 1, upper.level & 1 == 1,
      let between = reads.first(where: { Int32(2 * $0.size) > lower.level })
    {
      calls.append(between.call)
    }
    return .violation(.outOfOrder, calls)
  }
}
