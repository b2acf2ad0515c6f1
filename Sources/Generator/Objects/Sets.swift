import Histories

/// Sets with whole reads. They stay small: with many elements in, clients remove some.
struct SimulatedSets: SimulatedObject {
  static var functions: [StaticString] { ["add", "remove", "contains", "read"] }
  static var initial: String? { "[]" }

  private enum Code {
    static let add: Int32 = 0
    static let remove: Int32 = 1
    static let contains: Int32 = 2
    static let read: Int32 = 3
  }

  private var elements: [[Int64]]

  init(_ options: GeneratorOptions) {
    elements = Array(repeating: [], count: options.keys)
  }

  mutating func request(
    _ operation: inout SimulatedOperation, _ client: Holding, _ source: inout Source
  ) {
    operation.key = source.key()
    let present = elements[Int(operation.key)]
    switch source.below(8) {
    case 0..<3: operation.code = present.count < 8 ? Code.add : Code.remove
    case 3..<5: operation.code = Code.contains
    case 5..<7: operation.code = Code.remove
    default: operation.code = Code.read
    }
    if operation.code == Code.read { return }
    // Where values are unique, only those that are in are worth asking for.
    if operation.code == Code.add || source.domain > 0 || present.isEmpty {
      operation.input = source.value()
    } else {
      operation.input = present[Int(source.below(Int32(present.count)))]
    }
  }

  mutating func apply(
    _ operation: inout SimulatedOperation, _ client: Holding, _ snapshot: inout [Int64],
    _ source: inout Source
  ) -> Effect {
    let key = Int(operation.key)
    let place = elements[key].firstIndex(of: operation.input)
    operation.answer = operation.input
    switch operation.code {
    case Code.add: if place == nil { elements[key].append(operation.input) }
    case Code.remove:
      if let place {
        let last = elements[key].removeLast()
        if place < elements[key].count { elements[key][place] = last }
      }
    case Code.contains: operation.answer = place == nil ? 0 : 1
    default:
      snapshot.removeAll(keepingCapacity: true)
      snapshot.append(contentsOf: elements[key])
    }
    return .done
  }

  static func writeOutput(
    _ operation: SimulatedOperation, _ snapshot: [Int64], to line: inout LineBuffer
  ) {
    switch operation.code {
    case Code.read: line.write(list: snapshot)
    case Code.contains:
      line.write(UInt8(ascii: "["))
      line.write(operation.input)
      line.write(operation.answer == 1 ? ",true]" : ",false]")
    default: line.write(operation.answer)
    }
  }
}

extension InjectedAnomaly {
  /// Nobody but the script ever touches its marks, and all its operations complete.
  static let sets = [
    // m is in from before `contains m` is invoked, and nobody ever removes it.
    InjectedAnomaly(
      .lostElement, "an element that was added is not found",
      [Step(0, .mark(0), answered: .acknowledged), Step(2, .mark(0), answered: .honest)]),
    // As above, with a whole read.
    InjectedAnomaly(
      .elementMissing, "a whole read lacks an element that was added",
      [Step(0, .mark(0), answered: .acknowledged), Step(3, answered: .honest)]),
    // m is out before `contains m` is invoked, and nobody adds it again.
    InjectedAnomaly(
      .elementResurrected, "an element that was removed is found",
      [
        Step(0, .mark(0), answered: .acknowledged), Step(1, .mark(0), answered: .acknowledged),
        Step(2, .mark(0), answered: .present),
      ]),
    // Nobody ever adds m.
    InjectedAnomaly(
      .neverInserted, "a whole read has an element that nobody ever added",
      [Step(3, answered: .appended([0]))]),
    // No set has an element twice.
    InjectedAnomaly(
      .duplicated, "a whole read has an element twice",
      [
        Step(0, .mark(0), answered: .acknowledged), Step(3, answered: .appended([0, 0])),
      ]),
    // The only `add m` is invoked after the read has ended.
    InjectedAnomaly(
      .takenBeforeInserted, "an element is found before it is added",
      [Step(2, .mark(0), answered: .present), Step(0, .mark(0), answered: .acknowledged)]),
  ]
}
