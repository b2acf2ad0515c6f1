import Base
import Checker
import Histories

/// Transactions over several registers: values that nobody left, and orders that go in a circle.
struct TransactionWords {
  let deeds: TransactionScene
  var scene: Scene { deeds.scene }

  init(_ scene: Scene) { deeds = TransactionScene(scene) }

  func finding() -> Finding? {
    let culprit = scene.violation.culprit
    let oks = scene.shown.filter(scene.isOk)
    let readers = oks.filter { $0 == culprit } + oks.filter { $0 != culprit }.reversed()
    for reader in readers {
      if let found = contradiction(reader) { return found }
      // Where nobody knows what was there at first, a value that nobody wrote may have been.
      if scene.initial != .unknown, let found = unfounded(reader) { return found }
    }
    if scene.initial == .unknown { return nil }
    if let circle = TransactionOrder(deeds).circle() { return told(circle) }
    return readers.lazy.compactMap(mixed).first
  }

  // MARK: - One transaction alone

  private func contradiction(_ reader: Int) -> Finding? {
    guard let (read, known) = deeds.transactions[reader]?.contradiction else { return nil }
    let isOwn = !(deeds.transactions[reader]?.reads.contains(known) ?? false)
    return Finding(
      .internalRead,
      [
        Sentence(
          scene.Client(reader), " read ", deeds.name(read), " ", scene.ended(reader),
          ", although the same transaction had ", isOwn ? "written " : "read ",
          deeds.name(known), " before that."
        ).given(.contradictsItself(reader, read, known))
      ], [reader], cause: reader)
  }

  private func unfounded(_ reader: Int) -> Finding? {
    for item in deeds.transactions[reader]?.reads ?? [] where !deeds.isInitial(item) {
      let end = scene.history.completed[reader]
      let early = (deeds.writers[item] ?? []).filter { scene.begin($0) < end }
      guard early.isEmpty else { continue }
      let told = deeds.did(reader, reads: [item], writes: [])
      let passing = (deeds.passing[item] ?? []).filter { scene.begin($0) < end }
      if let writer = passing.first { return intermediate(reader, item, writer, passing) }
      let found = scene.unfounded(
        item, seenBy: reader, told: told,
        bringers: (deeds.writers[item] ?? []) + (deeds.refused[item] ?? []),
        passing: (deeds.passing[item] ?? []) + (deeds.refusedInPassing[item] ?? []), .write)
      guard var found else { continue }
      if found.kind == .failedWriteRead { found.kind = .abortedRead }
      return found
    }
    return nil
  }

  /// A value that a transaction wrote and replaced before it was done.
  private func intermediate(
    _ reader: Int, _ item: Item, _ writer: Int, _ passing: [Int]
  ) -> Finding {
    let final = deeds.left(writer, item.key) ?? item
    return Finding(
      .intermediateRead,
      [
        Sentence(deeds.did(reader, reads: [item], writes: []), "."),
        Sentence(
          "But ", scene.client(writer), "’s transaction ", scene.ended(writer), " wrote ",
          deeds.name(item), " only in passing: what it left is ", deeds.name(final), "."
        ).given(.passes(writer, item), .brings(writer, final)),
        Sentence(
          "Nobody who had begun by then left ", deeds.name(item), ", so no transaction may see it."
        ).given(.onlyBringers([], item, by: reader)),
      ], [writer, reader], cause: writer, firstSeenBy: reader)
  }

  // MARK: - Circles

  private func told(_ circle: [TransactionOrder.Step]) -> Finding {
    var steps = circle
    // The one that cannot be comes last.
    let culprit = scene.violation.culprit
    let answered = circle.map(\.from).filter(scene.isOk)
    let last =
      answered.contains(culprit)
      ? culprit : answered.max { scene.history.completed[$0] < scene.history.completed[$1] }
    if let place = steps.firstIndex(where: { $0.from == last }) {
      steps = Array(steps[(place + 1)...] + steps[...place])
    }
    let nodes = steps.map(\.from)
    let end: Sentence =
      steps.count == 2
      ? "So each of the two would have to come before the other."
      : "So they would have to come before each other in a circle."
    let reasons = steps.map(reason)
    let introductions = nodes.map { Sentence(introduction($0, steps), ".") }
    let named = steps.flatMap { witnesses($0) } + nodes
    let cause = steps.compactMap { step -> (Int, Int)? in
      if case .missed = step.reason { return (step.to, step.from) }
      return nil
    }.first
    return Finding(
      kind(steps), introductions + reasons + [end.given(reasons.flatMap(\.facts))],
      lastOnce(named), cause: cause?.0,
      firstSeenBy: cause?.1)
  }

  /// Each once, where it comes last.
  private func lastOnce(_ operations: [Int]) -> [Int] {
    Array(operations.reversed().uniqued().reversed())
  }

  /// What a transaction read and wrote that matters in a circle.
  private func introduction(
    _ node: Int, _ steps: [TransactionOrder.Step]
  ) -> Sentence {
    var reads: [Item] = []
    var writes: [Item] = []
    for step in steps {
      switch step.reason {
      case .realTime: continue
      case .read(let item):
        if step.to == node { reads.append(item) }
        if step.from == node { writes.append(item) }
      case .missed(let item, let newer, let age):
        if step.from == node { reads.append(item) }
        if step.to == node { writes.append(newer) }
        if step.to == node, age == .taken { reads.append(item) }
      case .replaced(let item, let newer, let age):
        if step.from == node { writes.append(item) }
        if step.to == node { writes.append(newer) }
        if step.to == node, age == .taken { reads.append(item) }
      }
    }
    let once = { (items: [Item]) in
      items.enumerated().filter { place, item in !items[..<place].contains(item) }.map(\.element)
    }
    guard !reads.isEmpty || !writes.isEmpty else {
      return Sentence(scene.Client(node), "’s ", scene.noun(node), " was over ", scene.ended(node))
    }
    return deeds.did(node, reads: once(reads), writes: once(writes))
  }

  /// Who else shows why one value is older.
  private func witnesses(_ step: TransactionOrder.Step) -> [Int] {
    switch step.reason {
    case .missed(_, _, .written(let own)), .replaced(_, _, .written(let own)): [own]
    case .missed(let item, _, .seen(let sight)), .replaced(let item, _, .seen(let sight)):
      [deeds.writer(item), sight].compactMap { $0 }
    default: []
    }
  }

  private func reason(_ step: TransactionOrder.Step) -> Sentence {
    let (one, other) = (scene.client(step.from), scene.client(step.to))
    let conclusion = Sentence(
      ", so ", one, " (", scene.lines(step.from), ") comes before ", other, " (",
      scene.lines(step.to), ").")
    switch step.reason {
    case .realTime:
      return Sentence(
        scene.Client(step.from), "’s transaction had been ", scene.acknowledged(step.from), " ",
        scene.gap(before: step.to, after: step.from), " ", other, "’s began", conclusion)
    case .read(let item):
      return Sentence(
        deeds.name(item), " came with ", one, "’s transaction alone", conclusion
      ).given(deeds.only(step.from, item) + [.shows(step.to, item)])
    case .missed(let item, let newer, let age):
      return Sentence(
        older(item, age, than: newer, of: step.to), conclusion
      ).given(.shows(step.from, item), .brings(step.to, newer))
    case .replaced(let item, let newer, let age):
      return Sentence(
        older(item, age, than: newer, of: step.to), conclusion
      ).given(.brings(step.from, item), .brings(step.to, newer))
    }
  }

  /// `x = 1 is older than client 3’s x = 2: client 1 had written it before that began (lines 5–6)`.
  private func older(
    _ item: Item, _ age: TransactionOrder.Age, than newer: Item, of writer: Int
  ) -> Sentence {
    let claim = Sentence(
      deeds.name(item), " is older than ", scene.client(writer), "’s ", deeds.name(newer), ": ")
    switch age {
    case .initial:
      return Sentence(claim, "it was there at first, and nobody ever left it again")
        .given(.initially(item), .onlyBringers([], item, by: nil))
    case .written(let own):
      return Sentence(
        claim, scene.client(own), " alone left it, and had been ", scene.acknowledged(own),
        " before that began"
      ).given(deeds.only(own, item) + [.precedes(own, writer)])
    case .seen(let sight):
      let own = deeds.writer(item)
      return Sentence(
        claim, "it was left once only, and ", scene.client(sight), " had read it ",
        scene.ended(sight), " before that began"
      ).given(
        [.shows(sight, item), .precedes(sight, writer)]
          + (own.map { deeds.only($0, item) } ?? []))
    case .taken:
      let own = deeds.writer(item)
      return Sentence(
        claim, "it was left once only, and that transaction had read it before it wrote"
      ).given([.shows(writer, item)] + (own.map { deeds.only($0, item) } ?? []))
    }
  }

  // MARK: - Names

  private func kind(_ steps: [TransactionOrder.Step]) -> Anomaly {
    let missed = steps.compactMap { step -> Item? in
      if case .missed(let item, _, _) = step.reason { return item }
      return nil
    }
    let times = steps.count { $0.reason == .realTime }
    let reads = steps.count {
      if case .read = $0.reason { return true }
      return false
    }
    let replaced = steps.count - missed.count - times - reads
    switch (steps.count, missed.count, reads, replaced, times) {
    case (2, 2, 0, 0, 0): return missed[0] == missed[1] ? .lostUpdate : skew(missed)
    case (2, 1, 0, 1, 0): return sameKey(steps) ? .lostUpdate : .divergingTransactions
    case (2, 1, 1, 0, 0): return .fracturedRead
    case (2, 1, 0, 0, 1): return .staleRead
    case (_, 0, 0, _, 0): return .dirtyWrite
    case (3, 1, 1, 0, 1): return isWriter(steps) ? .fracturedRead : .readsGoBack
    case (4, 2, 2, 0, 0): return alternates(steps) ? .longFork : .divergingTransactions
    default:
      let isSkew = missed.count == steps.count && missed.count > 1
      return isSkew
        ? skew(missed) : missed.count == 1 && reads > 0 ? .fracturedRead : .divergingTransactions
    }
  }

  private func skew(_ missed: [Item]) -> Anomaly {
    Set(missed.map(\.key)).count == 1 ? .lostUpdate : .writeSkew
  }

  private func sameKey(_ steps: [TransactionOrder.Step]) -> Bool {
    let keys = steps.map { step -> ValueID in
      switch step.reason {
      case .missed(let item, _, _), .replaced(let item, _, _), .read(let item): item.key
      case .realTime: ValueTable.none
      }
    }
    return Set(keys).count == 1
  }

  /// Whether real time is between two writers, and one transaction read of both.
  private func isWriter(_ steps: [TransactionOrder.Step]) -> Bool {
    steps.contains { step in
      guard step.reason == .realTime else { return false }
      return !(deeds.transactions[step.from]?.writes.isEmpty ?? true)
        && !(deeds.transactions[step.to]?.writes.isEmpty ?? true)
    }
  }

  /// Whether reads of the new and of the old follow each other.
  private func alternates(_ steps: [TransactionOrder.Step]) -> Bool {
    let isRead = steps.map { step -> Bool in
      if case .read = step.reason { return true }
      return false
    }
    return zip(isRead, isRead.dropFirst()).allSatisfy { $0 != $1 }
  }
}
