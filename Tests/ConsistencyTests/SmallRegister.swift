import Base
import Histories

/// A small register history with unique values, and every order of it.
struct SmallRegister {
  struct Operation {
    /// The value that is written, or nil for a read.
    var written: Int64?
    /// The value that was read.
    var read: Int64 = 0
    var invoked: Int
    /// `Int.max` when it is pending.
    var returned: Int
  }

  var operations: [Operation] = []

  /// Draws a history of reads and writes; reads return values of writes that began before they
  /// completed, sometimes recent ones, sometimes any.
  static func random(_ random: inout SplitMix64) -> SmallRegister {
    let count = random.draw(2..<8)
    let clients = random.draw(1..<5)
    let freshness = random.draw(1..<4)
    var small = SmallRegister()
    var open: [Int?] = Array(repeating: nil, count: clients)
    var rank = 0
    var started: [Int64] = [0]
    while small.operations.count < count || open.contains(where: { $0 != nil }) {
      let client = random.draw(0..<clients)
      if let place = open[client] {
        open[client] = nil
        let isPending = random.draw(0..<6) == 0
        if isPending { continue }
        small.operations[place].returned = rank
        if small.operations[place].written == nil {
          let recent = started.suffix(freshness)
          small.operations[place].read =
            recent[
              recent.index(recent.startIndex, offsetBy: random.draw(0..<recent.count))]
          if random.draw(0..<25) == 0 { small.operations[place].read = Int64(random.draw(0..<6)) }
        }
        rank += 1
      } else if small.operations.count < count {
        open[client] = small.operations.count
        var operation = Operation(invoked: rank, returned: Int.max)
        if random.draw(0..<2) == 0 {
          operation.written = Int64(started.count)
          started.append(Int64(started.count))
        }
        small.operations.append(operation)
        rank += 1
      }
    }
    small.operations.removeAll { $0.written == nil && $0.returned == Int.max }
    return small
  }

  /// The same as a history; the times are the ranks.
  func history() throws -> History {
    var builder = HistoryBuilder()
    let (read, write) = (builder.function("read"), builder.function("write"))
    var events: [(rank: Int, index: Int, isStart: Bool)] = []
    for (index, operation) in operations.enumerated() {
      events.append((operation.invoked, index, true))
      if operation.returned != Int.max { events.append((operation.returned, index, false)) }
    }
    for (line, event) in events.sorted(by: { $0.rank < $1.rank }).enumerated() {
      let operation = operations[event.index]
      var value = ValueTable.null
      if let written = operation.written { value = builder.values.intern(integer: written) }
      if operation.written == nil, !event.isStart {
        value = builder.values.intern(integer: operation.read)
      }
      try builder.add(
        Event(
          event.isStart ? .invoke : .ok, process: .client(Int64(event.index)),
          function: operation.written == nil ? read : write, value: value,
          time: Int64(event.rank), line: line + 1))
    }
    return builder.build()
  }

  /// Whether some order of the operations lets each read return one of the last `k` values, when
  /// reads may begin `shift` earlier; ends at the same time as a beginning count as concurrent.
  func isAtomic(k: Int, shift: Int = 0) -> Bool {
    let starts = operations.map { operation in
      operation.written != nil || shift == 0
        ? 2 * operation.invoked : 2 * (operation.invoked - shift) - 1
    }
    let before = operations.indices.map { index in
      operations.indices.filter {
        operations[$0].returned != Int.max && 2 * operations[$0].returned < starts[index]
      }.reduce(0) { $0 | 1 << $1 }
    }
    let must = operations.indices.filter { operations[$0].returned != Int.max }
      .reduce(0) { $0 | 1 << $1 }
    var dead: Set<[Int64]> = []
    func isPossible(_ done: Int, _ last: [Int64]) -> Bool {
      if done & must == must { return true }
      guard !dead.contains([Int64(done)] + last) else { return false }
      for (index, operation) in operations.enumerated()
      where done >> index & 1 == 0 && before[index] & ~done == 0 {
        if let written = operation.written {
          if isPossible(done | 1 << index, Array((last + [written]).suffix(k))) { return true }
        } else if last.contains(operation.read), isPossible(done | 1 << index, last) {
          return true
        }
      }
      dead.insert([Int64(done)] + last)
      return false
    }
    return isPossible(0, [0])
  }

  /// Whether each read returned a write that it overlapped, or a completed one that no other
  /// certainly overwrote.
  var isRegular: Bool {
    let writes =
      [Operation(written: 0, invoked: -2, returned: -1)]
      + operations.filter { $0.written != nil }
    return operations.allSatisfy { read in
      guard read.written == nil else { return true }
      guard let own = writes.first(where: { $0.written == read.read }) else { return false }
      if own.invoked > read.returned { return false }
      return !writes.contains { $0.invoked > own.returned && $0.returned < read.invoked }
    }
  }
}
