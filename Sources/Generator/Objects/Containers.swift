import Histories

/// Queues, bags, stacks and priority queues: elements are put in and taken out.
struct SimulatedContainers<Kind: ContainerKind>: SimulatedObject {
  static var functions: [StaticString] { Kind.functions }
  static var initial: String? { "[]" }
  static var isOrdered: Bool { Kind.isOrdered }
  static var takingCode: Int32 { 1 }

  private var contents: [Kind]
  /// How many elements a container may have before most clients take some out.
  private let enough: Int

  init(_ options: GeneratorOptions) {
    contents = Array(repeating: Kind(), count: options.keys)
    enough = options.clients
  }

  /// Elements go in and out in equal parts, a little more in than out while there are few.
  mutating func request(
    _ operation: inout SimulatedOperation, _ client: Holding, _ source: inout Source
  ) {
    operation.key = source.key()
    let share: Int32 = contents[Int(operation.key)].count < enough ? 9 : 6
    if source.below(16) < share {
      operation.input = source.value()
    } else {
      operation.code = 1
    }
  }

  mutating func apply(
    _ operation: inout SimulatedOperation, _ client: Holding, _ snapshot: inout [Int64],
    _ source: inout Source
  ) -> Effect {
    let key = Int(operation.key)
    if operation.code == 0 {
      contents[key].put(operation.input)
      operation.answer = operation.input
    } else {
      operation.answer = contents[key].take(&source) ?? SimulatedOperation.null
    }
    return .done
  }
}

/// One container, and the rule by which it gives its elements out.
protocol ContainerKind: SendableMetatype {
  static var functions: [StaticString] { get }
  static var isOrdered: Bool { get }
  init()
  var count: Int { get }
  mutating func put(_ element: Int64)
  mutating func take(_ source: inout Source) -> Int64?
}

extension ContainerKind {
  static var isOrdered: Bool { false }
}

/// First in, first out.
struct Fifo: ContainerKind {
  static var functions: [StaticString] { ["enqueue", "dequeue"] }

  private var elements: [Int64] = []
  private var head = 0

  var count: Int { elements.count - head }

  mutating func put(_ element: Int64) { elements.append(element) }

  mutating func take(_ source: inout Source) -> Int64? {
    guard head < elements.count else { return nil }
    head += 1
    let element = elements[head - 1]
    if head >= 64, head * 2 >= elements.count {
      elements.removeFirst(head)
      head = 0
    }
    return element
  }
}

/// Last in, first out.
struct Lifo: ContainerKind {
  static var functions: [StaticString] { ["push", "pop"] }

  private var elements: [Int64] = []

  var count: Int { elements.count }
  mutating func put(_ element: Int64) { elements.append(element) }
  mutating func take(_ source: inout Source) -> Int64? { elements.popLast() }
}

/// Any element that is in.
struct Unordered: ContainerKind {
  static var functions: [StaticString] { ["enqueue", "dequeue"] }

  private var elements: [Int64] = []

  var count: Int { elements.count }
  mutating func put(_ element: Int64) { elements.append(element) }

  mutating func take(_ source: inout Source) -> Int64? {
    guard !elements.isEmpty else { return nil }
    elements.swapAt(Int(source.below(Int32(elements.count))), elements.count - 1)
    return elements.popLast()
  }
}

extension InjectedAnomaly {
  /// Marks are put in by the script alone, once each, and never reach the true object.
  static let bags = [
    // m is put in once and taken out twice.
    InjectedAnomaly(
      .duplicated, "an element that was put in once is taken out twice",
      [
        Step(0, .mark(0)), Step(1, answered: .answer(.mark(0))),
        Step(1, answered: .answer(.mark(0))),
      ].acknowledging),
    // Nobody ever puts the mark in.
    InjectedAnomaly(
      .neverInserted, "an element is taken out that nobody ever put in",
      [Step(1, answered: .answer(.mark(0)))]),
    // The only `put m` is invoked after the taking has ended.
    InjectedAnomaly(
      .takenBeforeInserted, "an element is taken out before it is put in",
      [Step(1, answered: .answer(.mark(0))), Step(0, .mark(0))].acknowledging),
    // m is in before the taking is invoked, and nobody takes it out: all takings that were invoked
    // before the script's end complete (``Needs/takesComplete``), none of them with m.
    InjectedAnomaly(
      .wrongEmpty, "nothing is found although an element is in", needs: .takesComplete,
      [Step(0, .mark(0)), Step(1, answered: .answer(.null))].acknowledging),
  ]

  static let queues =
    bags + [
      // m is in before n is, so m is taken out before n; the only takings of the two say the
      // opposite.
      InjectedAnomaly(
        .outOfOrder, "two elements leave in the wrong order",
        [
          Step(0, .mark(0)), Step(0, .mark(1)), Step(1, answered: .answer(.mark(1))),
          Step(1, answered: .answer(.mark(0))),
        ].acknowledging),
      // m is in before n is, so m is out before n; but no taking that could have taken m does.
      InjectedAnomaly(
        .lostElement, "an element that was put in never comes out, a later one does",
        needs: .takesComplete,
        [Step(0, .mark(0)), Step(0, .mark(1)), Step(1, answered: .answer(.mark(1)))].acknowledging),
    ]

  static let stacks =
    bags + [
      // n lies on m from the moment it is pushed until its only pop, which comes after that of m.
      InjectedAnomaly(
        .outOfOrder, "two elements leave in the wrong order",
        [
          Step(0, .mark(0)), Step(0, .mark(1)), Step(1, answered: .answer(.mark(0))),
          Step(1, answered: .answer(.mark(1))),
        ].acknowledging)
    ]
}

extension [Step] {
  /// The steps, what is put in being acknowledged without effect.
  var acknowledging: [Step] {
    map { step in
      var step = step
      if step.code == 0 { step.forgery = .acknowledged }
      return step
    }
  }
}
