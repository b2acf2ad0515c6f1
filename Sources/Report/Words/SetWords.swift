import Histories

/// Sets: elements that are missing, that came back, that nobody added.
struct SetWords {
  let scene: Scene
  private var adds: [ValueID: [Int]] = [:]
  private var removals: [ValueID: [Int]] = [:]

  init(_ scene: Scene) {
    self.scene = scene
    for operation in scene.all where !scene.isFailed(operation) {
      if scene.name(operation) == "add" {
        adds[scene.input(operation), default: []].append(operation)
      } else if scene.name(operation) == "remove" {
        removals[scene.input(operation), default: []].append(operation)
      }
    }
  }

  func finding() -> Finding? {
    for reader in scene.shown.reversed() where scene.isOk(reader) {
      switch scene.name(reader) {
      case "read":
        if let found = repeated(reader) { return found }
        let seen = Set(scene.history.values.parts(of: scene.output(reader)))
        if let found = check(reader, sees: { seen.contains($0) }, candidates: candidates(seen)) {
          return found
        }
      case "contains":
        let parts = scene.history.values.parts(of: scene.output(reader))
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
    return named + seen.sorted()
  }

  private func repeated(_ reader: Int) -> Finding? {
    var seen: Set<ValueID> = []
    for value in scene.history.values.parts(of: scene.output(reader))
    where !seen.insert(value).inserted {
      return Finding(
        .duplicated,
        [
          "\(answer(reader, value, true)) in it twice, but a set has each element at most once."
        ], [reader])
    }
    return nil
  }

  private func check(
    _ reader: Int, sees: (ValueID) -> Bool, candidates: [ValueID]
  ) -> Finding? {
    for value in candidates {
      let adds = adds[value] ?? []
      let removals = removals[value] ?? []
      if sees(value) {
        if let found = resurrected(value, reader, adds, removals) { return found }
      } else if let add = adds.first(where: { scene.isOk($0) && scene.precedes($0, reader) }),
        removals.allSatisfy({ scene.begin($0) > scene.end(reader) || scene.precedes($0, add) })
      {
        return Finding(
          .elementMissing,
          [
            "\(answer(reader, value, false)), although \(scene.client(add)) had added it "
              + "\(scene.ended(add)) and nobody removed it.",
            laterSight(value, reader),
          ].filter { !$0.isEmpty }, [add, reader], since: add)
      }
    }
    return nil
  }

  private func resurrected(
    _ value: ValueID, _ reader: Int, _ adds: [Int], _ removals: [Int]
  ) -> Finding? {
    guard let first = adds.first else {
      return Finding(
        .neverInserted,
        ["\(answer(reader, value, true)), but nobody ever added \(scene.value(value))."], [reader])
    }
    if scene.begin(first) > scene.end(reader) {
      return Finding(
        .takenBeforeInserted,
        [
          "\(answer(reader, value, true)), before \(scene.client(first)) had begun to add it "
            + "\(scene.began(first))."
        ], [first, reader])
    }
    let earlier = adds.filter { scene.begin($0) < scene.end(reader) }
    for removal in removals where scene.isOk(removal) && scene.precedes(removal, reader) {
      guard earlier.allSatisfy({ scene.precedes($0, removal) }) else { continue }
      return Finding(
        .elementResurrected,
        [
          "\(answer(reader, value, true)), although \(scene.client(removal)) had removed it "
            + "\(scene.ended(removal)) and nobody added it again."
        ], earlier.suffix(1) + [removal, reader], since: removal)
    }
    return nil
  }

  /// `Client 3 read a set without 5 (line 9)`, `Client 3 was told that 5 is not there (line 9)`.
  private func answer(_ reader: Int, _ value: ValueID, _ isThere: Bool) -> String {
    let name = scene.value(value)
    if scene.name(reader) == "contains" {
      return "\(scene.Client(reader)) was told that \(name) is \(isThere ? "" : "not ")there "
        + scene.ended(reader)
    }
    return "\(scene.Client(reader)) read a set with\(isThere ? "" : "out") \(name) "
      + scene.ended(reader)
  }

  private func laterSight(_ value: ValueID, _ reader: Int) -> String {
    let readers = scene.all.filter { scene.name($0) == "read" && scene.isOk($0) && $0 != reader }
    guard !readers.isEmpty else { return "" }
    let seen = readers.filter {
      scene.history.values.parts(of: scene.output($0)).contains(value)
    }
    guard let last = seen.last else { return "No read ever showed it." }
    return scene.precedes(reader, last)
      ? "It was not gone: \(scene.client(last)) saw it afterwards \(scene.ended(last))."
      : "\(scene.Client(last)) had seen it \(scene.ended(last))."
  }

  /// Two reads of a set that only grows, each with an element that the other lacks.
  private func diverging() -> Finding? {
    let reads = scene.shown.filter { scene.name($0) == "read" && scene.isOk($0) }
    for (index, second) in reads.enumerated() {
      let later = Set(scene.history.values.parts(of: scene.output(second)))
      for first in reads[..<index] {
        let parts = scene.history.values.parts(of: scene.output(first))
        let earlier = Set(parts)
        guard let missing = parts.first(where: { !later.contains($0) }),
          removals[missing] == nil
        else { continue }
        if scene.precedes(first, second) {
          return Finding(
            .readsGoBack,
            [
              "\(answer(first, missing, true)). \(answer(second, missing, false)), although it "
                + "began "
                + "\(scene.gap(from: first, to: second)) that and nobody removed it."
            ], [first, second])
        }
        if let extra = later.subtracting(earlier).min(), removals[extra] == nil {
          return Finding(
            .divergingReads,
            [
              "\(answer(first, missing, true)) but without \(scene.value(extra)). "
                + "\(answer(second, extra, true)) but without \(scene.value(missing)).",
              "Nothing was removed, so the one says that \(scene.value(missing)) was added "
                + "first and "
                + "the other that \(scene.value(extra)) was.",
            ], [first, second])
        }
      }
    }
    return nil
  }
}
