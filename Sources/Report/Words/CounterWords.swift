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

  /// A count within its bounds that no choice of the additions under way gives.
  private func unreachable() -> Finding? {
    let culprit = scene.violation.culprit
    guard scene.shown.contains(culprit), scene.name(culprit) == "read", scene.isOk(culprit) else {
      return nil
    }
    let additions = scene.shown.filter { amount($0) != nil }
    let known = additions.filter { scene.precedes($0, culprit) }
    let open = additions.filter {
      !scene.precedes($0, culprit) && scene.begin($0) < scene.end(culprit)
    }
    guard !open.isEmpty else { return nil }
    let amounts = Scene.list(open.prefix(6).map { scene.value(scene.input($0)) })
    return Finding(
      .other,
      [
        "\(scene.Client(culprit)) read \(scene.value(scene.output(culprit))) "
          + "\(scene.ended(culprit)), and no order of the additions gives that: of those that "
          + "matter here, \(known.count) had been acknowledged before it began, and \(amounts) "
          + "\(open.count == 1 ? "was" : "were") under way (\(scene.lines(Array(open.prefix(6)))))."
      ], additions + [culprit])
  }

  private func amount(_ operation: Int) -> Int64? {
    scene.name(operation) == "add" ? scene.history.values.integer(scene.input(operation)) : nil
  }

  private func outOfRange(_ reader: Int, _ count: Int64) -> Finding? {
    let initial = scene.initialValue?.integer ?? 0
    var (least, most) = (initial, initial)
    var known = 0
    for operation in scene.all where !scene.isFailed(operation) {
      guard let amount = amount(operation) else { continue }
      let isKnown = scene.precedes(operation, reader)
      guard isKnown || scene.begin(operation) < scene.end(reader) else { continue }
      if isKnown { known += 1 }
      if isKnown || amount < 0 { least = sum(least, amount) }
      if isKnown || amount > 0 { most = sum(most, amount) }
    }
    let told = scene.shown.filter { amount($0) != nil && $0 != reader }
    let read = "\(scene.Client(reader)) read \(count) \(scene.ended(reader))"
    if count < least {
      return Finding(
        .countTooLow,
        [
          "\(read), although \(Legible.count(known, "addition")) had been acknowledged before "
            + "it began "
            + "and the count was at least \(least): \(distance(count, least)) is missing."
        ], told + [reader])
    }
    guard count > most else { return nil }
    return Finding(
      .countTooHigh,
      [
        "\(read), although everything that had begun by then adds up to \(most) at most: "
          + "\(distance(most, count)) came from nowhere."
      ], told + [reader])
  }

  private func sum(_ one: Int64, _ other: Int64) -> Int64 {
    let (sum, overflows) = one.addingReportingOverflow(other)
    return overflows ? (other > 0 ? .max : .min) : sum
  }

  /// From a number up to a larger one; that need not be a number of 64 bits with a sign.
  private func distance(_ low: Int64, _ high: Int64) -> UInt64 { UInt64(bitPattern: high &- low) }

  private func goesBack(_ reader: Int, _ count: Int64) -> Finding? {
    guard scene.all.allSatisfy({ (amount($0) ?? 0) >= 0 }) else { return nil }
    for earlier in scene.shown where scene.name(earlier) == "read" && scene.isOk(earlier) {
      guard let before = scene.history.values.integer(scene.output(earlier)), before > count,
        scene.precedes(earlier, reader)
      else { continue }
      return Finding(
        .readsGoBack,
        [
          "\(scene.Client(earlier)) read \(before) \(scene.ended(earlier)). "
            + "\(scene.Client(reader)) read \(count) \(scene.ended(reader)), although it began "
            + "\(scene.gap(from: earlier, to: reader)) that and nothing was ever subtracted."
        ], [earlier, reader])
    }
    return nil
  }
}
