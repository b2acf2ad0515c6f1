import Histories

/// `bag-monitor`: an unordered queue whose elements are each put in once.
///
/// **What is decided.** Elements of a bag have nothing to do with each other but for the takes that
/// found nothing: each element is put in at its last moment and taken out at
/// its first, or at one moment; then it is in when it certainly is and at no other moment, so a
/// take that found nothing is possible iff one of its moments is free (``Cover``). Pending takes
/// remove lost elements as ``Elements/matchPendingTakes()`` says, which frees all that can be.
///
/// **The order.** At one moment: what is taken out, then those that find nothing, then what is put
/// in and taken out at once, then what is put in.
enum BagMonitor {
  static let rung = Rung("bag-monitor", bytesPerCall: 160) { (task) throws(CheckError) in
    var elements: Elements
    switch Elements.read(task, puts: .enqueue) {
    case .answer(let answer): return answer
    case .elements(let read): elements = read
    }
    elements.matchPendingTakes()
    var schedule = Schedule(capacity: task.calls.count)
    if let impossible = Cover(elements).placeEmpties(elements, &schedule) { return impossible }
    for element in 0..<elements.count {
      let last = elements.putEnd[element]
      let start = elements.takeStart[element]
      schedule.place(elements.put[element], at: last, phase: 2, element * 2)
      guard elements.take[element] >= 0 else { continue }
      if start < last {
        schedule.place(
          elements.take[element], at: last, phase: 2, element * 2 + 1,
          result: elements.value[element])
      } else {
        schedule.place(
          elements.take[element], at: start + 1, phase: 0, element,
          result: elements.value[element])
      }
    }
    return .order(schedule.steps(task))
  }
}
