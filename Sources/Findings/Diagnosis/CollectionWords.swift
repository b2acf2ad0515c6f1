import Base
import Checker
import Histories

/// Queues, bags, stacks and priority queues: what was put in, what came out.
struct CollectionWords {
  let scene: Scene
  /// What may have put each element in, over the whole key.
  private(set) var puts: [ValueID: [Int]] = [:]
  /// What was to put each element in and failed.
  private var refused: [ValueID: [Int]] = [:]
  /// What certainly took each element out.
  private(set) var takes: [ValueID: [Int]] = [:]
  /// Elements that were there before the first operation, and how often.
  private(set) var initial: [ValueID: Int] = [:]
  /// Removals whose outcome nobody knows.
  private(set) var openTakes: [Int] = []

  init(_ scene: Scene) {
    self.scene = scene
    if let json = scene.initialValue {
      var values = scene.history.values
      // Interned first: the table that is asked must be the one that has grown.
      let list = values.intern(json)
      for value in values.parts(of: list) { initial[value, default: 0] += 1 }
    }
    for operation in scene.all {
      if isPut(operation), scene.isFailed(operation) {
        refused[scene.input(operation), default: []].append(operation)
      } else if isPut(operation) {
        puts[scene.input(operation), default: []].append(operation)
      } else if let taken = taken(operation) {
        takes[taken, default: []].append(operation)
      } else if scene.isPending(operation) {
        openTakes.append(operation)
      }
    }
  }

  func finding() -> Finding? {
    scene.first([duplicated, fromNowhere, wrongEmpty, order, overtaken, covered])
  }

  func isPut(_ operation: Int) -> Bool {
    ["enqueue", "push", "insert"].contains(scene.name(operation))
  }

  /// The element that an operation certainly took out.
  func taken(_ operation: Int) -> ValueID? {
    guard !isPut(operation), scene.isOk(operation) else { return nil }
    let output = scene.output(operation)
    return output == ValueTable.null ? nil : output
  }

  func isEmpty(_ operation: Int) -> Bool {
    !isPut(operation) && scene.isOk(operation) && scene.output(operation) == ValueTable.null
  }

  /// Whether an element was put in by one operation and was not there before.
  func isSingle(_ value: ValueID) -> Bool { puts[value]?.count == 1 && initial[value] == nil }

  /// What is stated by saying that one operation alone put an element in.
  func only(_ put: Int) -> [Fact] {
    let item = Item(scene.input(put))
    return [.brings(put, item), .onlyBringers([put], item, by: nil)]
  }

  /// `Client 3 got 5 (lines 8–9)`, `Client 3 found nothing (lines 8–9)`.
  func got(_ operation: Int) -> Sentence {
    if isEmpty(operation) {
      return Sentence(scene.Client(operation), " found nothing ", scene.ended(operation))
        .given(.foundNothing(operation))
    }
    let value = scene.output(operation)
    return Sentence(
      scene.Client(operation), " got ", scene.value(value), " ", scene.ended(operation)
    ).given(.shows(operation, Item(value)), .removes(operation, Item(value)))
  }

  /// `client 1 had put 3 in (lines 5–6)`.
  func put(_ operation: Int) -> Sentence {
    let value = scene.input(operation)
    return Sentence(
      scene.client(operation), " had put ", scene.value(value), " in ", scene.ended(operation)
    ).given(.brings(operation, Item(value)), .outcome(operation, .ok))
  }

  /// Until when an element was certainly inside: when a known take began; else, where nobody is
  /// known to have taken it out, when somebody began who may have.
  func leaves(_ value: ValueID) -> Int32 {
    let unknown = openTakes.map { scene.begin($0) }.min() ?? History.never
    return takes[value]?.map { scene.begin($0) }.min() ?? unknown
  }

  /// `client 3 began to take it out only later (lines 9–10)`, `nobody ever took it out`: what
  /// became of an element that was inside until the end of an operation.
  func fate(_ value: ValueID, put: Int, after other: Int) -> Sentence {
    let inside = Fact.noneBetween(.removes, Item(value), put, other)
    if let taker = takes[value]?.first {
      return Sentence(
        scene.again(taker, after: other), " began to take it out only later ",
        scene.began(taker)
      ).given(inside, .removes(taker, Item(value)), .precedes(other, taker))
    }
    guard openTakes.isEmpty else {
      return Sentence("nobody had begun to take anything out who may have got it").given(inside)
    }
    return Sentence("nobody ever took it out").given(inside, .nobodyRemoves(Item(value)))
  }

  private func pending(_ operations: [Int]) -> [Sentence] {
    operations.filter { scene.isPending($0) && isSingle(scene.input($0)) }.compactMap { operation in
      let value = scene.input(operation)
      guard let witness = takes[value]?.first else { return nil }
      return Sentence(
        scene.Client(operation), "’s ", scene.noun(operation), " ", scene.mishap(operation), " ",
        scene.began(operation), ", but ", scene.client(witness), " got the element ",
        scene.ended(witness), ", so it happened."
      ).given(only(operation) + [.shows(witness, Item(value))])
    }
  }

  private func duplicated() -> Finding? {
    for operation in scene.shown.reversed() {
      guard let value = taken(operation), let all = takes[value] else { continue }
      let sources = puts[value] ?? []
      let ways = sources.count + (initial[value] ?? 0)
      guard ways > 0, all.count > ways else { continue }
      let told = all.suffix(2)
      guard let first = told.first, let second = told.last else { continue }
      let isAfter = scene.precedes(first, second)
      return Finding(
        .duplicated,
        [
          Sentence(
            got(first), ", and ", scene.again(second, after: first), " got ",
            scene.value(value), isAfter ? " again " : " as well ", scene.ended(second), "."
          ).given([.shows(second, Item(value))] + (isAfter ? [.precedes(first, second)] : [])),
          Sentence(origin(value, sources, all), "."),
        ] + pending(sources), sources.suffix(1) + [first, second], cause: first,
        firstSeenBy: second)
    }
    return nil
  }

  /// How often an element was put in and taken out.
  private func origin(_ value: ValueID, _ sources: [Int], _ takes: [Int]) -> Sentence {
    if sources.count == 1, initial[value] == nil {
      return Sentence(
        "It was put in once, by ", scene.client(sources[0]), " ", scene.ended(sources[0])
      ).given(only(sources[0]))
    }
    let counts = Fact.counts(Item(value), brought: sources.count, taken: takes.count)
    let times = { (number: Int) in
      Sentence(number == 1 ? "once" : number == 0 ? "never" : "\(number) times", [counts])
    }
    let first: Sentence =
      initial[value] == nil
      ? "It was" : Sentence("It was there at first, and was").given(.initially(Item(value)))
    return Sentence(
      first, " put in ", times(sources.count), " and taken out ", times(takes.count))
  }

  private func fromNowhere() -> Finding? {
    for operation in scene.shown.reversed() {
      guard let value = taken(operation), initial[value] == nil else { continue }
      let found = scene.unfounded(
        Item(value), seenBy: operation, told: got(operation),
        bringers: (puts[value] ?? []) + (refused[value] ?? []), .put)
      if let found { return found }
    }
    return nil
  }

  private func wrongEmpty() -> Finding? {
    for empty in scene.shown.reversed() where isEmpty(empty) {
      for source in scene.shown where isPut(source) && scene.precedes(source, empty) {
        let value = scene.input(source)
        guard scene.isOk(source), isSingle(value), leaves(value) > scene.end(empty) else {
          continue
        }
        let taker = takes[value]?.first
        return Finding(
          .wrongEmpty,
          [
            Sentence(
              got(empty), ", although ", scene.again(source, after: empty), " had put ",
              scene.value(value), " in ", scene.ended(source), " before that began."
            ).given(only(source) + [.outcome(source, .ok), .precedes(source, empty)]),
            Sentence("It was still inside: ", fate(value, put: source, after: empty), "."),
          ],
          [source] + [taker].compactMap { $0 } + [empty], cause: source, firstSeenBy: empty)
      }
    }
    return nil
  }

  /// In a queue, an element that stayed inside while one that came after it was taken out: lost,
  /// where a queue was found empty later and nobody ever took the element out.
  private func overtaken() -> Finding? {
    guard scene.kind == .collection(.oldest) else { return nil }
    for operation in scene.shown where isPut(operation) && scene.isOk(operation) {
      let value = scene.input(operation)
      guard takes[value] == nil, isSingle(value) else { continue }
      for other in journeys where scene.precedes(operation, other.put) {
        guard leaves(value) > scene.end(other.take) else { continue }
        let name = scene.value(value)
        let empty =
          openTakes.isEmpty
          ? scene.all.first { isEmpty($0) && scene.precedes(other.take, $0) } : nil
        var sentences = [
          Sentence(put(operation), ", and ", fate(value, put: operation, after: other.take), ".")
            .given(only(operation)),
          Sentence(
            got(other.take), ", which was put in only afterwards ", scene.began(other.put),
            ", so ", name, " should have come out before it."
          ).given(only(other.put) + [.precedes(operation, other.put)]),
        ]
        if let empty {
          sentences.append(
            Sentence(got(empty), " after that.").given(.precedes(other.take, empty)))
        }
        return Finding(
          empty == nil ? .outOfOrder : .lostElement, sentences,
          [operation, other.put] + [empty].compactMap { $0 } + [other.take], cause: operation,
          firstSeenBy: other.take)
      }
    }
    return nil
  }
}
