import Base
import Checker
import Histories

/// Counters: reads below what had been acknowledged or above what had begun.
struct CounterWords {
  let scene: Scene

  func finding() -> Finding? {
    for reader in scene.shown.reversed() where scene.name(reader) == "read" && scene.isOk(reader) {
      guard let count = scene.history.values.integer(scene.output(reader)) else { continue }
      if let found = outOfRange(reader, count) ?? goesBack(reader, count) { return found }
    }
    return unreachable()
  }

  /// `Client 3 read 5 (lines 8–9)`.
  private func read(_ reader: Int) -> Sentence {
    let value = scene.output(reader)
    return Sentence(scene.Client(reader), " read ", scene.value(value), " ", scene.ended(reader))
      .given(.shows(reader, Item(value)))
  }

  /// A count within its bounds that no choice of the additions under way gives.
  private func unreachable() -> Finding? {
    let culprit = scene.violation.culprit
    guard scene.shown.contains(culprit), scene.name(culprit) == "read", scene.isOk(culprit) else {
      return nil
    }
    let additions = scene.shown.filter { amount($0) != nil }
    let known = scene.all.count {
      amount($0) != nil && scene.precedes($0, culprit) && scene.isOk($0)
    }
    let open = additions.filter {
      !scene.precedes($0, culprit) && scene.begin($0) < scene.end(culprit)
    }
    guard !open.isEmpty else { return nil }
    let told = Array(open.prefix(6))
    let amounts = told.map {
      scene.value(scene.input($0)).given(.brings($0, Item(scene.input($0))))
    }
    return Finding(
      .impossibleCount,
      [
        Sentence(
          read(culprit), ", and no order of the additions gives that: ",
          scene.count(known, "addition", .acknowledgedAdditions(known, before: culprit)),
          " had been acknowledged before it began, and of those that were under way ",
          Sentence.list(amounts), told.count == 1 ? " matters" : " matter", " here (",
          scene.lines(told), ").")
      ], additions + [culprit], cause: culprit)
  }

  private func amount(_ operation: Int) -> Int64? {
    scene.name(operation) == "add" ? scene.history.values.integer(scene.input(operation)) : nil
  }

  private func outOfRange(_ reader: Int, _ count: Int64) -> Finding? {
    let initial = scene.initialValue?.integer ?? 0
    var (least, most) = (initial, initial)
    var known = 0
    for operation in scene.possible {
      guard let amount = amount(operation) else { continue }
      let isKnown = scene.precedes(operation, reader)
      guard isKnown || scene.begin(operation) < scene.end(reader) else { continue }
      if isKnown { known += 1 }
      if isKnown || amount < 0 { least = sum(least, amount) }
      if isKnown || amount > 0 { most = sum(most, amount) }
    }
    let told = scene.shown.filter { amount($0) != nil && $0 != reader }
    let cause = told.last { scene.precedes($0, reader) } ?? told.first
    if count < least {
      return Finding(
        .countTooLow,
        [
          Sentence(
            read(reader), ", although ",
            scene.count(known, "addition", .acknowledgedAdditions(known, before: reader)),
            " had been acknowledged before it began and the count was at least ",
            Sentence("\(least)", [.sumIsAtLeast(least, reader)]), ": ",
            Sentence("\(distance(count, least))", [.sumIsAtLeast(least, reader)]), " is missing.")
        ], told + [reader], cause: cause, firstSeenBy: reader)
    }
    guard count > most else { return nil }
    return Finding(
      .countTooHigh,
      [
        Sentence(
          read(reader), ", although everything that had begun by then adds up to ",
          Sentence("\(most)", [.sumIsAtMost(most, reader)]), " at most: ",
          Sentence("\(distance(most, count))", [.sumIsAtMost(most, reader)]),
          " came from nowhere.")
      ], told + [reader], cause: reader)
  }

  private func sum(_ one: Int64, _ other: Int64) -> Int64 {
    let (sum, overflows) = one.addingReportingOverflow(other)
    return overflows ? (other > 0 ? .max : .min) : sum
  }

  /// From a number up to a larger one; that need not be a number of 64 bits with a sign.
  private func distance(_ low: Int64, _ high: Int64) -> UInt64 { UInt64(bitPattern: high &- low) }

  private func goesBack(_ reader: Int, _ count: Int64) -> Finding? {
    guard scene.possible.allSatisfy({ (amount($0) ?? 0) >= 0 }) else { return nil }
    for earlier in scene.shown where scene.name(earlier) == "read" && scene.isOk(earlier) {
      guard let before = scene.history.values.integer(scene.output(earlier)), before > count,
        scene.precedes(earlier, reader)
      else { continue }
      return Finding(
        .readsGoBack,
        [
          Sentence(
            read(earlier), ". ", read(reader), ", although it began ",
            scene.gap(from: earlier, to: reader), " that and nothing was ever subtracted."
          ).given(.nothingSubtracted)
        ], [earlier, reader], cause: earlier, firstSeenBy: reader)
    }
    return nil
  }
}
