extension Problem {
  /// Finds from which events on operations of a pending group are of no use (R6).
  ///
  /// At event `e` a group has as many as were invoked before `e`, and at most as many of them can
  /// still be seen as there are operations that see what they leave: completed ones that complete
  /// at `e` or later, and pending ones. The difference only grows with `e`: by one at each
  /// invocation, and after each completion of one that sees.
  ///
  /// - Complexity: O(g · m log m) for g groups and m observers of a value.
  mutating func findClamps<M: Machine>(_ machine: M) {
    guard machine.hasDemand, !pending.isEmpty, !isUnlimited else { return }
    var completed: [Int32: [Int32]] = [:]
    var unfinished: [Int32: Int] = [:]
    for (operation, form) in forms.enumerated() {
      if let value = machine.seen(by: form) {
        completed[value, default: []].append(event[operation] + 1)
      }
    }
    for group in pending {
      if let value = machine.seen(by: group.form) {
        unfinished[value, default: 0] += group.count
      }
    }
    for (place, group) in pending.enumerated() {
      guard let value = machine.left(by: group.form) else { continue }
      let spare = unfinished[value, default: 0]
      guard spare < group.count else { continue }
      let observers = completed[value, default: []]
      var changes = pendingFrom[group.first..<group.first + group.count] + observers
      changes.sort()
      let events = changes.dropFirst(observers.count + spare).filter { Int($0) < eventCount }
      if !events.isEmpty { clamps.append(Clamp(group: place, events: Array(events))) }
    }
    clamps.sort { ($0.events[0], $0.group) < ($1.events[0], $1.group) }
  }
}
