import Histories

/// A key of any model: the set of configurations that explain what was seen, behind a watermark.
///
/// G. Lowe, “Testing for linearizability”, 2017, section 5: a configuration is an object's state,
/// which open operations have taken effect in it, and how many pending ones of each class. Only a
/// completion forces work: configurations in which it has not taken effect take other operations
/// first, then it. When none is left, no order explains the history up to there.
///
/// **The watermark.** A step of the search needs the results of the other open operations, so an
/// event is processed when everything invoked before it has completed or was declared unknown: the
/// lag is the longest operation.
///
/// **Shortcuts**, each compared with the referee by the property tests:
/// - operations that change nothing are taken as soon as they are possible (R1): delete them where
///   a continuation takes them later;
/// - pending operations are counted by class and used in the order of their invocations (R2);
///   fewer used, and more of those that change nothing done, is as good (R7);
/// - of equal operations the first to complete is taken first (R4);
/// - a register's pending operation waits for someone to see it (R3): it is tried only when an
///   open operation, or another pending compare-and-set that could follow, sees what it installs.
///   Otherwise it can be deleted, or waits until a later event.
///
/// States are the plain values of ``Sequential``: a machine numbers its states for good and wants
/// to know all operations beforehand, and here both would keep what is long over.
struct FrontierKey<Object: Sequential>: KeyStream {
  /// An operation that was invoked and whose invocation, or completion, is not processed yet.
  private struct Entry {
    var call: StreamCall
    /// Nil while it is open.
    var outcome: Outcome?
    /// The bit of a completed operation while it is open behind the watermark.
    var slot = -1
  }

  /// A completed operation that is open behind the watermark.
  private struct Slot {
    var call: StreamCall
    var isPure: Bool
    /// What a register's compare-and-set expects.
    var expected: ValueID?
  }

  private enum Moment {
    case invocation(Int64)
    case completion(Int64)
  }

  /// What one configuration has done; states are numbers of ``objects``.
  struct Configuration: Hashable {
    var state: Int32
    var done: UInt64
    /// Class and count of the pending operations that took effect, ascending.
    var used: [Int64]

    /// How many pending operations took effect.
    var useCount: Int { used.reduce(0) { $0 + Int($1 & 0xFFFF_FFFF) } }

    /// The uses with one more of a class; nil when there is none left. A use is class and count in
    /// one number.
    func using(_ place: Int, of available: Int64) -> [Int64]? {
      var used = used
      let index = used.firstIndex { Int($0 >> 32) >= place } ?? used.count
      if index < used.count, Int(used[index] >> 32) == place {
        guard used[index] & 0xFFFF_FFFF < available else { return nil }
        used[index] += 1
      } else {
        used.insert(Int64(place) << 32 | 1, at: index)
      }
      return used
    }

    /// Whether every continuation of the other, of the same state, is one of this.
    func dominates(_ other: Configuration) -> Bool {
      guard done & other.done == other.done else { return false }
      return used.allSatisfy { use in
        other.used.contains { $0 >> 32 == use >> 32 && $0 >= use }
      }
    }
  }

  private struct Pending {
    var call: StreamCall
    var count: Int64
    var expected: ValueID?
    var installed: ValueID?
  }

  private var entries: [Int64: Entry] = [:]
  private var queue: [Moment] = []
  private var head = 0
  private var objects: [Object]
  private var numbers: [Object: Int32]
  private var frontier: [Configuration]
  private var pending: [Pending] = []
  /// The classes of pending operations that install a value, for registers.
  private var installers: [ValueID: [Int]] = [:]
  /// What some pending compare-and-set expects.
  private var expectations: Set<ValueID> = []
  /// The operations whose bits are in use.
  private var slots: [Slot?] = []
  private let isRegister: Bool
  private let limit: Int
  /// The largest magnitude that a counter can reach; nil for other models.
  private var reach: UInt64?
  /// Configurations that may still be made before the key is too slow to keep pace.
  private var patience = 100_000
  private static var patienceForEach: Int { 20 }

  init(_ object: Object, isRegister: Bool, limit: Int, reach: UInt64? = nil) {
    objects = [object]
    numbers = [object: 0]
    frontier = [Configuration(state: 0, done: 0, used: [])]
    self.isRegister = isRegister
    self.limit = limit
    self.reach = reach
  }

  mutating func invoke(_ call: StreamCall, _ values: ValueTable) -> KeyStep {
    if let known = reach {
      let number = values.integer(call.call.input) ?? 0
      let (sum, overflow) = known.addingReportingOverflow(number.magnitude)
      guard !overflow, sum <= UInt64(Int64.max) else {
        return .gaveUp("the counter may leave the range of 64-bit integers")
      }
      reach = sum
    }
    entries[call.invoked] = Entry(call: call)
    queue.append(.invocation(call.invoked))
    return queue.count - head > limit * 4 ? .gaveUp("too much is open") : .fine
  }

  mutating func complete(
    _ call: StreamCall, _ outcome: Outcome, _ values: ValueTable
  ) -> KeyStep {
    entries[call.invoked]?.call = call
    entries[call.invoked]?.outcome = call.call.end == .mismatch ? .ok : outcome
    if call.returned < StreamCall.never { queue.append(.completion(call.invoked)) }
    return advance(values)
  }

  mutating func finish(_ values: ValueTable) -> KeyStep {
    for index in head..<queue.count {
      if case .invocation(let number) = queue[index], entries[number]?.outcome == nil {
        entries[number]?.outcome = .indeterminate
      }
    }
    return advance(values)
  }

  mutating func rename(_ name: (ValueID) -> ValueID) {
    for number in entries.keys { entries[number]?.call.rename(name) }
    var renamed: [ValueID: [Int]] = [:]
    for (value, places) in installers { renamed[name(value)] = places }
    installers = renamed
    for (index, kept) in slots.enumerated() {
      guard var slot = kept else { continue }
      slot.call.rename(name)
      slot.expected = slot.expected.map(name)
      slots[index] = slot
    }
    expectations = Set(expectations.map(name))
    for index in pending.indices {
      pending[index].call.rename(name)
      let (expected, installed) = (pending[index].expected, pending[index].installed)
      pending[index].expected = expected.map(name)
      pending[index].installed = installed.map(name)
    }
    numbers = [:]
    for index in objects.indices {
      objects[index].rename(name)
      numbers[objects[index]] = Int32(index)
    }
  }
}

// MARK: - Events

extension FrontierKey {
  /// Processes events up to the first invocation whose end is not known.
  private mutating func advance(_ values: ValueTable) -> KeyStep {
    while head < queue.count {
      let step: KeyStep
      switch queue[head] {
      case .invocation(let number):
        guard let outcome = entries[number]?.outcome else { return .fine }
        step = open(number, outcome, values)
      case .completion(let number): step = close(number, values)
      }
      guard case .fine = step else { return step }
      head += 1
      if head > 64, head * 2 > queue.count {
        queue.removeFirst(head)
        head = 0
      }
    }
    return .fine
  }

  private mutating func open(
    _ number: Int64, _ outcome: Outcome, _ values: ValueTable
  ) -> KeyStep {
    guard var call = entries[number]?.call else { return .fine }
    switch outcome {
    case .fail: entries[number] = nil
    case .indeterminate:
      entries[number] = nil
      call.call.end = .pending
      addPending(call, values)
    case .ok:
      let free = slots.firstIndex { $0 == nil }
      guard let place = free ?? (slots.count < 64 ? slots.count : nil) else {
        return .gaveUp("more than 64 operations on one key are open at once")
      }
      if place == slots.count { slots.append(nil) }
      let isCas = call.call.function == .cas && call.call.end == .ok
      let slot = Slot(
        call: call, isPure: isPure(call.call, values),
        expected: isCas ? values.parts(of: call.call.input).first : nil)
      slots[place] = slot
      entries[number]?.slot = place
      if slot.isPure {
        for index in frontier.indices { settle(&frontier[index], values) }
      }
    }
    return .fine
  }

  private func isPure(_ call: Call, _ values: ValueTable) -> Bool {
    if call.end == .mismatch { return true }
    switch call.function {
    case .read, .get, .contains: return true
    case .dequeue, .pop: return call.output == ValueTable.null
    case .cas:
      let pair = values.parts(of: call.input)
      return pair.first == pair.last
    default: return false
    }
  }

  private mutating func addPending(_ call: StreamCall, _ values: ValueTable) {
    if [.read, .get, .contains].contains(call.call.function) { return }
    var expected: ValueID?
    var installed: ValueID? = call.call.input
    if call.call.function == .cas {
      let pair = values.parts(of: call.call.input)
      expected = pair.first
      installed = pair.last
      if expected == installed { return }
    }
    let places = isRegister ? installed.flatMap { installers[$0] } ?? [] : Array(pending.indices)
    let same = places.first {
      pending[$0].call.call.function == call.call.function
        && pending[$0].call.call.input == call.call.input
        && (isRegister || pending[$0].call.call.process == call.call.process)
    }
    if let same {
      pending[same].count += 1
      return
    }
    if isRegister, let installed { installers[installed, default: []].append(pending.count) }
    if let expected { expectations.insert(expected) }
    pending.append(Pending(call: call, count: 1, expected: expected, installed: installed))
  }

  /// Takes every open operation that changes nothing and is possible now.
  private func settle(_ configuration: inout Configuration, _ values: ValueTable) {
    let object = objects[Int(configuration.state)]
    for (place, slot) in slots.enumerated() {
      guard let slot, slot.isPure, configuration.done & 1 << UInt64(place) == 0 else { continue }
      var copy = object
      if copy.apply(slot.call.call, result: ValueTable.none, values), copy == object {
        configuration.done |= 1 << UInt64(place)
      }
    }
  }

  /// Keeps the configurations in which an operation has taken effect, after what they need to take
  /// first.
  private mutating func close(_ number: Int64, _ values: ValueTable) -> KeyStep {
    guard let place = entries[number]?.slot, place >= 0 else { return .fine }
    let bit: UInt64 = 1 << UInt64(place)
    let candidates = demanded(values)
    patience = min(patience + Self.patienceForEach, 1_000_000)
    var met = Antichains(pure: pureBits)
    var kept: [Configuration] = []
    // By the pending operations that they used: those that dominate come first.
    var waiting: [[Configuration]] = []
    func wait(_ configuration: Configuration) {
      let level = configuration.useCount
      while waiting.count <= level { waiting.append([]) }
      waiting[level].append(configuration)
    }
    for configuration in frontier where met.insert(configuration) { wait(configuration) }
    var level = 0
    while level < waiting.count {
      guard let configuration = waiting[level].popLast() else {
        level += 1
        continue
      }
      if configuration.done & bit != 0 {
        kept.append(configuration)
        continue
      }
      let found = successors(of: configuration, candidates, values)
      patience -= found.count
      for next in found where met.insert(next) { wait(next) }
      if met.count > limit || patience < 0 { return .gaveUp("too many orders are possible") }
    }
    guard !kept.isEmpty else {
      return .flaw(StreamFlaw(rule: "frontier", operations: openCalls))
    }
    entries[number] = nil
    slots[place] = nil
    var passed = Antichains(pure: pureBits)
    frontier = []
    for var configuration in kept.sorted(by: { $0.useCount < $1.useCount }) {
      configuration.done &= ~bit
      if passed.insert(configuration) { frontier.append(configuration) }
    }
    collect()
    return .fine
  }

  /// The bits of the operations that change nothing.
  private var pureBits: UInt64 {
    var bits: UInt64 = 0
    for (place, slot) in slots.enumerated() where slot?.isPure == true {
      bits |= 1 << UInt64(place)
    }
    return bits
  }

  /// The culprit and what is open beside it.
  private var openCalls: [StreamCall] {
    slots.compactMap { $0?.call }.sorted { $0.invoked < $1.invoked }
  }

  private mutating func successors(
    of configuration: Configuration, _ candidates: [Int], _ values: ValueTable
  ) -> [Configuration] {
    let object = objects[Int(configuration.state)]
    var found: [Configuration] = []
    for (place, slot) in slots.enumerated() {
      guard let slot, configuration.done & 1 << UInt64(place) == 0,
        isFirst(place, slot, configuration.done)
      else { continue }
      var copy = object
      guard copy.apply(slot.call.call, result: ValueTable.none, values) else { continue }
      var next = configuration
      next.state = number(of: copy)
      next.done |= 1 << UInt64(place)
      settle(&next, values)
      found.append(next)
    }
    for place in candidates {
      guard let used = configuration.using(place, of: pending[place].count) else { continue }
      for copy in object.outcomes(of: pending[place].call.call, values) where copy != object {
        var next = configuration
        next.state = number(of: copy)
        next.used = used
        settle(&next, values)
        if isRegister, next.done == configuration.done, !isExpected(place, next) { continue }
        found.append(next)
      }
    }
    return found
  }

  /// Whether no equal operation that is open completes before this one.
  private func isFirst(_ place: Int, _ slot: Slot, _ done: UInt64) -> Bool {
    for (other, rival) in slots.enumerated() {
      guard let rival, other != place, done & 1 << UInt64(other) == 0,
        rival.call.returned < slot.call.returned
      else { continue }
      let (mine, its) = (slot.call.call, rival.call.call)
      if mine.function == its.function, mine.input == its.input, mine.output == its.output,
        mine.end == its.end, isRegister || mine.process == its.process
      {
        return false
      }
    }
    return true
  }

  /// Whether a compare-and-set that may come next expects what a pending operation installed.
  private func isExpected(_ place: Int, _ configuration: Configuration) -> Bool {
    guard let installed = pending[place].installed else { return true }
    for (other, slot) in slots.enumerated()
    where slot?.expected == installed && configuration.done & 1 << UInt64(other) == 0 {
      return true
    }
    return expectations.contains(installed)
  }

  /// The classes of pending operations that may take effect at this event.
  private func demanded(_ values: ValueTable) -> [Int] {
    guard isRegister else { return Array(pending.indices) }
    var waiting: [ValueID] = []
    for case let slot? in slots {
      if slot.call.call.end == .mismatch { return Array(pending.indices) }
      if slot.call.call.function == .read { waiting.append(slot.call.call.output) }
      if let expected = slot.expected { waiting.append(expected) }
    }
    var wanted: Set<ValueID> = []
    var chosen: [Int] = []
    while let value = waiting.popLast() {
      guard wanted.insert(value).inserted else { continue }
      for place in installers[value] ?? [] {
        chosen.append(place)
        if let expected = pending[place].expected { waiting.append(expected) }
      }
    }
    return chosen.sorted()
  }

  private mutating func number(of object: Object) -> Int32 {
    if let known = numbers[object] { return known }
    let number = Int32(objects.count)
    objects.append(object)
    numbers[object] = number
    return number
  }

  /// Forgets the states that no configuration has.
  private mutating func collect() {
    guard objects.count > 2 * frontier.count + 16 else { return }
    var kept: [Object] = []
    numbers = [:]
    for index in frontier.indices {
      let object = objects[Int(frontier[index].state)]
      if numbers[object] == nil {
        numbers[object] = Int32(kept.count)
        kept.append(object)
      }
      frontier[index].state = numbers[object] ?? 0
    }
    objects = kept
  }

  /// Configurations of which none is as good as another: the same state, at least the same done of
  /// what changes nothing and exactly the same of the rest, and no more pending ones used.
  private struct Antichains {
    private var groups: [Configuration: [Configuration]] = [:]
    private let pure: UInt64
    private(set) var count = 0

    init(pure: UInt64) { self.pure = pure }

    /// Adds a configuration unless one that is as good is here.
    mutating func insert(_ configuration: Configuration) -> Bool {
      let name = Configuration(
        state: configuration.state, done: configuration.done & ~pure, used: [])
      let rivals = groups[name] ?? []
      if rivals.contains(where: { $0.dominates(configuration) }) { return false }
      groups[name] = rivals.filter { !configuration.dominates($0) } + [configuration]
      count += 1
      return true
    }
  }
}
