import Histories

/// `cell-search`: several cells that operations read and write at once (``CellColumns``).
///
/// A depth-first search in just-in-time form, as `DepthFirst` is: operations take effect only
/// before the completion (the *event*) that needs it, pure ones as soon as they can, and of those
/// that are alike the one that completes first. What it knows beyond that is which of them have to
/// do with each other.
///
/// **Nothing is taken for nobody.** The operations that take effect before one event are a
/// *segment*; the last of them is the one that completes there. In some order each other one that
/// changes something is *touched* in its segment: a later operation of the segment reads or writes
/// what it wrote, or writes what it read. Take an order in which those that are not come as late as
/// possible: one that nobody touches can go to the beginning of the next segment, since nothing in
/// between sees the difference, and what is pure comes no later. So a segment ends only when all
/// are touched.
///
/// **In a set** elements meet in whole reads alone. Between two whole reads of a segment (or its
/// ends) what happens to an element that is neither that of the last operation nor other in the
/// next whole read than now can go behind that read, and behind the last operation. So an element
/// is left alone unless it is the last operation's, or not as an open whole read shows it.
///
/// **Pending operations** need nothing, so one whose contents nobody sees can be deleted. One that
/// leaves a single content is taken only while an open operation needs it and it is not there: it
/// can go just before the first that does, since nothing in between is about its cell. One that
/// leaves several is taken only while some operation that is left needs one of them.
///
/// **Dead ends** are seen at once: an open operation needs a content that is not there and that
/// nobody who is left and was invoked before its completion can leave; or one who is not invoked
/// yet needs a content that was just replaced, likewise.
///
/// - Complexity: exponential in the open operations in the worst case. After a number of
///   configurations in proportion to the operations it passes.
struct CellSearch {
  /// How a search ended.
  enum Ending {
    case order([KeyAnswer.Step])
    /// No order exists; the deepest event that was reached.
    case none
    /// It has come no further for some time; it may be run again.
    case stuck
    /// A budget ran out.
    case tooMany
  }

  /// One configuration of the current path.
  struct Frame {
    var event: Int32
    /// The bits of open operations that took effect, and of those that nobody touched since.
    var taken: UInt64
    var untouched: UInt64
    /// All contents, and the pending operations that took effect, as tries.
    var state: Int32
    var usage: Int32
    /// How long the order, the changes and the list of candidates were.
    var order: Int32
    var changes: Int32
    var candidates: Int32
    var next: Int32
  }

  private struct Key: Hashable {
    var event: Int32
    var state: Int32
    var usage: Int32
    var taken: UInt64
    var untouched: UInt64
  }

  private let task: KeyTask
  let columns: CellColumns
  private let ledger: Ledger
  private var states: TrieTable
  private var usages: TrieTable
  /// What each cell holds now.
  private(set) var held: [Int32]
  /// The cells of the elements that are in, in no particular order, and where each is in there.
  private(set) var present: [Int32] = []
  private var presentPlace: [Int32]
  private var changes: [Int32] = []
  private var order: [Int32] = []
  private var candidates: [Int32] = []
  private var frames: [Frame] = []
  private var seen: Set<Key> = []
  private var booked = 0
  /// The configuration that is being made.
  private(set) var now: Frame
  /// The events that some configuration passed.
  private(set) var deepest = 0
  /// The configurations there were when the deepest event was reached.
  private var progress = 0
  private var isStarted = false
  /// Whether pending operations may be taken again and again.
  private let isUnlimited: Bool

  init(_ task: KeyTask, _ columns: CellColumns, isUnlimited: Bool = false) {
    self.task = task
    self.columns = columns
    self.isUnlimited = isUnlimited
    ledger = Ledger(task.budget)
    states = TrieTable(ledger)
    states.widen(to: max(1, columns.initial.count))
    usages = TrieTable(ledger)
    usages.widen(to: max(1, columns.pendingCalls.count))
    held = columns.initial
    presentPlace = [Int32](repeating: -1, count: columns.initial.count)
    now = Frame(
      event: 0, taken: 0, untouched: 0, state: 0, usage: 0, order: 0, changes: 0, candidates: 0,
      next: 0)
    for (cell, content) in held.enumerated() where columns.isSet && columns.isIn(content) {
      presentPlace[cell] = Int32(present.count)
      present.append(Int32(cell))
    }
  }

  /// How many configurations there are.
  var count: Int { seen.count }

  /// Searches; passes after that many configurations, and pauses after some that came no further.
  mutating func run(_ limit: Int, patience: Int = Int.max) -> Ending {
    if columns.eventCount == 0 { return .order([]) }
    if !isStarted {
      isStarted = true
      if goOn() { return .order(steps()) }
      if isAlive() { push() }
    }
    progress = seen.count
    while let top = frames.last {
      if Int(top.next) == candidates.count {
        frames.removeLast()
        candidates.removeLast(candidates.count - Int(top.candidates))
        continue
      }
      frames[frames.count - 1].next += 1
      let candidate = candidates[Int(top.next)]
      restore(top)
      guard take(candidate) else { continue }
      if goOn() {
        return ledger.isExhausted ? .tooMany : .order(steps())
      }
      guard isAlive() else { continue }
      push()
      if seen.count & 1023 == 0, ledger.spent != nil || seen.count > limit { return .tooMany }
      if ledger.isExhausted { return .tooMany }
      if seen.count - progress >= patience { return .stuck }
    }
    return ledger.isExhausted ? .tooMany : .none
  }

  /// Makes the configuration that is being made the current one, unless it was met before.
  private mutating func push() {
    let key = Key(
      event: now.event, state: now.state, usage: now.usage, taken: now.taken,
      untouched: now.untouched)
    if seen.count >= booked {
      guard ledger.reserve(bytes: max(1024, booked) * 96) else { return }
      booked += max(1024, booked)
    }
    guard seen.insert(key).inserted else { return }
    now.order = Int32(truncatingIfNeeded: order.count)
    now.changes = Int32(truncatingIfNeeded: changes.count)
    now.candidates = Int32(truncatingIfNeeded: candidates.count)
    now.next = now.candidates
    candidates += nextCandidates()
    frames.append(now)
  }

  /// Undoes what was done after a configuration was the current one.
  private mutating func restore(_ frame: Frame) {
    while changes.count > Int(frame.changes) {
      let content = changes.removeLast()
      put(content, in: columns.cell[Int(content)])
    }
    order.removeLast(order.count - Int(frame.order))
    now = frame
  }

  /// Lets a cell hold a content.
  private mutating func put(_ content: Int32, in cell: Int32) {
    held[Int(cell)] = content
    guard columns.isSet else { return }
    let place = presentPlace[Int(cell)]
    if columns.isIn(content), place < 0 {
      presentPlace[Int(cell)] = Int32(truncatingIfNeeded: present.count)
      present.append(cell)
    } else if !columns.isIn(content), place >= 0 {
      let last = present.removeLast()
      if last != cell {
        present[Int(place)] = last
        presentPlace[Int(last)] = place
      }
      presentPlace[Int(cell)] = -1
    }
  }

  /// Lets an operation (or `-1 -` a pending one) take effect; false where that is a dead end.
  private mutating func take(_ operation: Int32) -> Bool {
    order.append(operation)
    if operation < 0 {
      if !isUnlimited {
        now.usage = usages.setting(now.usage, Int(-1 - operation), to: 1)
        if now.usage == refused { return false }
      }
      // What it touches is all that touches it, so nothing is asked of it.
      let range = columns.pendingLeaves.range(-1 - operation)
      for place in range { touch(columns.cell[Int(columns.pendingLeaves.numbers[place])]) }
      return leave(columns.pendingLeaves, range)
    }
    touch(by: operation)
    now.taken |= columns.bit[Int(operation)]
    if columns.completing[Int(now.event)] != operation {
      now.untouched |= columns.bit[Int(operation)]
    }
    return leave(columns.leaves, columns.leaves.range(operation))
  }

  /// Lets some contents be left; false if somebody needs what was there, and cannot have it again.
  private mutating func leave(_ lists: CellColumns.Lists, _ range: Range<Int>) -> Bool {
    var isFine = true
    for place in range {
      let content = lists.numbers[place]
      let cell = columns.cell[Int(content)]
      let old = held[Int(cell)]
      if old == content { continue }
      changes.append(old)
      put(content, in: cell)
      let element = content == columns.initial[Int(cell)] ? 0 : content + 1
      now.state = states.setting(now.state, Int(cell), to: element)
      if now.state == refused { return false }
      let reader = columns.lastReader[Int(old)]
      if reader >= columns.opened[Int(now.event)], !isSupplied(old, for: reader) {
        isFine = false
      }
    }
    return isFine
  }

  /// An operation touches what others before it wrote or read.
  private mutating func touch(by operation: Int32) {
    guard now.untouched != 0 else { return }
    if columns.whole[Int(operation)] >= 0 {
      now.untouched = 0
      return
    }
    for other in columns.open[now.event]
    where now.untouched & columns.bit[Int(other)] != 0 && columns.meets(other, operation) {
      now.untouched &= ~columns.bit[Int(other)]
    }
  }

  /// A pending operation touches what others before it did to a cell.
  private mutating func touch(_ cell: Int32) {
    guard now.untouched != 0 else { return }
    for other in columns.open[now.event]
    where now.untouched & columns.bit[Int(other)] != 0 && columns.concerns(other, cell) {
      now.untouched &= ~columns.bit[Int(other)]
    }
  }

  /// Takes pure operations and passes the events that need nothing more; true at the end.
  private mutating func goOn() -> Bool {
    var isNew = true
    while true {
      let event = now.event
      for place in columns.open.range(event) {
        let operation = columns.open.numbers[place]
        let bit = columns.bit[Int(operation)]
        if now.taken & bit != 0 || !columns.isPure(operation) { continue }
        // What was open before and is not possible has not become so by passing an event.
        if !isNew, operation < columns.opened[Int(event) - 1] { continue }
        if !isPossible(operation) { continue }
        touch(by: operation)
        now.taken |= bit
        order.append(operation)
      }
      let last = columns.completing[Int(event)]
      guard now.taken & columns.bit[Int(last)] != 0 else { return false }
      if now.untouched != 0 { return false }
      now.taken &= ~columns.bit[Int(last)]
      now.event += 1
      if Int(now.event) > deepest {
        deepest = Int(now.event)
        progress = seen.count
      }
      if Int(now.event) == columns.eventCount { return true }
      isNew = false
    }
  }

  private func steps() -> [KeyAnswer.Step] {
    order.map {
      let call = $0 < 0 ? columns.pendingCalls[Int(-1 - $0)] : columns.calls[Int($0)]
      return KeyAnswer.Step(
        operation: task.operations[Int(call)], result: ValueTable.none)
    }
  }

  /// Whether a pending operation took effect.
  func isUsed(_ pending: Int32) -> Bool {
    !isUnlimited && usages.element(now.usage, Int(pending)) != 0
  }
}

extension CellColumns {
  /// Whether the second operation reads or writes what the first wrote, or writes what it read.
  func meets(_ first: Int32, _ second: Int32) -> Bool {
    for content in leaves[first] where concerns(second, cell[Int(content)]) { return true }
    for content in needs[first] {
      for other in leaves[second] where cell[Int(other)] == cell[Int(content)] { return true }
    }
    return false
  }

  /// Whether an operation reads or writes a cell.
  func concerns(_ operation: Int32, _ cell: Int32) -> Bool {
    leaves[operation].contains { self.cell[Int($0)] == cell }
      || needs[operation].contains { self.cell[Int($0)] == cell }
  }
}
