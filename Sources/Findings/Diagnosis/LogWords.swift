import Base
import Histories

/// Logs: what a read lacks, what it invents, where two reads part.
struct LogWords {
  let scene: Scene
  /// What may have appended each element, and what failed to.
  private var appends: [ValueID: [Int]] = [:]
  private var refused: [ValueID: [Int]] = [:]
  /// How often each element was there at first.
  private var initial: [ValueID: Int] = [:]

  init(_ scene: Scene) {
    self.scene = scene
    for operation in scene.all where scene.name(operation) == "append" {
      let value = scene.input(operation)
      if scene.isFailed(operation) {
        refused[value, default: []].append(operation)
      } else {
        appends[value, default: []].append(operation)
      }
    }
    if let json = scene.initialValue {
      var values = scene.history.values
      let list = values.intern(json)
      for value in values.parts(of: list) { initial[value, default: 0] += 1 }
    }
  }

  func finding() -> Finding? { scene.first([diverging, elements, order]) }

  private var reads: [Int] {
    scene.shown.filter { scene.name($0) == "read" && scene.isOk($0) }
  }

  private func elements(_ read: Int) -> [ValueID] { Array(scene.parts(scene.output(read))) }

  private func saw(_ read: Int) -> Sentence {
    Sentence(
      scene.Client(read), " read ", scene.value(scene.output(read)), " ", scene.ended(read)
    ).given(.outcome(read, .ok))
  }

  private func diverging() -> Finding? {
    let reads = reads
    for (index, second) in reads.enumerated() {
      for first in reads[..<index] {
        let (one, other) = (elements(first), elements(second))
        let common = zip(one, other).prefix { $0 == $1 }.count
        if common < one.count, common < other.count {
          let facts: [Fact] = [
            .showsAt(first, common, one[common]), .showsAt(second, common, other[common]),
          ]
          return Finding(
            .divergingReads,
            [
              Sentence(saw(first), ". ", saw(second), "."),
              Sentence(
                "At place ", Sentence("\(common + 1)", facts), " the one has ",
                scene.value(one[common]), " and the other ", scene.value(other[common]),
                ": neither is the beginning of the other."),
            ], [first, second])
        }
        if one.count > other.count, scene.precedes(first, second) {
          return Finding(
            .readsGoBack,
            [
              Sentence(
                saw(first), ". ", saw(second), ", although it began ",
                scene.gap(from: first, to: second), " that: it ends where the other went on with ",
                scene.value(one[common]), "."
              ).given(.showsAt(first, common, one[common]), .length(second, common))
            ], [first, second], cause: first, firstSeenBy: second)
        }
      }
    }
    return nil
  }

  private func elements() -> Finding? {
    for read in reads.reversed() {
      let seen = elements(read)
      var counts: [ValueID: Int] = [:]
      for value in seen { counts[value, default: 0] += 1 }
      for value in seen {
        guard let times = counts.removeValue(forKey: value) else { continue }
        let own = appends[value] ?? []
        if initial[value] == nil {
          let found = scene.unfounded(
            Item(value), seenBy: read, told: saw(read).given(.shows(read, Item(value))),
            bringers: own + (refused[value] ?? []), .append)
          if let found { return found }
        }
        if let found = repeated(read, value, times, own) { return found }
      }
      let set = Set(seen)
      for append in scene.shown where scene.name(append) == "append" && scene.isOk(append) {
        let value = scene.input(append)
        guard scene.precedes(append, read), !set.contains(value) else { continue }
        return Finding(
          .elementMissing,
          [
            Sentence(
              saw(read), ", although it began ", scene.gap(from: append, to: read), " ",
              scene.deed(append, asToldOf: read), " had been ", scene.acknowledged(append), "."
            ).given(.lacks(read, Item(value)), .brings(append, Item(value)))
          ], [append, read], cause: append, firstSeenBy: read)
      }
    }
    return nil
  }

  private func repeated(
    _ read: Int, _ value: ValueID, _ times: Int, _ own: [Int]
  ) -> Finding? {
    guard initial[value] == nil, !own.isEmpty, times > own.count else { return nil }
    let count = own.count == 1 ? "once" : "\(own.count) times"
    return Finding(
      .duplicated,
      [
        Sentence(
          saw(read), ": it shows ", scene.value(value), " ",
          Sentence("\(times) times", [.showsTimes(read, Item(value), times)]),
          ", but it was appended ",
          Sentence(count, [.onlyBringers(own, Item(value), by: nil)]), " (",
          scene.lines(Array(own.suffix(6))), ").")
      ], own.suffix(1) + [read], cause: own.last, firstSeenBy: read)
  }

  private func order() -> Finding? {
    let single = scene.shown.filter {
      scene.name($0) == "append" && appends[scene.input($0)] == [$0]
        && initial[scene.input($0)] == nil
    }
    for read in reads.reversed() {
      let seen = elements(read)
      for one in single {
        for other in single where scene.precedes(one, other) {
          let (former, latter) = (scene.input(one), scene.input(other))
          guard let first = seen.firstIndex(of: former), let second = seen.firstIndex(of: latter),
            second < first
          else { continue }
          return Finding(
            .outOfOrder,
            [
              Sentence(
                saw(read), ", with ", scene.value(latter), " before ", scene.value(former), "."
              ).given(.showsAt(read, second, latter), .showsAt(read, first, former)),
              Sentence(
                "But ", scene.deed(one), " had been ", scene.acknowledged(one), " before ",
                scene.client(other), " began to append ", scene.value(latter), " ",
                scene.began(other), "."
              ).given(
                .precedes(one, other), .onlyBringers([one], Item(former), by: nil),
                .onlyBringers([other], Item(latter), by: nil)),
            ], [one, other, read], cause: other, firstSeenBy: read)
        }
      }
    }
    return nil
  }
}
