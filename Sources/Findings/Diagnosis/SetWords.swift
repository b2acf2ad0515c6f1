import Histories

/// Sets: elements that are missing, that came back, that nobody added.
struct SetWords {
  let scene: Scene
  /// What may have added and removed each element.
  private var adds: [ValueID: [Int]] = [:]
  private var removals: [ValueID: [Int]] = [:]
  private var refused: [ValueID: [Int]] = [:]
  private let initial: Set<ValueID>

  init(_ scene: Scene) {
    self.scene = scene
    initial = scene.initialElements
    for operation in scene.all {
      switch scene.name(operation) {
      case "add" where scene.isFailed(operation):
        refused[scene.input(operation), default: []].append(operation)
      case "add": adds[scene.input(operation), default: []].append(operation)
      case "remove" where !scene.isFailed(operation):
        removals[scene.input(operation), default: []].append(operation)
      default: break
      }
    }
  }

  func finding() -> Finding? {
    for reader in scene.shown.reversed() where scene.isOk(reader) {
      switch scene.name(reader) {
      case "read":
        if let found = repeated(reader) { return found }
        let seen = Set(scene.parts(scene.output(reader)))
        if let found = check(reader, sees: { seen.contains($0) }, candidates: candidates(seen)) {
          return found
        }
      case "contains":
        let parts = scene.parts(scene.output(reader))
        guard parts.count == 2, let value = parts.first, let answer = parts.last else { continue }
        let isThere = answer == ValueTable.true
        if let found = check(reader, sees: { _ in isThere }, candidates: [value]) { return found }
      default: continue
      }
    }
    return diverging()
  }

  /// The elements that the certificate is about, ascending, then what the read shows.
  private func candidates(_ seen: Set<ValueID>) -> [ValueID] {
    let named = scene.shown.filter { ["add", "remove"].contains(scene.name($0)) }
      .map { scene.input($0) }
    return (named + seen.sorted()).uniqued()
  }

  private func repeated(_ reader: Int) -> Finding? {
    var seen: Set<ValueID> = []
    let parts = scene.parts(scene.output(reader))
    for value in parts where !seen.insert(value).inserted {
      let times = parts.count { $0 == value }
      return Finding(
        .duplicated,
        [
          Sentence(
            answer(reader, value, true), " in it ",
            Sentence(
              times == 2 ? "twice" : "\(times) times",
              [
                .showsTimes(reader, Item(value), times)
              ]), ", but a set has each element at most once.")
        ], [reader])
    }
    return nil
  }

  private func check(
    _ reader: Int, sees: (ValueID) -> Bool, candidates: [ValueID]
  ) -> Finding? {
    for value in candidates {
      if sees(value) {
        if let found = unexpected(value, reader) { return found }
      } else if let found = missing(value, reader) {
        return found
      }
    }
    return nil
  }

  private func missing(_ value: ValueID, _ reader: Int) -> Finding? {
    let add = (adds[value] ?? []).last { add in
      scene.isOk(add) && scene.precedes(add, reader)
        && (removals[value] ?? []).allSatisfy {
          scene.begin($0) > scene.end(reader) || scene.precedes($0, add)
        }
    }
    guard let add else { return nil }
    return Finding(
      .elementMissing,
      [
        Sentence(
          answer(reader, value, false), ", although ", scene.client(add), " had added it ",
          scene.ended(add), " and nobody had begun to remove it since."
        ).given(
          .brings(add, Item(value)), .outcome(add, .ok), .precedes(add, reader),
          .noneBetween(.removes, Item(value), add, reader))
      ] + laterSight(value, reader), [add, reader], cause: add, firstSeenBy: reader)
  }

  private func unexpected(_ value: ValueID, _ reader: Int) -> Finding? {
    let adds = adds[value] ?? []
    let told = answer(reader, value, true)
    if !initial.contains(value) {
      let found = scene.unfounded(
        Item(value), seenBy: reader, told: told, bringers: adds + (refused[value] ?? []), .add)
      if let found { return found }
    }
    let earlier = adds.filter { scene.begin($0) < scene.end(reader) }
    for removal in removals[value] ?? []
    where scene.isOk(removal) && scene.precedes(removal, reader) {
      guard earlier.allSatisfy({ scene.precedes($0, removal) }) else { continue }
      return Finding(
        .elementResurrected,
        [
          Sentence(
            told, ", although ", scene.client(removal), " had removed it ",
            scene.ended(removal), " and nobody had begun to add it again since."
          ).given(
            .removes(removal, Item(value)), .outcome(removal, .ok), .precedes(removal, reader),
            .noneBetween(.brings, Item(value), removal, reader))
        ], earlier.suffix(1) + [removal, reader], cause: removal, firstSeenBy: reader)
    }
    return nil
  }

  /// `Client 3 read a set without 5 (lines 8–9)`, `Client 3 was told that 5 is not there (line 9)`.
  private func answer(_ reader: Int, _ value: ValueID, _ isThere: Bool) -> Sentence {
    let name = scene.value(value)
    let fact: Fact = isThere ? .shows(reader, Item(value)) : .lacks(reader, Item(value))
    if scene.name(reader) == "contains" {
      return Sentence(
        scene.Client(reader), " was told that ", name, isThere ? " is there " : " is not there ",
        scene.ended(reader)
      ).given(fact)
    }
    return Sentence(
      scene.Client(reader), " read a set ", isThere ? "with " : "without ", name, " ",
      scene.ended(reader)
    ).given(fact)
  }

  private func sees(_ reader: Int, _ value: ValueID) -> Bool {
    guard scene.isOk(reader) else { return false }
    let parts = scene.parts(scene.output(reader))
    return switch scene.name(reader) {
    case "read": parts.contains(value)
    case "contains": parts.first == value && parts.last == ValueTable.true
    default: false
    }
  }

  private func laterSight(_ value: ValueID, _ reader: Int) -> [Sentence] {
    let seen = scene.all.filter { sees($0, value) }
    guard let last = seen.last else {
      let others = scene.all.contains { $0 != reader && scene.name($0) == "read" && scene.isOk($0) }
      return others
        ? [Sentence("No answer ever showed it.").given(.nobodyShows(Item(value)))] : []
    }
    let shows = Fact.shows(last, Item(value))
    guard scene.precedes(reader, last) else {
      return [
        Sentence(scene.Client(last), " did see it ", scene.ended(last), ".").given(shows)
      ]
    }
    let single = adds[value]?.count == 1
    return [
      Sentence(
        single ? "It was not gone: " : "", single ? scene.client(last) : scene.Client(last),
        " saw it afterwards ", scene.ended(last), "."
      ).given(shows, .precedes(reader, last))
    ]
  }

  /// Two reads of a set that only grows, each with an element that the other lacks.
  private func diverging() -> Finding? {
    let reads = scene.shown.filter { scene.name($0) == "read" && scene.isOk($0) }
    for (index, second) in reads.enumerated() {
      let later = Set(scene.parts(scene.output(second)))
      for first in reads[..<index] {
        let parts = scene.parts(scene.output(first))
        let earlier = Set(parts)
        guard let missing = parts.first(where: { !later.contains($0) && removals[$0] == nil })
        else { continue }
        if scene.precedes(first, second) {
          return Finding(
            .readsGoBack,
            [
              Sentence(
                answer(first, missing, true), ". ", answer(second, missing, false),
                ", although it began ", scene.gap(from: first, to: second),
                " that and nobody ever removed it."
              ).given(.nobodyRemoves(Item(missing)))
            ], [first, second], cause: first, firstSeenBy: second)
        }
        if let extra = later.subtracting(earlier).filter({ removals[$0] == nil }).min() {
          return Finding(.divergingReads, parted(first, missing, second, extra), [first, second])
        }
      }
    }
    return nil
  }

  private func parted(
    _ first: Int, _ missing: ValueID, _ second: Int, _ extra: ValueID
  ) -> [Sentence] {
    let (one, other) = (scene.value(missing), scene.value(extra))
    return [
      Sentence(answer(first, missing, true), " but without ", other, ".")
        .given(.lacks(first, Item(extra))),
      Sentence(answer(second, extra, true), " but without ", one, ".")
        .given(.lacks(second, Item(missing))),
      Sentence(
        "Neither was ever removed, so the one says that ", one,
        " was added first and the other that ", other, " was."
      ).given(.nobodyRemoves(Item(missing)), .nobodyRemoves(Item(extra))),
    ]
  }
}
