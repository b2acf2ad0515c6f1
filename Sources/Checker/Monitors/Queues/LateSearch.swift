import Base
import Histories

/// The search of ``LateTakes``.
struct LateSearch: TurnSearch {
  struct Configuration {
    var event = 0
    var taken: UInt64 = 0
    /// How often each element is in, in ``counts``.
    var inside: Int32 = 0
    var usage: Int32 = 0
  }

  /// An operation that comes next, and how little it promises.
  struct Choice {
    var operation: Int32
    var rank: Int32
  }

  private let parts: LateParts
  var walk: TurnWalk<Configuration, Choice>
  private var counts: TrieTable
  private var order: [KeyAnswer.Step] = []
  private var isRecording = false
  private static let words = 1

  init(_ parts: LateParts, _ turn: Turn) {
    self.parts = parts
    walk = TurnWalk(
      parts.task, turn, pending: parts.pendingPuts.map(\.count) + [parts.pendingTakes.count],
      words: Self.words, start: Configuration())
    counts = TrieTable(walk.ledger)
    counts.widen(to: max(1, parts.elements))
  }

  mutating func begin() -> Configuration? {
    var start = Configuration()
    settle(&start)
    return start
  }

  func isFinished(_ now: Configuration) -> Bool { now.event == parts.operations.count }

  func explained(_ now: Configuration) -> Int { now.event }

  func sides(_ now: Configuration) -> [(PairSide, Int)] { [(parts.operations, now.event)] }

  mutating func describe(_ now: Configuration) {
    walk.row[0] = UInt64(now.event) << 32 | UInt64(now.inside)
    walk.row[2] = now.taken
    walk.describe(usage: now.usage, after: Self.words)
  }

  private func isBlocked(_ element: Int32, by other: Int32) -> Bool {
    Int(element) == parts.elements || parts.isOrdered && other < element
  }

  // MARK: Choices

  mutating func list(_ now: Configuration) {
    let operations = parts.operations
    let first = walk.choices.count
    let due = operations.completing[now.event]
    walk.choices.append(Choice(operation: due, rank: 1))
    guard parts.isPut[Int(due)] else { return }
    let element = operations.element[Int(due)]
    let open = operations.firstOpen[now.event]..<operations.firstOpen[now.event + 1]
    for place in open {
      let operation = operations.open[Int(place)]
      let other = operations.element[Int(operation)]
      guard !parts.isPut[Int(operation)], now.taken & operations.bit[Int(operation)] == 0,
        isBlocked(other, by: element),
        !walk.choices[(first + 1)...].contains(where: {
          operations.element[Int($0.operation)] == other
        })
      else { continue }
      walk.choices.append(Choice(operation: operation, rank: rank(other, now)))
    }
    guard walk.choices.count - first > 1 else { return }
    for place in first..<walk.choices.count {
      let choice = walk.choices[place]
      walk.choices[place].rank = walk.turn.rank(choice.rank, choice.operation, Int32(now.event))
    }
    walk.choices[first...].sort { ($0.rank, $0.operation) < ($1.rank, $1.operation) }
  }

  /// Before the put that completes now (0) comes a take whose element is in and has nothing in its
  /// way; other takes come after it.
  private func rank(_ element: Int32, _ now: Configuration) -> Int32 {
    let isInside =
      Int(element) < parts.elements && counts.element(now.inside, Int(element)) > 0
    guard let least = counts.firstNonZero(now.inside, from: 0) else { return 2 }
    if isBlocked(element, by: Int32(least)) { return 3 }
    return isInside ? 0 : 2
  }

  // MARK: Taking

  /// Lets an operation take effect, after what it needs; false when that is not to be had.
  mutating func take(_ choice: Choice, _ now: inout Configuration) -> Bool {
    let operation = Int(choice.operation)
    let element = Int(parts.operations.element[operation])
    if parts.isPut[operation] {
      record(parts.operations.call[operation])
      now.taken |= parts.operations.bit[operation]
      guard change(element, by: 1, &now) else { return false }
    } else {
      guard clear(Int32(element), &now), fetch(element, &now) else { return false }
      record(parts.operations.call[operation])
      now.taken |= parts.operations.bit[operation]
    }
    settle(&now)
    return true
  }

  private mutating func change(
    _ element: Int, by count: Int32, _ now: inout Configuration
  ) -> Bool {
    let before = counts.element(now.inside, element)
    now.inside = counts.setting(now.inside, element, to: before + count)
    return now.inside != refused
  }

  /// Takes out all that blocks an element.
  private mutating func clear(_ element: Int32, _ now: inout Configuration) -> Bool {
    while let other = counts.firstNonZero(now.inside, from: 0),
      isBlocked(element, by: Int32(other))
    {
      if let take = open(other, isPut: false, now) {
        record(parts.operations.call[take])
        now.taken |= parts.operations.bit[take]
      } else {
        let group = walk.groups.count - 1
        let used = walk.used(group, now.usage)
        guard used < parts.pendingTakes.count,
          parts.timeline.invoked[Int(parts.pendingTakes[used])] < parts.operations.end(now.event)
        else { return false }
        guard walk.use(group, &now.usage) else { return false }
        record(parts.pendingTakes[used], parts.values[other])
      }
      guard change(other, by: -1, &now) else { return false }
    }
    return true
  }

  /// Takes an element out, after putting it in where it is not.
  private mutating func fetch(_ element: Int, _ now: inout Configuration) -> Bool {
    if element == parts.elements { return true }
    if counts.element(now.inside, element) > 0 { return change(element, by: -1, &now) }
    if let put = open(element, isPut: true, now) {
      record(parts.operations.call[put])
      now.taken |= parts.operations.bit[put]
      return true
    }
    let used = walk.used(element, now.usage)
    guard used < parts.pendingPuts[element].count,
      parts.timeline.invoked[Int(parts.pendingPuts[element][used])]
        < parts.operations.end(now.event)
    else { return false }
    guard walk.use(element, &now.usage) else { return false }
    record(parts.pendingPuts[element][used])
    return true
  }

  /// The open operation of one kind and element that completes first.
  private func open(_ element: Int, isPut: Bool, _ now: Configuration) -> Int? {
    let operations = parts.operations
    for place in Int(operations.firstOpen[now.event])..<Int(operations.firstOpen[now.event + 1]) {
      let operation = Int(operations.open[place])
      if Int(operations.element[operation]) == element, parts.isPut[operation] == isPut,
        now.taken & operations.bit[operation] == 0
      {
        return operation
      }
    }
    return nil
  }

  /// Passes completions that need nothing more; lets takes find nothing where nothing is in.
  private mutating func settle(_ now: inout Configuration) {
    let operations = parts.operations
    while now.event < operations.count {
      if now.inside == 0 {
        while let empty = open(parts.elements, isPut: false, now) {
          record(operations.call[empty])
          now.taken |= operations.bit[empty]
        }
      }
      let bit = operations.bit[Int(operations.completing[now.event])]
      if now.taken & bit == 0 { return }
      now.taken &= ~bit
      now.event += 1
    }
  }

  // MARK: Order

  private mutating func record(_ call: Int32, _ result: ValueID = ValueTable.none) {
    guard isRecording else { return }
    order.append(
      KeyAnswer.Step(operation: parts.task.operations[Int(call)], result: result))
  }

  mutating func steps() -> [KeyAnswer.Step]? {
    isRecording = true
    var now = Configuration()
    settle(&now)
    for frame in walk.path.dropLast() {
      guard take(walk.choices[frame.next - 1], &now) else { return nil }
    }
    return order
  }
}
