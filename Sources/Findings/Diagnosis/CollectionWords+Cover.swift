import Checker
import Histories

/// Answers that were wrong at every moment of their operation, for one reason after the other.
extension CollectionWords {
  /// An element that was in the way from one event to another.
  private struct Cover {
    var put: Int
    var take: Int?
    /// From when it certainly was inside.
    var begin: Int32
    /// Until when it certainly was.
    var end: Int32
  }

  /// “Empty” while at each moment some element was inside; in a stack, an element that was taken
  /// while at each moment another lay on top of it.
  func covered() -> Finding? {
    for take in scene.shown.reversed() where scene.isOk(take) && !isPut(take) {
      if isEmpty(take) {
        if let chain = chain(take, covers(below: nil)) { return wronglyEmpty(take, chain) }
      } else if scene.kind == .collection(.newest), let value = taken(take),
        let put = puts[value]?.first,
        isSingle(value), let chain = chain(take, covers(below: put))
      {
        return buried(take, put, chain)
      }
    }
    return nil
  }

  /// The elements of one origin, of those pushed on top of another if one is named.
  private func covers(below other: Int?) -> [Cover] {
    scene.shown.compactMap { put in
      let value = scene.input(put)
      guard isPut(put), put != other, scene.isOk(put), isSingle(value),
        other.map({ scene.precedes($0, put) }) ?? true
      else { return nil }
      return Cover(
        put: put, take: takes[value]?.first, begin: scene.end(put), end: leaves(value))
    }
  }

  /// The fewest covers that together span an operation, in their order.
  private func chain(_ operation: Int, _ covers: [Cover]) -> [Cover]? {
    var chain: [Cover] = []
    var reached = scene.begin(operation)
    while reached < scene.end(operation) {
      let next = covers.filter { $0.begin < reached || $0.begin == reached }
        .max { $0.end < $1.end }
      guard let next, next.end > reached else { return nil }
      chain.append(next)
      reached = next.end
    }
    return chain.count > 5 ? nil : chain
  }

  private func told(_ chain: [Cover], _ operation: Int) -> Sentence {
    let parts = chain.map { cover -> Sentence in
      let name = scene.value(scene.input(cover.put)).given(only(cover.put))
      guard let take = cover.take else { return name }
      return Sentence(
        name, " (until ", scene.client(take), " began to take it out, ", scene.lines([take]), ")"
      ).given(.removes(take, Item(scene.input(cover.put))))
    }
    return Sentence.list(parts).given(.alwaysInside(operation, chain.map(\.put)))
  }

  private func wronglyEmpty(_ empty: Int, _ chain: [Cover]) -> Finding {
    let named = chain.map(\.put) + chain.compactMap(\.take)
    return Finding(
      .wrongEmpty,
      [
        Sentence(
          got(empty), ", but at every moment from its beginning ", scene.began(empty),
          " on something was inside: ", told(chain, empty), ".")
      ], named.filter { $0 != empty } + [empty], cause: empty)
  }

  private func buried(_ take: Int, _ put: Int, _ chain: [Cover]) -> Finding {
    let named = [put] + chain.map(\.put) + chain.compactMap(\.take)
    return Finding(
      .outOfOrder,
      [
        Sentence(
          got(take), ", but at every moment from its beginning ", scene.began(take),
          " on something lay on top of it, put in later: ", told(chain, take), "."
        ).given(only(put) + chain.map { .precedes(put, $0.put) })
      ], named.filter { $0 != take } + [take], cause: take)
  }
}
