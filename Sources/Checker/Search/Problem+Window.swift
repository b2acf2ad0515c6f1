extension Problem {
  /// A few events of the history, relaxed so that they can be searched by themselves.
  ///
  /// **Claim.** If the window of the events `a..<b` has no order, the events before `b` have none.
  /// *Proof:* take an order of them with a point in time for each operation, and cut it at the
  /// completion `a - 1`. The operations with a point before the cut are those that completed by
  /// then and some that were open; leave them out. Those that were open are *optional* in the
  /// window: they may be left out, or taken by their own deadlines. Open pure ones are not in the
  /// window at all, which asks for less. The state at the cut is unknown, so the window is searched
  /// from all of `Machine.statesAnywhere`. Pending operations may be taken any number of times,
  /// which asks for less again and spares their counts. What is left of the order explains the
  /// window.
  ///
  /// The window costs what its own events cost, however long the history before them is: at a
  /// quiescent event (a cut in the sense of R9) nothing is optional, elsewhere the optional
  /// operations are gone after a few events. So an impossible completion is proved near where it
  /// is, and the cost of a violation grows linearly with the length of the history.
  ///
  /// `open` are the operations that are open just before the first event, in any order.
  func window(_ events: Range<Int>, open: [Int32], _ reductions: Reductions) -> Problem {
    var part = Problem()
    part.isUnlimited = true
    let cut = events.lowerBound == 0 ? 0 : opened[events.lowerBound - 1]
    let later = opened[events.lowerBound]..<opened[events.upperBound - 1]
    var invoked: [Int32] = []
    var returned: [Int32] = []
    var before = events.lowerBound
    for operation in open.sorted() + later {
      if operation < cut {
        if forms[Int(operation)].isPure { continue }
        part.optionalCount += 1
      }
      while operation >= opened[before] { before += 1 }
      part.operations.append(operations[Int(operation)])
      part.forms.append(forms[Int(operation)])
      invoked.append(Int32(truncatingIfNeeded: 2 * before))
      returned.append(2 * event[Int(operation)] + 1)
    }
    part.eventLimit = returned.count { $0 < 2 * events.upperBound }
    part.arrange(invoked: invoked, returned: returned)
    part.assignSlots(reductions)
    for group in pending where Int(pendingFrom[group.first]) < events.upperBound {
      let from = part.completing.prefix { returned[Int($0)] < 2 * pendingFrom[group.first] }.count
      part.pending.append(PendingGroup(form: group.form))
      part.setMembers(
        of: part.pending.count - 1,
        [(pendingOperations[group.first], Int32(truncatingIfNeeded: from))])
    }
    part.packUsage(reductions)
    return part
  }
}
