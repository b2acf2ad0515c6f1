import Checker
import Histories

/// Elements that came out in another order than theirs.
extension CollectionWords {
  /// Elements of one origin and one removal, by what put them in.
  var journeys: [(put: Int, take: Int)] {
    scene.shown.compactMap { operation in
      guard isPut(operation), isSingle(scene.input(operation)),
        let all = takes[scene.input(operation)], all.count == 1
      else { return nil }
      return (operation, all[0])
    }
  }

  func order() -> Finding? {
    for one in journeys {
      for other in journeys where one.put != other.put && scene.precedes(one.put, other.put) {
        if let found = inverted(one, other) ?? popped(one, other) { return found }
      }
    }
    return buried() ?? outranked()
  }

  /// `client 1 had put 3 in (lines 5–6) before client 2 began to put 4 in (lines 7–8)`.
  private func entered(_ one: Int, _ other: Int) -> Sentence {
    Sentence(
      put(one), " before ", scene.again(other, after: one), " began to put ",
      scene.value(scene.input(other)), " in ", scene.began(other)
    ).given([.precedes(one, other)] + only(one) + only(other))
  }

  private func inverted(_ one: (put: Int, take: Int), _ other: (put: Int, take: Int)) -> Finding? {
    guard scene.kind == .collection(.oldest), scene.precedes(other.take, one.take) else {
      return nil
    }
    let first = scene.value(scene.input(one.put))
    return Finding(
      .outOfOrder,
      [
        Sentence(entered(one.put, other.put), ", so ", first, " should have come out first."),
        Sentence(
          "But ", got(other.take).lowercased, " before ",
          scene.again(one.take, after: other.take), " began to take ", first, " out ",
          scene.began(one.take), "."
        ).given(
          .precedes(other.take, one.take), .removes(one.take, Item(scene.input(one.put))),
          .counts(Item(scene.input(one.put)), brought: 1, taken: 1)),
      ], [one.put, other.put, other.take, one.take], cause: other.put,
      firstSeenBy: other.take)
  }

  private func popped(_ one: (put: Int, take: Int), _ other: (put: Int, take: Int)) -> Finding? {
    guard scene.kind == .collection(.newest), scene.precedes(other.put, one.take),
      scene.precedes(one.take, other.take)
    else { return nil }
    let (first, second) = (scene.value(scene.input(one.put)), scene.value(scene.input(other.put)))
    return Finding(
      .outOfOrder,
      [
        Sentence(entered(one.put, other.put), ", so ", second, " lay on top of ", first, "."),
        Sentence(
          "But ", got(one.take).lowercased, " although ", second, " was still there: ",
          fate(scene.input(other.put), put: other.put, after: one.take), "."
        ).given(.precedes(other.put, one.take)),
      ], [one.put, other.put, other.take, one.take], cause: one.take)
  }

  /// In a priority queue, an element that was taken while a smaller one was inside all the time.
  private func outranked() -> Finding? {
    guard scene.kind == .collection(.least) else { return nil }
    for take in scene.shown.reversed() {
      guard let value = taken(take), let size = scene.history.values.integer(value) else {
        continue
      }
      for put in scene.shown where isPut(put) && scene.isOk(put) && scene.precedes(put, take) {
        let other = scene.input(put)
        guard let smaller = scene.history.values.integer(other), smaller < size, isSingle(other),
          leaves(other) > scene.end(take)
        else { continue }
        let name = scene.value(other)
        return Finding(
          .outOfOrder,
          [
            Sentence(
              got(take), ", although ", name, " is smaller and ",
              scene.again(put, after: take), " had put it in ", scene.ended(put),
              " before that began."
            ).given(
              [.less(other, value), .outcome(put, .ok), .precedes(put, take)] + only(put)),
            Sentence(name, " was still inside: ", fate(other, put: put, after: take), "."),
          ], [put] + [takes[other]?.first].compactMap { $0 } + [take], cause: take)
      }
    }
    return nil
  }

  /// In a stack, an element that was taken while one that nobody took out lay on top of it.
  private func buried() -> Finding? {
    guard scene.kind == .collection(.newest) else { return nil }
    for one in journeys {
      for other in scene.shown
      where isPut(other) && scene.isOk(other) && scene.precedes(one.put, other) {
        let value = scene.input(other)
        guard takes[value] == nil, isSingle(value), scene.precedes(other, one.take),
          leaves(value) > scene.end(one.take)
        else { continue }
        let (first, second) = (scene.value(scene.input(one.put)), scene.value(value))
        return Finding(
          .outOfOrder,
          [
            Sentence(entered(one.put, other), ", so ", second, " lay on top of ", first, "."),
            Sentence(
              "But ", got(one.take).lowercased, " although ", second, " was still there: ",
              fate(value, put: other, after: one.take), "."
            ).given(.outcome(other, .ok), .precedes(other, one.take)),
          ], [one.put, other, one.take], cause: one.take)
      }
    }
    return nil
  }
}
