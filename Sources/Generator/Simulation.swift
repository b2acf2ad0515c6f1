import Base

/// Clients and a faultless object in virtual time, recorded as they go.
///
/// Each operation is invoked, takes effect at one moment and completes, in this order, and lines
/// are written in the order of events: so the order of the moments of effect is a linearization,
/// and the history is linearizable by construction. An operation whose outcome nobody knows takes
/// effect before its client gives up, or later, or never. With an error, one script more is
/// played, after which no linearization exists (``InjectedAnomaly``).
///
/// - Complexity: O(operations · log clients) time; memory for the clients and for what the object
///   itself holds.
struct Simulation<Object: SimulatedObject>: ~Copyable {
  private let options: GeneratorOptions
  private var object: Object
  private var source: Source
  private var queue = EventQueue()
  private var slots: [Slot] = []
  private var snapshots: [[Int64]] = []
  private var freeSlots: [Int32] = []
  private var script: Script
  private var started = 0
  private var writer: HistoryLines<Object>

  init(_ options: GeneratorOptions, _ kind: InjectedAnomaly?) {
    self.options = options
    object = Object(options)
    source = Source(options, isOrdered: !Object.isOrdered)
    script = Script(kind, options)
    writer = HistoryLines(isKeyed: options.keys > 1 && Object.hasKeys)
    for client in 0..<options.clients {
      var slot = Slot()
      slot.process = Int64(client)
      slots.append(slot)
      snapshots.append([])
      queue.insert(.init(time: pause(), slot: Int32(client)))
    }
  }

  /// Plays the run to its end.
  mutating func run(
    header: [UInt8], _ write: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    writer.write(header: header)
    while let moment = queue.first {
      let place = Int(moment.slot)
      switch slots[place].phase {
      case .idle: begin(place, moment.time)
      case .effect: takeEffect(place, moment.time)
      case .completion: complete(place, moment.time)
      case .lateEffect:
        _ = object.apply(
          &slots[place].operation, slots[place].holding, &snapshots[place], &source)
        freeSlots.append(moment.slot)
        queue.removeFirst()
      }
      if writer.isFull { try writer.flush(write) }
    }
    try writer.flush(write)
  }

  // MARK: Time

  /// Half an operation: 0.05 to 1.1 ms.
  private mutating func latency() -> Int64 { 50_000 + Int64(source.random.next() >> 44) }

  /// The time between two operations of a client.
  private mutating func pause() -> Int64 {
    let bits = source.random.next()
    guard options.thinkNanoseconds > 0 else { return 1 + Int64(bits >> 50) }
    return 1 + Int64(Double(bits >> 11) * 0x1p-53 * 2 * Double(options.thinkNanoseconds))
  }

  // MARK: Invocations

  private mutating func begin(_ place: Int, _ now: Int64) {
    if script.state == .waiting, started >= script.start {
      script.state = .gathering
      source.excluded = script.ordinaryMark
    }
    if script.state == .gathering || script.state == .running, plays(place) {
      if let step = turn(of: place) {
        invoke(place, step: step, now)
      } else {
        queue.postponeFirst(to: now + latency())
      }
      return
    }
    guard started < options.operations - script.reserve else {
      // Whoever is left may have to play a part.
      if script.state == .over {
        queue.removeFirst()
      } else {
        queue.postponeFirst(to: now + latency())
      }
      return
    }
    invoke(place, now)
  }

  /// Whether a client has a part in the script; the first that come get them.
  private mutating func plays(_ place: Int) -> Bool {
    if script.actors.contains(Int32(place)) { return true }
    guard script.actors.count < script.actorCount else { return false }
    script.actors.append(Int32(place))
    return true
  }

  /// The number of the step that a client is to do now, or nil.
  private mutating func turn(of place: Int) -> Int? {
    if script.state == .gathering {
      guard script.actors.count == script.actorCount, script.openMarks == 0 else { return nil }
      script.state = .running
      script.key = source.key()
      while script.marks.count < Script.markCount { script.marks.append(source.fresh()) }
      if Object.isOrdered { script.marks.sort() }
    }
    guard !script.isBusy else { return nil }
    let actor = Int(script.steps[script.next].actor)
    return script.actors[actor] == Int32(place) ? script.next : nil
  }

  private mutating func invoke(_ place: Int, step: Int, _ now: Int64) {
    let plan = script.steps[step]
    var operation = SimulatedOperation()
    operation.code = plan.code
    operation.key = script.key
    operation.input = value(of: plan.input)
    operation.second = value(of: plan.second)
    if plan.isPair { operation.other = object.neighbour(of: operation.key) }
    if case .tooLow = plan.forgery { operation.answer = object.miscount(plan.forgery, operation) }
    script.isBusy = true
    script.next += 1
    slots[place].step = Int32(step)
    slots[place].ending = .ok
    slots[place].isEffective = true
    slots[place].late = -1
    let effect = now + latency()
    slots[place].completion = effect + latency()
    open(place, &operation, now, effect)
  }

  private mutating func value(of operand: Operand) -> Int64 {
    switch operand {
    case .null: SimulatedOperation.null
    case .mark(let number): script.marks[number]
    case .ordinary: source.value()
    }
  }

  private mutating func invoke(_ place: Int, _ now: Int64) {
    var operation = SimulatedOperation()
    object.request(&operation, slots[place].holding, &source)
    slots[place].step = -1
    slots[place].ending = .ok
    slots[place].isEffective = true
    slots[place].late = -1
    let mark = script.state == .over ? -1 : script.ordinaryMark
    slots[place].isMarked = mark >= 0 && Object.puts(mark, operation)
    if slots[place].isMarked { script.openMarks += 1 }
    var effect = now + latency()
    slots[place].completion = effect + latency()
    if options.indeterminate > 0, source.random.chance(options.indeterminate) {
      loseSight(of: operation, place, now, &effect)
    }
    open(place, &operation, now, effect)
  }

  /// Decides what becomes of an operation that nobody will hear of.
  private mutating func loseSight(
    of operation: SimulatedOperation, _ place: Int, _ now: Int64, _ effect: inout Int64
  ) {
    if script.state != .over {
      if slots[place].isMarked { return }
      if script.needs.contains(.takesComplete), operation.code == Object.takingCode { return }
    }
    let fate = object.fate(of: operation, slots[place].holding)
    if fate == .known { return }
    let bits = source.random.next()
    slots[place].ending = bits & 7 == 0 ? .silence : .info
    let patience = 1_000_000 + Int64(bits >> 42)
    slots[place].completion = now + patience
    effect = now + 1 + Int64((bits >> 16) & 0xF_FFFF) % patience
    let isLost = fate == .lost || (fate == .any && bits >> 3 & 3 == 0)
    let isLate = fate != .lost && bits >> 3 & 3 == 1
    slots[place].isEffective = !isLost && !isLate
    if isLate { slots[place].late = now + patience + 1 + Int64((bits >> 8) & 0xFF_FFFF) }
  }

  private mutating func open(
    _ place: Int, _ operation: inout SimulatedOperation, _ now: Int64, _ effect: Int64
  ) {
    started += 1
    operation.process = slots[place].process
    object.invoked(operation)
    slots[place].operation = operation
    slots[place].refusals = 0
    slots[place].phase = .effect
    writer.write(invocation: operation, process: slots[place].process, time: now)
    queue.postponeFirst(to: min(effect, slots[place].completion))
  }

  // MARK: Effects

  private mutating func takeEffect(_ place: Int, _ now: Int64) {
    if slots[place].step >= 0 {
      forge(place)
    } else if slots[place].isEffective {
      let effect = object.apply(
        &slots[place].operation, slots[place].holding, &snapshots[place], &source)
      if effect == .refused {
        slots[place].refusals += 1
        if slots[place].refusals < 8 {
          let next = now + latency()
          slots[place].completion = next + latency()
          return queue.postponeFirst(to: next)
        }
        slots[place].ending = .fail
      }
    }
    slots[place].phase = .completion
    queue.postponeFirst(to: slots[place].completion)
  }

  /// The effect and the answer of a step.
  private mutating func forge(_ place: Int) {
    let forgery = script.steps[Int(slots[place].step)].forgery
    switch forgery {
    case .honest, .appended:
      _ = object.apply(&slots[place].operation, slots[place].holding, &snapshots[place], &source)
      if case .appended(let marks) = forgery {
        for mark in marks { snapshots[place].append(script.marks[mark]) }
      }
    case .acknowledged: slots[place].operation.answer = slots[place].operation.input
    case .pieces(let marks): snapshots[place] = marks.map { script.marks[$0] }
    case .pair(let first, let second):
      slots[place].operation.answer = script.marks[first]
      slots[place].operation.secondAnswer = script.marks[second]
    case .present: slots[place].operation.answer = 1
    case .answer(let operand): slots[place].operation.answer = value(of: operand)
    case .previous(let difference):
      slots[place].operation.answer = script.previous + difference
    case .tooLow, .tooHigh: break
    }
  }

  // MARK: Completions

  private mutating func complete(_ place: Int, _ now: Int64) {
    if slots[place].step >= 0 { end(step: Int(slots[place].step), place) }
    switch slots[place].ending {
    case .ok:
      if slots[place].step < 0 {
        object.completed(slots[place].operation, &slots[place].holding)
      } else {
        var nobody = Holding()
        object.completed(slots[place].operation, &nobody)
      }
      writer.write(
        answer: slots[place].operation, snapshots[place], process: slots[place].process,
        time: now)
    case .fail:
      writer.write(
        .fail, of: slots[place].operation, process: slots[place].process, time: now)
    case .info:
      writer.write(
        .info, of: slots[place].operation, process: slots[place].process, time: now)
      giveUp(place)
    case .silence: giveUp(place)
    }
    if slots[place].isMarked {
      slots[place].isMarked = false
      script.openMarks -= 1
    }
    slots[place].phase = .idle
    queue.postponeFirst(to: now + pause())
  }

  private mutating func end(step: Int, _ place: Int) {
    if case .tooHigh = script.steps[step].forgery {
      slots[place].operation.answer = object.miscount(.tooHigh, slots[place].operation)
    }
    script.previous = slots[place].operation.answer
    script.isBusy = false
    if script.next == script.steps.count {
      script.state = .over
      source.excluded = -1
    }
  }

  /// The client goes on as another process; what it asked for may yet take effect.
  private mutating func giveUp(_ place: Int) {
    if slots[place].late >= 0 {
      var slot = slots[place]
      slot.phase = .lateEffect
      slot.step = -1
      let free = freeSlots.popLast()
      if let free {
        slots[Int(free)] = slot
      } else {
        slots.append(slot)
        snapshots.append([])
      }
      queue.insert(.init(time: slot.late, slot: free ?? Int32(slots.count - 1)))
    }
    slots[place].process += Int64(options.clients)
    slots[place].holding = Holding()
  }
}
