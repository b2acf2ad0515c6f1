import Checker
import Histories

/// Registers: which story the operations of a certificate tell.
struct RegisterWords {
  let scene: Scene
  let register: RegisterScene

  init(_ scene: Scene) {
    self.scene = scene
    register = RegisterScene(scene)
  }

  /// The first story that fits; those that need fewer operations are asked first.
  func finding() -> Finding? {
    scene.first([
      fromNowhere, consumedTwice, stale, overwritten, wrongMismatch, contradiction, usedUp,
    ])
  }

  /// Operations of the certificate that saw a value, the culprit first.
  var observers: [Int] {
    let all = scene.shown.filter { register.seen($0) != nil }
    return all.filter { $0 == scene.violation.culprit }
      + all.filter { $0 != scene.violation.culprit }.reversed()
  }

  // MARK: - Words for registers

  /// `Client 4 read 9 (lines 95–96, 1.301 s, node n2)`.
  func sight(_ operation: Int) -> Sentence {
    guard let pair = register.pair(operation), scene.name(operation) == "cas" else {
      let value = scene.output(operation)
      return Sentence(
        scene.Client(operation), " read ", scene.value(value), " ", scene.ended(operation)
      ).given(.shows(operation, Item(value)))
    }
    return Sentence(
      scene.Client(operation), " found ", scene.value(pair.old), " and swapped it for ",
      scene.value(pair.new), " ", scene.ended(operation)
    ).given(
      .shows(operation, Item(pair.old)), .asked(operation, "cas", scene.input(operation)),
      .outcome(operation, .ok))
  }

  /// What is stated by saying that a value was written by these alone.
  private func only(_ writers: [Int], _ value: ValueID) -> [Fact] {
    [.onlyBringers(writers, Item(value), by: nil)] + writers.map { .brings($0, Item(value)) }
  }

  /// Where a value of one origin came from: `9 had been written before that began, by client 3
  /// (lines 90–91), and never again`.
  func origin(_ value: ValueID, before what: Sentence, _ facts: [Fact] = []) -> Sentence {
    let name = scene.value(value)
    guard let origin = register.origin(value).operation else {
      return Sentence("the register held ", name, " only before the first write: nobody wrote it")
        .given(.initially(Item(value)), .onlyBringers([], Item(value), by: nil))
    }
    let whose =
      scene.name(origin) == "cas" ? scene.deed(origin) : scene.client(origin)
    return Sentence(
      name, " was written", what, ", by ", whose, " ", scene.ended(origin), ", and never again"
    ).given(only([origin], value) + facts)
  }

  /// What saw a value before a write began, where the value's own write was not over by then.
  private func sighting(_ value: ValueID, before write: Int) -> Int? {
    guard let origin = register.origin(value).operation, !scene.precedes(origin, write) else {
      return nil
    }
    return register.proof(value).flatMap { scene.precedes($0, write) ? $0 : nil }
  }

  /// Why a value is older than a write's: it was written or seen before that began, or the write is
  /// a compare-and-set that took it.
  private func older(_ value: ValueID, than write: Int, _ before: Sentence) -> Sentence {
    guard let own = register.origin(value).operation else { return origin(value, before: "") }
    if scene.precedes(own, write) {
      return origin(value, before: before, [.precedes(own, write)])
    }
    if let sight = sighting(value, before: write) {
      return Sentence(
        origin(value, before: ""), ". ", scene.Client(sight), " had seen it", before, " ",
        scene.ended(sight)
      ).given(.shows(sight, Item(value)), .precedes(sight, write))
    }
    let chain = swaps(from: value, to: write)
    guard chain.count > 1 else { return origin(value, before: "") }
    let steps = chain.map { Sentence("that ", scene.noun($0), " (", scene.lines($0), ")") }
    return Sentence(
      origin(value, before: ""), ". One swap after the other took it away: ",
      Sentence.list(steps)
    ).given(chain.flatMap { only([$0], register.written($0) ?? ValueTable.null) })
  }

  /// The compare-and-sets that lead from a value to what a write left, oldest first.
  private func swaps(from value: ValueID, to write: Int) -> [Int] {
    var chain = [write]
    while chain.count < 6, let old = register.pair(chain[0])?.old, old != value,
      let before = register.origin(old).operation, scene.name(before) == "cas"
    {
      chain.insert(before, at: 0)
    }
    return chain
  }

  /// What is to be said of operations whose outcome nobody knew but that others saw.
  func pending(_ operations: [Int]) -> [Sentence] {
    operations.filter(scene.isPending).compactMap { operation in
      guard let value = register.written(operation), register.origin(value) == .write(operation),
        let witness = witness(value)
      else { return nil }
      return Sentence(
        scene.Client(operation), "’s ", scene.noun(operation), " ", scene.mishap(operation), " ",
        scene.began(operation), ", but ", scene.value(value), " was seen by ",
        scene.client(witness), " ", scene.ended(witness), ", so it happened."
      ).given(only([operation], value) + [.shows(witness, Item(value))])
    }
  }

  /// Who saw a value, one of the certificate if there is one.
  private func witness(_ value: ValueID) -> Int? {
    let all = register.observers[value] ?? []
    return all.first { scene.shown.contains($0) } ?? all.first
  }

  // MARK: - Values that should not be

  private func fromNowhere() -> Finding? {
    for reader in observers {
      guard let value = register.seen(reader), !register.isInitial(value) else { continue }
      if let found = rootless(value, reader) { return found }
      if register.isInitialGuessed, register.bringers(value).isEmpty {
        return twoInitial(value, reader)
      }
      let found = scene.unfounded(
        Item(value), seenBy: reader, told: sight(reader), bringers: register.bringers(value),
        .write)
      if let found { return found }
    }
    return nil
  }

  /// Two values that nobody wrote, where the initial value is unknown: it was one of them at most.
  private func twoInitial(_ value: ValueID, _ reader: Int) -> Finding? {
    guard let first = register.observers[register.initial]?.first else { return nil }
    return Finding(
      .neverWritten,
      [
        Sentence(sight(reader), ", and ", sight(first).lowercased, "."),
        Sentence(
          "Nobody ever wrote either, and only one of the two can have been there before the ",
          "first write."
        ).given(
          .nobodyBrings(Item(value)), .onlyBringers([], Item(register.initial), by: nil)),
      ], [first, reader])
  }

  /// A value that only a compare-and-set could have brought, from a value that nobody wrote.
  private func rootless(_ value: ValueID, _ reader: Int) -> Finding? {
    guard let swap = register.origin(value).operation, scene.name(swap) == "cas",
      let root = register.pair(swap)?.old, !register.isInitial(root),
      register.bringers(root).isEmpty, !register.isInitialGuessed
    else { return nil }
    return Finding(
      .neverWritten,
      [
        Sentence(
          sight(reader), ". Only ", scene.deed(swap), " ", scene.began(swap),
          " could have brought it there, and nobody ever wrote ", scene.value(root), "."
        ).given(only([swap], value) + [.nobodyBrings(Item(root))])
      ], [swap, reader])
  }

  private func consumedTwice() -> Finding? {
    let swaps = scene.shown.filter {
      scene.name($0) == "cas" && register.seen($0) != nil && register.written($0) != nil
    }
    for (index, second) in swaps.enumerated().reversed() {
      guard let value = register.seen(second), register.origin(value) != .unclear,
        let first = swaps[..<index].first(where: { register.seen($0) == value })
      else { continue }
      return Finding(
        .consumedTwice,
        [
          Sentence(sight(first), ", and ", sight(second).lowercased, "."),
          Sentence(
            "But ", scene.value(value), " was there only once: ", origin(value, before: ""), "."),
          Sentence("Whichever came first, the other could no longer find it.")
            .given(.shows(first, Item(value)), .shows(second, Item(value))),
        ], [first, second])
    }
    return nil
  }

  // MARK: - Old values

  /// An observation of a value of one origin that another had certainly replaced before it began.
  private func stale() -> Finding? {
    for reader in observers {
      guard let value = register.seen(reader), register.origin(value) != .unclear else { continue }
      let newer = scene.shown.compactMap { operation -> (value: ValueID, proof: Int)? in
        guard let other = register.written(operation) ?? register.seen(operation),
          register.follows(other, value), let proof = certain(other, before: reader)
        else { return nil }
        return (other, proof)
      }
      let ownWrites = newer.filter { register.origin($0.value) == .write($0.proof) }
      let choices = ownWrites.isEmpty ? newer : ownWrites
      guard let best = choices.max(by: { scene.end($0.proof) < scene.end($1.proof) }) else {
        continue
      }
      return register.origin(best.value) == .write(best.proof)
        ? afterWrite(reader, value, best.proof, best.value)
        : afterRead(reader, value, best.proof, best.value)
    }
    return nil
  }

  /// What proves that a value was there before an operation began: its own write, else a read.
  private func certain(_ value: ValueID, before reader: Int) -> Int? {
    if let origin = register.origin(value).operation, scene.precedes(origin, reader) {
      return origin
    }
    let earlier = (register.observers[value] ?? []).filter { scene.precedes($0, reader) }
    return earlier.first { scene.shown.contains($0) } ?? earlier.first
  }

  private func afterWrite(
    _ reader: Int, _ value: ValueID, _ write: Int, _ newer: ValueID
  ) -> Finding {
    let opening: [Sentence] = [
      Sentence(
        sight(reader), ", although it began ", scene.gap(from: write, to: reader), " ",
        scene.deed(write, asToldOf: reader), " had been ", scene.acknowledged(write), "."
      ).given(.brings(write, Item(newer))),
      Sentence(
        older(value, than: write, " before that began"), ", so ", scene.value(newer),
        " or something newer should have been found."),
    ]
    let lost = LostWrites(register).evidence(that: write, of: newer, isLostTo: reader)
    let all = register.origin(value) == .initial ? none(of: value, reader) : []
    let named = [register.origin(value).operation, sighting(value, before: write), write, reader]
      .compactMap { $0 }
    return Finding(
      lost == nil ? .staleRead : .lostWrite,
      opening + all + (lost ?? fate(newer, reader)) + pending(named), named, cause: write,
      firstSeenBy: LostWrites(register).firstOlder(than: newer, after: write) ?? reader)
  }

  /// How much an answer lacks that shows the initial value.
  private func none(of value: ValueID, _ reader: Int) -> [Sentence] {
    let gone = scene.all.filter {
      register.written($0) != nil && scene.isOk($0) && scene.precedes($0, reader)
    }
    guard gone.count > 1 else { return [] }
    let count = scene.count(
      gone.count, "write", .acknowledgedWrites(gone.count, before: reader))
    return [
      Sentence(count, " had been acknowledged by then, and the answer shows none of them.")
        .given(.onlyBringers([], Item(value), by: nil))
    ]
  }

  /// What became of a value that a stale read should have found.
  private func fate(_ newer: ValueID, _ reader: Int) -> [Sentence] {
    let seen = register.observers[newer] ?? []
    let name = scene.value(newer)
    guard !seen.isEmpty else {
      return [Sentence("Nobody ever saw ", name, ".").given(.nobodyShows(Item(newer)))]
    }
    guard let later = seen.last(where: { scene.precedes(reader, $0) }) else { return [] }
    return [
      Sentence(
        name, " was not gone: ", scene.client(later), " saw it afterwards ", scene.ended(later),
        "."
      ).given(.precedes(reader, later), .shows(later, Item(newer)))
    ]
  }

  private func afterRead(
    _ reader: Int, _ value: ValueID, _ earlier: Int, _ newer: ValueID
  ) -> Finding {
    let write = register.origin(newer).operation
    var sentences = [
      Sentence(
        sight(earlier), ". ", sight(reader), ", although it began ",
        scene.gap(from: earlier, to: reader), " that, and ", scene.value(value), " is older.")
    ]
    if let write {
      let before = Sentence(
        " before ", scene.deed(write), " began ", scene.began(write))
      if register.origin(value) == .initial {
        sentences.append(
          Sentence(
            origin(value, before: ""), "; ", scene.value(newer), " came with ", scene.deed(write),
            " ", scene.began(write), "."
          ).given(only([write], newer)))
      } else {
        sentences.append(
          Sentence(older(value, than: write, before), ".").given(only([write], newer)))
      }
    }
    let proof = write.flatMap { sighting(value, before: $0) }
    let named = [register.origin(value).operation, proof, write, earlier, reader]
      .compactMap { $0 }
    return Finding(
      .readsGoBack, sentences + pending(named), named, cause: write ?? earlier,
      firstSeenBy: reader)
  }

  /// An observation of a value that was written several times, each time before a write that was
  /// acknowledged before the observation began.
  private func overwritten() -> Finding? {
    for reader in observers {
      guard let value = register.seen(reader) else { continue }
      let writers = (register.writers[value] ?? []).filter {
        scene.begin($0) < scene.history.completed[reader]
      }
      let others = scene.shown.filter {
        guard let written = register.written($0) else { return false }
        return written != value && scene.precedes($0, reader) && scene.isOk($0)
      }
      guard !writers.isEmpty || register.isInitial(value),
        let write = others.max(by: { scene.begin($0) < scene.begin($1) }),
        writers.allSatisfy({ scene.precedes($0, write) }),
        let newer = register.written(write)
      else { continue }
      return Finding(
        .staleRead,
        [
          Sentence(
            sight(reader), ", although it began ", scene.gap(from: write, to: reader), " ",
            scene.deed(write, asToldOf: reader), " had been ", scene.acknowledged(write), "."
          ).given(.brings(write, Item(newer))),
          Sentence(
            before(value, writers, by: reader, " before that write began", write), ", so ",
            scene.value(newer), " or something newer should have been found."),
        ], (writers.suffix(1) + [write, reader]), cause: write, firstSeenBy: reader)
    }
    return nil
  }

  /// `9 had been written before that write began (lines 5–6 and 9–12) and not again`.
  func before(
    _ value: ValueID, _ writers: [Int], by reader: Int, _ what: Sentence, _ other: Int
  ) -> Sentence {
    let name = scene.value(value)
    let facts: [Fact] = [.onlyBringers(writers, Item(value), by: reader)]
    guard !writers.isEmpty else {
      return Sentence(name, " was there only before the first write: nobody had begun to write it")
        .given(facts + [.initially(Item(value))])
    }
    let some = Array(writers.suffix(3))
    let last: Sentence = writers.count > 3 ? " last" : ""
    return Sentence(
      name, " had been written", what, " (", scene.lines(some), last,
      ") and not again by then"
    ).given(facts + writers.map { .precedes($0, other) })
  }

  private func wrongMismatch() -> Finding? {
    for refused in scene.shown where register.isMismatch(refused) || scene.isFailed(refused) {
      guard let value = register.pair(refused)?.old, let proof = register.proof(value),
        scene.precedes(proof, refused)
      else { continue }
      let later = scene.shown.first {
        register.seen($0) == value && scene.begin($0) > scene.history.completed[refused]
      }
      guard let later else { continue }
      let wasThere: Fact =
        register.written(proof) == value
        ? .brings(proof, Item(value)) : .shows(proof, Item(value))
      return Finding(
        .wrongMismatch,
        [
          Sentence(
            scene.Client(refused), "’s ", scene.noun(refused),
            " was told that the value was another ", scene.ended(refused), "."
          ).given(.mismatched(refused)),
          Sentence(
            "But ", scene.value(value), " was there before it began (", scene.lines([proof]),
            ") and still there when it was over: ", sight(later).lowercased, "; ",
            origin(value, before: ""), "."
          ).given(wasThere, .precedes(proof, refused), .precedes(refused, later)),
        ], [proof, later, refused])
    }
    return nil
  }
}
