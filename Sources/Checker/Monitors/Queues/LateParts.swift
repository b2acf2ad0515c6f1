import Histories

/// The operations of a bag or a priority queue by what they do.
struct LateParts {
  let task: KeyTask
  let timeline: Timeline
  /// Whether the least element is taken out, not any.
  let isOrdered: Bool
  /// Completed operations; elements are numbered from 0, those of a priority queue by size, and a
  /// take that found nothing has the number ``elements``.
  private(set) var operations = PairSide()
  /// Whether each of them puts something in.
  private(set) var isPut: [Bool] = []
  /// Pending puts of each element that somebody took, in the order of their invocations.
  private(set) var pendingPuts: [[Int32]] = []
  /// Pending takes, in the order of their invocations.
  private(set) var pendingTakes: [Int32] = []
  private(set) var values: [ValueID] = []

  /// How many different elements there are.
  var elements: Int { values.count }

  /// Reads a key's calls; nil when the container does not begin empty, when a value has the wrong
  /// shape or when too many operations are open at once.
  init?(_ task: KeyTask, puts: FunctionName, isOrdered: Bool) {
    guard task.settings.beginsEmpty(task.values) else { return nil }
    self.task = task
    self.isOrdered = isOrdered
    timeline = Timeline(task.calls)
    var numbers = NumberIndex(capacity: task.calls.count)
    for call in task.calls {
      if call.isOptional { return nil }
      let value = call.function == puts ? call.input : call.output
      if call.function == puts {
        guard (try? call.requireElement(task.values)) != nil else { return nil }
      } else if call.end != .ok || value == ValueTable.null {
        continue
      }
      if value < 0 || isOrdered && task.values.integer(value) == nil { return nil }
      if numbers[value] < 0 {
        numbers[value] = Int32(elements)
        values.append(value)
      }
    }
    if isOrdered {
      values.sort { (task.values.integer($0) ?? 0) < (task.values.integer($1) ?? 0) }
      for (number, value) in values.enumerated() { numbers[value] = Int32(number) }
    }
    pendingPuts = [[Int32]](repeating: [], count: elements)
    for (place, call) in task.calls.enumerated() {
      let number = Int32(place)
      if call.function == puts {
        if call.end == .ok {
          operations.add(number, numbers[call.input], timeline)
          isPut.append(true)
        } else {
          pendingPuts[Int(numbers[call.input])].append(number)
        }
      } else if call.end != .ok {
        pendingTakes.append(number)
      } else {
        let isEmpty = call.output == ValueTable.null
        operations.add(number, isEmpty ? Int32(elements) : numbers[call.output], timeline)
        isPut.append(false)
      }
    }
    guard operations.arrange() else { return nil }
  }

  /// Whether some element was taken out more often than it can have been put in by then.
  ///
  /// - Complexity: O(n).
  var lacksPuts: Bool {
    var balance = [Int32](repeating: 0, count: elements + 1)
    var change = [Int32](repeating: 0, count: Int(timeline.end) + 1)
    for (element, pending) in pendingPuts.enumerated() {
      for put in pending { change[Int(timeline.invoked[Int(put)])] = Int32(element) + 1 }
    }
    for operation in 0..<operations.count where operations.element[operation] < elements {
      if isPut[operation] {
        change[Int(operations.invoked[operation])] = operations.element[operation] + 1
      } else {
        change[Int(operations.returned[operation])] = -1 - operations.element[operation]
      }
    }
    for element in change where element != 0 {
      let number = Int(abs(element)) - 1
      balance[number] += element > 0 ? 1 : -1
      if balance[number] < 0 { return true }
    }
    return false
  }
}
