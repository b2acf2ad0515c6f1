import Histories

/// The elements of a queue, bag, stack or priority queue, each put in once, with their intervals.
///
/// An element's *put* is the operation that puts it in, its *take* the one that takes it out. The
/// put takes effect before the take, so it has the moments `putStart + 1 ... putEnd` where
/// `putEnd` is the earlier of both completions, and the take `takeStart + 1 ... takeEnd` where
/// `takeStart` is the later of both invocations. The element is certainly in at the moments
/// `putEnd + 1 ... takeStart`; when there is none it may be put in and taken out at one moment.
///
/// A pending put whose element nobody took is left out: from an order in which it took effect it
/// can be deleted, together with the pending take that may have removed the element.
struct Elements {
  /// The end of an interval that a pending take gives an element.
  static let pendingEnd = Int32.max - 1
  /// The take of an element that stays for good.
  static let stays = Int32.max

  let task: KeyTask
  let timeline: Timeline
  /// The element, by its value; in the order of the puts' invocations.
  private(set) var value: [ValueID] = []
  /// The call that puts each element in.
  private(set) var put: [Int32] = []
  /// The call that takes each element out, or -1.
  private(set) var take: [Int32] = []
  private(set) var putStart: [Int32] = []
  private(set) var putEnd: [Int32] = []
  private(set) var takeStart: [Int32] = []
  private(set) var takeEnd: [Int32] = []
  /// Takes that found nothing.
  private(set) var empties: [Int32] = []
  /// Takes that may have removed anything, in the order of their invocations.
  private(set) var pendingTakes: [Int32] = []
  /// Elements that nobody is known to have taken out, by the end of their puts: *lost*.
  var lost: [Int32] = []

  var count: Int { put.count }

  /// What reading the calls comes to.
  enum Reading {
    case elements(Elements)
    case answer(RungAnswer)
  }

  /// Reads a key's calls, and checks what concerns one element alone.
  ///
  /// Passes when the object does not begin empty, when an element that matters is put in twice, or
  /// when a value has the wrong shape. Violations:
  ///
  /// - *never put in*: the take alone. Nobody puts the element in, so nobody can take it out.
  /// - *taken twice*: the put and both takes. The element was put in once.
  /// - *taken before it was put in*: the put and the take.
  static func read(
    _ task: KeyTask, puts: FunctionName, isElement: (ValueID) -> Bool = { _ in true }
  ) -> Reading {
    guard task.settings.beginsEmpty(task.values) else { return .answer(.pass) }
    var elements = Elements(task)
    var index = NumberIndex(capacity: task.calls.count)
    var takes: [Int32] = []
    var twice: (Int32, Int32)?
    for (place, call) in task.calls.enumerated() where call.function != puts {
      guard call.end == .ok else {
        elements.pendingTakes.append(Int32(place))
        continue
      }
      if call.output == ValueTable.null {
        elements.empties.append(Int32(place))
      } else if call.output == ValueTable.none || !isElement(call.output) {
        return .answer(.pass)
      } else if index[call.output] >= 0 {
        twice = twice ?? (takes[Int(index[call.output])], Int32(place))
      } else {
        index[call.output] = Int32(takes.count)
        takes.append(Int32(place))
      }
    }
    guard elements.addPuts(puts, &index, takes, isElement) else { return .answer(.pass) }
    for take in takes where index[task.calls[Int(take)].output] >= 0 {
      return .answer(.violation(.neverInserted, [take]))
    }
    if let twice, let element = elements.take.firstIndex(of: twice.0) {
      return .answer(.violation(.duplicated, [elements.put[element], twice.0, twice.1]))
    }
    for element in 0..<elements.count
    where elements.takeEnd[element] < elements.putStart[element] {
      return .answer(
        .violation(.takenBeforeInserted, [elements.put[element], elements.take[element]]))
    }
    elements.lost.sort { elements.putEnd[Int($0)] < elements.putEnd[Int($1)] }
    return .elements(elements)
  }

  private init(_ task: KeyTask) {
    self.task = task
    timeline = Timeline(task.calls)
  }

  /// Joins the puts with the takes in the index, whose entries become -2 when they are met.
  private mutating func addPuts(
    _ puts: FunctionName, _ index: inout NumberIndex, _ takes: [Int32],
    _ isElement: (ValueID) -> Bool
  ) -> Bool {
    for (place, call) in task.calls.enumerated() where call.function == puts {
      guard (try? call.requireElement(task.values)) != nil, isElement(call.input) else {
        return false
      }
      let known = index[call.input]
      if known == -1, call.end == .pending { continue }
      if known < -1 { return false }
      index[call.input] = -2
      value.append(call.input)
      put.append(Int32(place))
      putStart.append(timeline.invoked[place])
      if known < 0 {
        take.append(-1)
        putEnd.append(timeline.returned[place])
        takeStart.append(Self.stays)
        takeEnd.append(Self.stays)
        lost.append(Int32(put.count - 1))
      } else {
        let other = Int(takes[Int(known)])
        take.append(takes[Int(known)])
        putEnd.append(min(timeline.returned[place], timeline.returned[other]))
        takeStart.append(max(timeline.invoked[place], timeline.invoked[other]))
        takeEnd.append(timeline.returned[other])
      }
    }
    return true
  }

  /// Lets the pending takes remove lost elements, the first the one whose put ended first.
  ///
  /// The intervals that the elements get are as if these takes had completed after everything.
  mutating func matchPendingTakes() {
    for (take, element) in zip(pendingTakes, lost.map { Int($0) }) {
      self.take[element] = take
      takeStart[element] = max(timeline.invoked[Int(take)], putStart[element])
      takeEnd[element] = Self.pendingEnd
    }
  }

  /// Leaves out the lost elements and the pending takes.
  func withoutLost() -> Elements {
    var rest = self
    rest.keep { self.takeEnd[$0] < Self.pendingEnd }
    rest.lost = []
    rest.pendingTakes = []
    return rest
  }

  /// Keeps some of the elements.
  mutating func keep(_ isKept: (Int) -> Bool) {
    var next = 0
    for element in 0..<count where isKept(element) {
      value[next] = value[element]
      put[next] = put[element]
      take[next] = take[element]
      putStart[next] = putStart[element]
      putEnd[next] = putEnd[element]
      takeStart[next] = takeStart[element]
      takeEnd[next] = takeEnd[element]
      next += 1
    }
    let gone = count - next
    value.removeLast(gone)
    put.removeLast(gone)
    take.removeLast(gone)
    putStart.removeLast(gone)
    putEnd.removeLast(gone)
    takeStart.removeLast(gone)
    takeEnd.removeLast(gone)
  }

  /// The calls of an element.
  func calls(of element: Int) -> [Int32] {
    take[element] < 0 ? [put[element]] : [put[element], take[element]]
  }

  /// Elements in ascending order of a column.
  func sorted(by column: [Int32]) -> [Int32] {
    var keys = column.indices.map { UInt64(UInt32(bitPattern: column[$0])) << 32 | UInt64($0) }
    keys.sort()
    return keys.map { Int32(truncatingIfNeeded: $0 & 0xFFFF_FFFF) }
  }
}
