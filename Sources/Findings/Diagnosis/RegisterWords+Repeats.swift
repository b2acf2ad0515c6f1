import Checker
import Histories

/// Values that were written several times: which write can a read have seen, and what came after?
///
/// What is said of a value's writes holds for all writes of the key, not for the proof alone.
extension RegisterWords {
  /// A value that was seen after another had replaced it, and that nobody wrote again: every write
  /// of it was over before the other was seen, or had been seen before that.
  func usedUp() -> Finding? {
    for reader in observers {
      guard let value = register.seen(reader) else { continue }
      let proofs = scene.shown.filter {
        guard $0 != reader, let left = left($0), left != value else { return false }
        return scene.precedes($0, reader)
      }
      for proof in proofs.sorted(by: { scene.end($0) < scene.end($1) }).reversed() {
        if let found = usedUp(reader, value, proof) { return found }
      }
    }
    return nil
  }

  /// The value that was certainly there when an operation was done.
  private func left(_ operation: Int) -> ValueID? {
    guard scene.isOk(operation), !register.isMismatch(operation) else { return nil }
    return register.written(operation) ?? register.seen(operation)
  }

  private func usedUp(_ reader: Int, _ value: ValueID, _ proof: Int) -> Finding? {
    let writes = (register.writers[value] ?? []).filter {
      scene.begin($0) < scene.history.completed[reader]
    }
    let open = writes.filter { !scene.precedes($0, proof) }
    if open.isEmpty { return before(reader, value, proof, writes) }
    guard open.count == 1, let write = open.first, write != reader else { return nil }
    let sights = scene.shown.filter { sight in
      guard sight != reader, sight != write, register.seen(sight) == value else { return false }
      guard sight == proof || scene.precedes(sight, proof), !register.isInitial(value) else {
        return false
      }
      return writes.allSatisfy {
        $0 == write || scene.begin($0) > scene.end(sight) || isGone($0, before: sight, value)
      }
    }
    guard let sight = sights.last else { return nil }
    let older = writes.filter { $0 != write && scene.begin($0) < scene.end(sight) }
    return after(reader, value, proof, write, sight, older)
  }

  /// Whether another value was certainly there between a write and a sight of the same value.
  private func isGone(_ write: Int, before sight: Int, _ value: ValueID) -> Bool {
    replacement(of: write, before: sight, value) != nil
  }

  /// What shows that another value was there between a write and a sight of the same value.
  private func replacement(of write: Int, before sight: Int, _ value: ValueID) -> Int? {
    scene.shown.last { between in
      guard let left = left(between), left != value else { return false }
      return scene.precedes(write, between) && scene.precedes(between, sight)
    }
  }

  /// `client 2 had read 3 (line 52)`, `client 1’s write of 2 had been acknowledged (line 5)`.
  private func had(_ operation: Int) -> Sentence {
    guard register.written(operation) == nil, let seen = register.seen(operation) else {
      return Sentence(scene.deed(operation), " had been ", scene.acknowledged(operation))
    }
    return Sentence(
      scene.client(operation), " had read ", scene.value(seen), " ", scene.ended(operation)
    ).given(.shows(operation, Item(seen)))
  }

  private func opening(_ reader: Int, _ proof: Int) -> Sentence {
    Sentence(
      sight(reader), ", although it began ", scene.gap(from: proof, to: reader), " ", had(proof),
      ".")
  }

  private func kind(_ proof: Int) -> Anomaly {
    register.written(proof) == nil ? .readsGoBack : .staleRead
  }

  private func before(
    _ reader: Int, _ value: ValueID, _ proof: Int, _ writes: [Int]
  ) -> Finding? {
    guard !writes.isEmpty || register.isInitial(value), let newer = left(proof) else { return nil }
    let began: Sentence =
      register.written(proof) == nil ? " before that read began" : " before that began"
    let sources = (register.writers[newer] ?? []).filter {
      scene.begin($0) < scene.end(proof) && !isGone($0, before: proof, newer)
    }
    let named = writes.suffix(1) + sources.prefix(1) + [proof, reader]
    return Finding(
      kind(proof),
      [
        opening(reader, proof),
        Sentence(
          before(value, writes, by: reader, began, proof), ", so ", scene.value(newer),
          " or something newer should have been found."),
      ] + pending(sources), Array(named).uniqued(), cause: sources.first ?? proof,
      firstSeenBy: reader)
  }

  private func after(
    _ reader: Int, _ value: ValueID, _ proof: Int, _ write: Int, _ sight: Int, _ older: [Int]
  ) -> Finding {
    let name = scene.value(value)
    let unknown: Sentence =
      scene.isPending(write) ? Sentence(", which ", scene.mishap(write), ",") : ""
    let writes = (register.writers[value] ?? []).filter {
      scene.begin($0) < scene.history.completed[reader]
    }
    let others = writes.filter { $0 != write }
    let only = Sentence(
      "Only ", scene.deed(write), " ", scene.began(write), unknown, " could have brought ", name
    ).given(
      [.onlyBringers(writes, Item(value), by: reader), .brings(write, Item(value))]
        + others.map { .precedes($0, proof) })
    var sentences = [opening(reader, proof)]
    if sight == proof {
      sentences.append(
        Sentence(only, " there, and that compare-and-set took it away.")
          .given(.shows(sight, Item(value))))
    } else {
      let isSwap = scene.name(sight) != "read"
      sentences.append(
        Sentence(
          only, " back after that, but it had taken effect earlier: ", scene.client(sight),
          isSwap ? " had swapped " : " had read ", name, " by then ", scene.ended(sight), "."
        ).given(.shows(sight, Item(value)), .precedes(sight, proof)))
    }
    let replacements = older.compactMap { old in
      replacement(of: old, before: sight, value).map { (old: old, new: $0) }
    }
    let told = replacements.map(\.new).uniqued()
    if !told.isEmpty {
      let facts = replacements.flatMap { pair -> [Fact] in
        [.precedes(pair.old, pair.new), .precedes(pair.new, sight)]
      }
      sentences.append(
        Sentence(
          "Older writes of ", name, " were gone by then: ",
          Sentence.list(told.prefix(3).map(had)), "."
        ).given(facts))
    }
    return Finding(
      kind(proof), sentences, (told.prefix(3) + [write, sight, proof, reader]).uniqued(),
      cause: proof, firstSeenBy: reader)
  }
}
