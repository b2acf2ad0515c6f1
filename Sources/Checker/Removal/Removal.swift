import Histories

/// What can be left out of a history without making a violation: how a model's operations hang
/// together.
///
/// A group is *sound* to leave out when every linearizable history stays linearizable without it.
/// Then what remains of a violation after sound removals proves the whole to be one. Each kind says
/// why it is sound: take an order of the history, leave the group out of it, and see that every
/// answer that is left is still right; real time is respected since nothing moves. Several groups
/// can go at once, since each is sound for the same order.
///
/// *Pure* operations are sound by themselves in every model: they change nothing for the others.
enum Removal: Sendable {
  /// Nothing beyond pure operations.
  case pureOnly
  /// A register. What installs a value goes with everything that observes it, and what those
  /// install in turn: whoever is left observed a value that nobody of the group installed, so its
  /// installer is still there, and still the last before it. Not while a failed compare-and-set
  /// is there, which may need the value to be another.
  case register
  /// A queue, bag, stack or priority queue. An element that nobody took out goes alone (a pending
  /// operation that may have taken it took nothing then), and one that was not there at first with
  /// all that put it in or took it out. The others keep their order among themselves: what was
  /// first, last, least or anywhere among all is so among fewer, and what was empty stays empty.
  case element
  /// Locks. An acquisition and the release that is the process's next operation go together, and an
  /// acquisition that is its process's last goes alone: the lock is free instead, and whatever else
  /// happened while it was held needed no more than that.
  case section
  /// A log. An element that no read shows comes after all reads: nobody misses it. One that is
  /// shown can be taken out of all reads (``pieces(of:_:_:)``).
  case unread
  /// A set. Elements have nothing to do with each other, so one that was not in at first goes with
  /// all that is about it: alone when no read shows it, else out of all reads
  /// (``pieces(of:_:_:)``).
  case member
  /// Registers that transactions read and write. A transaction goes with those that read what it
  /// wrote, and those that read what these wrote in turn, as for ``register``.
  case transaction
  /// A text (``TextParses``). What was appended goes with the gets that may show it, and what was
  /// put with the gets that may begin with it. Nobody is left who got something between the
  /// operation and the next put, so its going changes nothing that was seen. What was appended also
  /// goes without the gets, each of which shows the text less that piece, when all parses agree
  /// where the piece is (``pieces(of:_:_:)``): the order has it there too.
  case text
  /// Every operation by itself: the answers of a model of this kind are judged by their being
  /// different, and fewer are so as well.
  case each

  /// The groups of calls that are sound to leave out, pure calls first, in order.
  func groups(
    of calls: [Call], _ settings: Settings, _ values: ValueTable
  ) -> [[Int]] {
    let pure = calls.indices.filter { Removal.isPure(calls[$0], values) }
    var groups = pure.map { [$0] }
    switch self {
    case .pureOnly: break
    case .register:
      if !calls.contains(where: { $0.end == .mismatch }) {
        groups += Removal.clusters(calls, values)
      }
    case .element: groups += Removal.elements(calls, settings, values)
    case .section: groups += Removal.sections(calls)
    case .unread:
      var shown: Set<ValueID> = []
      for index in pure { shown.formUnion(values.parts(of: calls[index].output)) }
      groups += calls.indices.filter {
        calls[$0].function == .append && !shown.contains(calls[$0].input)
      }.map { [$0] }
    case .text: groups += Removal.texts(calls, TextParses(calls, settings, values), values)
    case .member: groups += Removal.members(calls, settings, values)
    case .transaction: groups += Removal.transactions(calls, values)
    case .each: groups = calls.indices.map { [$0] }
    }
    return groups
  }

  /// Whether a call can never change the object.
  static func isPure(_ call: Call, _ values: ValueTable) -> Bool {
    switch call.function {
    case .read, .contains, .get: return true
    case .dequeue, .pop, .deleteMin: return call.end == .ok && call.output == ValueTable.null
    case .cas:
      let pair = values.parts(of: call.input)
      return call.end == .mismatch || pair.first == pair.last
    case .txn: return MicroOperation.isReadOnly(call.input, values)
    default: return false
    }
  }

  private static func clusters(_ calls: [Call], _ values: ValueTable) -> [[Int]] {
    var observers: [ValueID: [Int]] = [:]
    var installed: [ValueID?] = []
    for (index, call) in calls.enumerated() {
      switch call.function {
      case .write: installed.append(call.input)
      case .cas:
        let pair = Array(values.parts(of: call.input))
        observers[pair[0], default: []].append(index)
        installed.append(pair[1])
      default:
        if call.end == .ok { observers[call.output, default: []].append(index) }
        installed.append(nil)
      }
    }
    return closures(calls.indices.filter { installed[$0] != nil }) { call in
      installed[call].flatMap { observers[$0] } ?? []
    }
  }

  private static func elements(
    _ calls: [Call], _ settings: Settings, _ values: ValueTable
  ) -> [[Int]] {
    var putIn: [ValueID: [Int]] = [:]
    var takenOut: [ValueID: [Int]] = [:]
    for (index, call) in calls.enumerated() {
      if [.enqueue, .push, .insert].contains(call.function) {
        putIn[call.input, default: []].append(index)
      } else if call.end == .ok, call.output != ValueTable.null {
        takenOut[call.output, default: []].append(index)
      }
    }
    let initial = Set(values.parts(of: settings.initial ?? ValueTable.none))
    var groups: [[Int]] = []
    for (index, call) in calls.enumerated() {
      guard let same = putIn[call.input], same.contains(index) else { continue }
      let out = takenOut[call.input] ?? []
      if out.isEmpty {
        groups.append([index])
      } else if same[0] == index, !initial.contains(call.input) {
        groups.append((same + out).sorted())
      }
    }
    return groups
  }

  private static func sections(_ calls: [Call]) -> [[Int]] {
    var next: [Int64: Int] = [:]
    var groups: [[Int]] = []
    for index in calls.indices.reversed() {
      let call = calls[index]
      let after = next.updateValue(index, forKey: call.process)
      guard call.function == .acquire else { continue }
      if let after {
        if calls[after].function == .release, calls[after].end == .ok {
          groups.append([index, after])
        }
      } else {
        groups.append([index])
      }
    }
    return groups.reversed()
  }

  private static func texts(
    _ calls: [Call], _ parses: TextParses, _ values: ValueTable
  ) -> [[Int]] {
    var groups: [[Int]] = []
    // A history that nothing can be left out of may have large groups: not worth more than this.
    var room = 8 * calls.count + 20_000
    for index in calls.indices where room > 0 {
      let text = calls[index].input
      switch calls[index].function {
      case .append: groups.append(([index] + parses.gets(containing: text)).sorted())
      case .put: groups.append(([index] + parses.gets(beginningWith: text)).sorted())
      default: continue
      }
      room -= groups[groups.count - 1].count
    }
    return groups
  }

  private static func members(
    _ calls: [Call], _ settings: Settings, _ values: ValueTable
  ) -> [[Int]] {
    var shown = Set(values.parts(of: settings.initial ?? ValueTable.none))
    var about: [ValueID: [Int]] = [:]
    for (index, call) in calls.enumerated() {
      if call.function != .read {
        about[call.input, default: []].append(index)
      } else if call.end == .ok {
        shown.formUnion(values.parts(of: call.output))
      }
    }
    return calls.indices.compactMap { index in
      guard calls[index].function != .read, !shown.contains(calls[index].input),
        let group = about[calls[index].input], group[0] == index
      else { return nil }
      return group
    }
  }

  /// One register's value.
  private struct Held: Hashable {
    var key: ValueID
    var value: ValueID
  }

  private static func transactions(_ calls: [Call], _ values: ValueTable) -> [[Int]] {
    var readers: [Held: [Int]] = [:]
    var written: [[Held]] = []
    for (index, call) in calls.enumerated() {
      let isAnswered = call.end == .ok && call.output != ValueTable.none
      var own: [Held] = []
      for part in values.parts(of: isAnswered ? call.output : call.input) {
        let words = Array(values.parts(of: part))
        guard words.count == 3 else { continue }
        let held = Held(key: words[1], value: words[2])
        if values.string(words[0])?.first == "w" {
          own.append(held)
        } else if call.end == .ok {
          readers[held, default: []].append(index)
        }
      }
      written.append(own)
    }
    return closures(calls.indices.filter { !written[$0].isEmpty }) { call in
      written[call].flatMap { readers[$0] ?? [] }
    }
  }

  /// Each of some calls with all that follow from it.
  private static func closures(_ roots: [Int], _ next: (Int) -> [Int]) -> [[Int]] {
    var groups: [[Int]] = []
    // Each may hold nearly everything: not worth more than this.
    var room = 8 * roots.count + 20_000
    for root in roots where room > 0 {
      var group: Set<Int> = [root]
      var waiting = [root]
      while let call = waiting.popLast() {
        for other in next(call) where group.insert(other).inserted { waiting.append(other) }
      }
      room -= group.count
      groups.append(group.sorted())
    }
    return groups
  }
}
