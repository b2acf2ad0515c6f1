import Base
import Histories

/// Queues, bags, stacks and priority queues: what was put in, what came out.
struct CollectionWords {
  let scene: Scene
  /// What may have put each element in, over the whole key.
  private(set) var puts: [ValueID: [Int]] = [:]
  /// What certainly took each element out.
  private(set) var takes: [ValueID: [Int]] = [:]
  /// Elements that were there before the first operation.
  private(set) var initial: Set<ValueID> = []
  /// Removals whose outcome nobody knows.
  private(set) var openTakes: [Int] = []

  init(_ scene: Scene) {
    self.scene = scene
    var values = scene.history.values
    if let json = scene.initialValue {
      // Interned first: the table that is asked must be the one that has grown.
      let list = values.intern(json)
      initial = Set(values.parts(of: list))
    }
    for operation in scene.all where !scene.isFailed(operation) {
      if isPut(operation) {
        puts[scene.input(operation), default: []].append(operation)
      } else if let taken = taken(operation) {
        takes[taken, default: []].append(operation)
      } else if scene.isPending(operation) {
        openTakes.append(operation)
      }
    }
  }

  func finding() -> Finding? {
    duplicated() ?? fromNowhere() ?? wrongEmpty() ?? order() ?? lost() ?? covered()
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

  func got(_ operation: Int) -> String {
    let what = isEmpty(operation) ? "found nothing" : "got \(scene.value(scene.output(operation)))"
    return "\(scene.Client(operation)) \(what) \(scene.ended(operation))"
  }

  func put(_ operation: Int) -> String {
    "\(scene.client(operation)) had put \(scene.value(scene.input(operation))) in "
      + scene.ended(operation)
  }

  private func pending(_ operations: [Int]) -> [String] {
    operations.filter { scene.isPending($0) && isPut($0) }.compactMap { operation in
      guard let witness = takes[scene.input(operation)]?.first else { return nil }
      return "\(scene.Client(operation))’s \(scene.noun(operation)) \(scene.mishap(operation)) "
        + "\(scene.began(operation)), but \(scene.client(witness)) got the element, so it happened."
    }
  }

  private func duplicated() -> Finding? {
    for operation in scene.shown.reversed() {
      guard let value = taken(operation), let all = takes[value] else { continue }
      let sources = puts[value] ?? []
      let ways = sources.count + (initial.contains(value) ? 1 : 0)
      guard ways > 0, all.count > ways else { continue }
      let told = all.suffix(2)
      guard let first = told.first, let second = told.last else { continue }
      let origin =
        sources.count == 1
        ? "It was put in once, by \(scene.client(sources[0])) \(scene.ended(sources[0]))"
        : "It was put in \(ways) times and taken out \(all.count) times"
      return Finding(
        .duplicated,
        [
          "\(got(first)), and \(scene.again(second, after: first)) got "
            + "\(scene.value(value)) again \(scene.ended(second)).",
          "\(origin).",
        ] + pending(sources), sources.suffix(1) + [first, second], since: first)
    }
    return nil
  }

  private func fromNowhere() -> Finding? {
    for operation in scene.shown.reversed() {
      guard let value = taken(operation), !initial.contains(value) else { continue }
      guard let source = puts[value]?.first else {
        return Finding(
          .neverInserted,
          ["\(got(operation)), but nobody ever put \(scene.value(value)) in."], [operation])
      }
      guard scene.end(operation) < scene.begin(source) else { continue }
      return Finding(
        .takenBeforeInserted,
        [
          "\(got(operation)), before \(scene.client(source)) had begun to put it in "
            + "\(scene.began(source))."
        ], [source, operation])
    }
    return nil
  }

  private func wrongEmpty() -> Finding? {
    for empty in scene.shown.reversed() where isEmpty(empty) {
      for source in scene.shown where isPut(source) && scene.precedes(source, empty) {
        let value = scene.input(source)
        guard puts[value]?.count == 1, !initial.contains(value) else { continue }
        let taker = takes[value]?.first
        if let taker, scene.begin(taker) < scene.end(empty) { continue }
        guard taker != nil || openTakes.allSatisfy({ scene.begin($0) > scene.end(empty) }) else {
          continue
        }
        let fate =
          taker.map {
            "It was still inside: \(scene.again($0, after: empty)) began to take it out only later "
              + "\(scene.began($0))."
          } ?? "Nobody ever took it out."
        return Finding(
          .wrongEmpty,
          [
            "\(got(empty)), although \(scene.again(source, after: empty)) had put "
              + "\(scene.value(value)) in \(scene.ended(source)) before that began.", fate,
          ],
          [source] + [taker].compactMap { $0 } + [empty], since: source)
      }
    }
    return nil
  }

  /// Elements of one origin and one removal, by what put them in.
  private var journeys: [(put: Int, take: Int)] {
    scene.shown.compactMap { operation in
      guard isPut(operation), puts[scene.input(operation)]?.count == 1,
        let all = takes[scene.input(operation)], all.count == 1
      else { return nil }
      return (operation, all[0])
    }
  }

  private func order() -> Finding? {
    for one in journeys {
      for other in journeys where one.put != other.put && scene.precedes(one.put, other.put) {
        let (first, second) = (
          scene.value(scene.input(one.put)), scene.value(scene.input(other.put))
        )
        let entered =
          "\(put(one.put)) before \(scene.again(other.put, after: one.put)) began to put "
          + "\(second) in \(scene.began(other.put))"
        if scene.model == "queue", scene.precedes(other.take, one.take) {
          return Finding(
            .outOfOrder,
            [
              "\(entered), so \(first) should have come out first.",
              "But \(lower(got(other.take))) before "
                + "\(scene.again(one.take, after: other.take)) began to take "
                + "\(first) "
                + "out \(scene.began(one.take)).",
            ], [one.put, other.put, other.take, one.take], since: other.put)
        }
        if scene.model == "stack", scene.precedes(other.put, one.take),
          scene.precedes(one.take, other.take)
        {
          return Finding(
            .outOfOrder,
            [
              "\(entered), so \(second) lay on top of \(first).",
              "But \(lower(got(one.take))) although \(second) was still there: "
                + "\(scene.again(other.take, after: one.take)) began to take it out only later "
                + "\(scene.began(other.take)).",
            ], [one.put, other.put, other.take, one.take], since: one.put)
        }
      }
    }
    return buried() ?? outranked()
  }

  /// In a priority queue, an element that was taken while a smaller one was inside all the time.
  private func outranked() -> Finding? {
    guard scene.model == "priority-queue" else { return nil }
    for take in scene.shown.reversed() {
      guard let value = taken(take), let size = scene.history.values.integer(value) else {
        continue
      }
      for put in scene.shown where isPut(put) && scene.precedes(put, take) {
        let other = scene.input(put)
        guard let smaller = scene.history.values.integer(other), smaller < size,
          puts[other]?.count == 1, !initial.contains(other)
        else { continue }
        let taker = takes[other]?.first
        if let taker, scene.begin(taker) < scene.end(take) { continue }
        guard taker != nil || openTakes.allSatisfy({ scene.begin($0) > scene.end(take) }) else {
          continue
        }
        let fate =
          taker.map {
            "\(scene.again($0, after: take)) began to take it out only later \(scene.began($0))"
          } ?? "nobody ever took it out"
        return Finding(
          .outOfOrder,
          [
            "\(got(take)), although \(smaller) is smaller and \(scene.again(put, after: take)) "
              + "had put it in \(scene.ended(put)) before that began.",
            "\(smaller) was still inside: \(fate).",
          ], [put] + [taker].compactMap { $0 } + [take], since: put)
      }
    }
    return nil
  }

  /// In a stack, an element that was taken while one that nobody took out lay on top of it.
  private func buried() -> Finding? {
    guard scene.model == "stack" else { return nil }
    for one in journeys {
      for other in scene.shown where isPut(other) && scene.precedes(one.put, other) {
        let value = scene.input(other)
        guard takes[value] == nil, puts[value]?.count == 1, scene.precedes(other, one.take),
          openTakes.allSatisfy({ scene.begin($0) > scene.end(one.take) })
        else { continue }
        let (first, second) = (scene.value(scene.input(one.put)), scene.value(value))
        return Finding(
          .outOfOrder,
          [
            "\(put(one.put)) before \(scene.again(other, after: one.put)) put \(second) in "
              + "\(scene.ended(other)), so \(second) lay on top of \(first).",
            "But \(lower(got(one.take))) although nobody ever took \(second) out.",
          ], [one.put, other, one.take], since: other)
      }
    }
    return nil
  }

  /// In a queue, an element that stayed inside while one that came after it was taken out.
  private func lost() -> Finding? {
    guard scene.model == "queue" else { return nil }
    for operation in scene.shown where isPut(operation) && scene.isOk(operation) {
      let value = scene.input(operation)
      guard takes[value] == nil, puts[value]?.count == 1 else { continue }
      for other in journeys where scene.precedes(operation, other.put) {
        guard openTakes.allSatisfy({ scene.begin($0) > scene.end(other.take) }) else { continue }
        let name = scene.value(value)
        return Finding(
          .lostElement,
          [
            "\(put(operation)), and it was acknowledged, but nobody ever took \(name) out.",
            "\(got(other.take)), which was put in only afterwards \(scene.began(other.put)), so "
              + "\(name) should have come out before it.",
          ], [operation, other.put, other.take], since: operation)
      }
    }
    return nil
  }

  func lower(_ sentence: String) -> String {
    sentence.prefix(1).lowercased() + sentence.dropFirst()
  }
}
