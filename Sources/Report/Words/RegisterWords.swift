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
    fromNowhere() ?? consumedTwice() ?? stale() ?? overwritten() ?? wrongMismatch()
      ?? contradiction() ?? usedUp()
  }

  /// Operations of the certificate that saw a value, the culprit first.
  var observers: [Int] {
    let all = scene.shown.filter { register.seen($0) != nil }
    return all.filter { $0 == scene.violation.culprit }
      + all.filter { $0 != scene.violation.culprit }.reversed()
  }

  // MARK: - Words for registers

  /// `Client 4 read 9 (line 96, 1.301 s, node 2)`.
  func sight(_ operation: Int) -> String {
    guard let pair = register.pair(operation), scene.name(operation) == "cas" else {
      return "\(scene.Client(operation)) read \(scene.value(scene.output(operation))) "
        + scene.ended(operation)
    }
    return "\(scene.Client(operation)) found \(scene.value(pair.old)) and swapped it for "
      + "\(scene.value(pair.new)) \(scene.ended(operation))"
  }

  private func lowercased(_ sentence: String) -> String {
    sentence.prefix(1).lowercased() + sentence.dropFirst()
  }

  /// Where a value came from: `9 had been written before that began, by client 3 (line 90), and
  /// never again`.
  private func origin(_ value: ValueID, before what: String) -> String {
    guard let origin = register.origin(value).operation else {
      return "the register held \(scene.value(value)) only before the first write: nobody wrote it "
        + "again"
    }
    let whose =
      scene.name(origin) == "cas" ? "by \(scene.deed(origin))" : "by \(scene.client(origin))"
    return "\(scene.value(value)) had been written\(what), \(whose) \(scene.ended(origin)), and "
      + "never again"
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
  private func older(_ value: ValueID, than write: Int, _ before: String) -> String {
    guard let own = register.origin(value).operation, !scene.precedes(own, write) else {
      return origin(value, before: before)
    }
    guard let sight = sighting(value, before: write) else { return origin(value, before: "") }
    return "\(origin(value, before: "")). \(scene.Client(sight)) had seen it\(before) "
      + scene.ended(sight)
  }

  /// What is to be said of operations whose outcome nobody knew but that others saw.
  func pending(_ operations: [Int]) -> [String] {
    operations.filter(scene.isPending).compactMap { operation in
      guard let value = register.written(operation),
        register.writers[value]?.count == 1,
        let witness = witness(value)
      else { return nil }
      return "\(scene.Client(operation))’s \(scene.noun(operation)) \(scene.mishap(operation)) "
        + "\(scene.began(operation)), but \(scene.value(value)) was seen by "
        + "\(scene.client(witness)) \(scene.ended(witness)), so it happened."
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
      let writers = register.writers[value] ?? []
      if let found = rootless(value, reader, writers) { return found }
      if let first = writers.first {
        guard scene.begin(first) > scene.history.completed[reader] else { continue }
        return Finding(
          .readBeforeWritten,
          [
            "\(sight(reader)), but nobody had begun to write \(scene.value(value)) by then.",
            "The first to do so was \(scene.client(first)), afterwards \(scene.began(first)).",
          ], [first, reader])
      }
      if let refused = register.refused[value]?.first {
        return Finding(
          .failedWriteRead,
          [
            "\(sight(reader)), but \(scene.deed(refused)) had been reported as failed "
              + "\(scene.ended(refused)), which promises that it never takes effect, and nobody "
              + "else wrote \(scene.value(value))."
          ], [refused, reader])
      }
      return Finding(
        .neverWritten,
        ["\(sight(reader)), but nobody ever wrote \(scene.value(value)) in this history."],
        [reader])
    }
    return nil
  }

  /// A value that only compare-and-sets could have brought, each from a value that nobody wrote.
  private func rootless(_ value: ValueID, _ reader: Int, _ writers: [Int]) -> Finding? {
    let roots = writers.map { scene.name($0) == "cas" ? register.pair($0)?.old : nil }
    guard let swap = writers.first, let root = roots.first ?? nil,
      roots.allSatisfy({ root in
        root.map { !register.isInitial($0) && register.writers[$0] == nil } ?? false
      })
    else { return nil }
    return Finding(
      .neverWritten,
      [
        "\(sight(reader)). Only \(scene.deed(swap)) \(scene.began(swap)) could have brought it "
          + "there, and nobody ever wrote \(scene.value(root))."
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
          "\(sight(first)), and \(lowercased(sight(second))).",
          "But \(scene.value(value)) was there only once: \(origin(value, before: "")).",
          "Whichever came first, the other could no longer find it.",
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
    let gap = scene.gap(from: write, to: reader)
    var sentences = [
      "\(sight(reader)), although it began \(gap) "
        + "\(scene.deed(write, asToldOf: reader)) had been acknowledged "
        + "\(scene.ended(write)).",
      "\(older(value, than: write, " before that began")), so \(scene.value(newer)) or something "
        + "newer should have been found.",
    ]
    let seen = (register.observers[newer] ?? []).filter { $0 != reader }
    let isLost = isLost(write, newer, value, reader)
    if isLost, register.origin(value) == .initial {
      let gone = scene.all.filter {
        register.written($0) != nil && scene.isOk($0) && scene.precedes($0, reader)
          && !register.isMismatch($0)
      }
      if gone.count > 1 {
        sentences.append(
          "\(Legible.grouped(gone.count)) writes had been acknowledged by then, and the answer "
            + "shows "
            + "none of them.")
      }
    } else if let later = seen.last(where: { scene.precedes(reader, $0) }) {
      sentences.append(
        "\(scene.value(newer)) was not gone: \(scene.client(later)) saw it afterwards "
          + "\(scene.ended(later)).")
    } else if isLost, let last = seen.last {
      sentences.append(
        "\(scene.value(newer)) was last seen by \(scene.client(last)) \(scene.ended(last)), and "
          + "never again.")
    } else if seen.isEmpty {
      sentences.append("Nobody ever saw \(scene.value(newer)).")
    }
    let named = [register.origin(value).operation, sighting(value, before: write), write, reader]
      .compactMap { $0 }
    return Finding(
      isLost ? .lostWrite : .staleRead, sentences + pending(named), named, since: write)
  }

  /// Whether what was read looks like the state of the whole and not of one replica that lags:
  /// nothing written since was seen after the older value was back, and it was back to stay: it
  /// was seen several times, or taken by a compare-and-set, or is the initial value.
  private func isLost(_ write: Int, _ newer: ValueID, _ value: ValueID, _ reader: Int) -> Bool {
    let back = (register.observers[value] ?? []).filter { scene.precedes(write, $0) }
    guard let first = back.first, let last = back.last else { return false }
    guard back.count > 1 || scene.name(reader) == "cas" || register.isInitial(value) else {
      return false
    }
    for operation in scene.all where scene.begin(operation) > scene.begin(first) {
      guard let seen = register.seen(operation), seen != value,
        let writer = register.origin(seen).operation,
        seen == newer || scene.begin(writer) > scene.end(write)
      else { continue }
      if scene.begin(writer) < scene.begin(first) || scene.precedes(operation, last) {
        return false
      }
    }
    return true
  }

  private func afterRead(
    _ reader: Int, _ value: ValueID, _ earlier: Int, _ newer: ValueID
  ) -> Finding {
    let write = register.origin(newer).operation
    var sentences = [
      "\(sight(earlier)). \(sight(reader)), although it began "
        + "\(scene.gap(from: earlier, to: reader)) "
        + "that, and \(scene.value(value)) is older."
    ]
    if let write {
      let before = " before \(scene.deed(write)) began \(scene.began(write))"
      sentences.append(
        register.origin(value) == .initial
          ? "\(origin(value, before: "")); \(scene.value(newer)) came with \(scene.deed(write)) "
            + "\(scene.began(write))."
          : "\(older(value, than: write, before)).")
    }
    let proof = write.flatMap { sighting(value, before: $0) }
    let named = [register.origin(value).operation, proof, write, earlier, reader]
      .compactMap { $0 }
    return Finding(
      .readsGoBack, sentences + pending(named), named, since: write ?? earlier)
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
        return written != value && scene.precedes($0, reader) && !scene.isFailed($0)
      }
      guard let write = others.max(by: { scene.begin($0) < scene.begin($1) }),
        writers.allSatisfy({ scene.precedes($0, write) }),
        let newer = register.written(write)
      else { continue }
      let history =
        writers.isEmpty
        ? "\(scene.value(value)) is the initial value"
        : "\(scene.value(value)) had been written before that write began "
          + "(\(scene.lines(Array(writers.suffix(3))))\(writers.count > 3 ? " last" : "")) and not "
          + "again"
      return Finding(
        .staleRead,
        [
          "\(sight(reader)), although it began \(scene.gap(from: write, to: reader)) "
            + "\(scene.deed(write, asToldOf: reader)) had been acknowledged "
            + "\(scene.ended(write)).",
          "\(history), so \(scene.value(newer)) or something newer should have been found.",
        ], (writers.suffix(1) + [write, reader]), since: write)
    }
    return nil
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
      return Finding(
        .wrongMismatch,
        [
          "\(scene.Client(refused))’s \(scene.noun(refused)) was told that the value was another "
            + "\(scene.ended(refused)).",
          "But \(scene.value(value)) was there before it began "
            + "(\(scene.lines([proof]))) and still there when it was over: "
            + "\(lowercased(sight(later))). It was written only once.",
        ], [proof, later, refused])
    }
    return nil
  }

  // MARK: - Two orders at once

  /// Two values of which each must have come first.
  private func contradiction() -> Finding? {
    var values: [ValueID] = []
    for operation in scene.shown {
      for value in [register.written(operation), register.seen(operation)] {
        guard let value, !values.contains(value), register.origin(value) != .unclear else {
          continue
        }
        values.append(value)
      }
    }
    guard values.count <= 24 else { return nil }
    for (index, one) in values.enumerated() {
      for other in values[..<index] {
        guard let first = sequence(one, other), let second = sequence(other, one) else { continue }
        let culprit = scene.violation.culprit
        let all = [first.0, first.1, second.0, second.1]
        let named = all.filter { $0 != culprit } + (all.contains(culprit) ? [culprit] : [])
        return Finding(
          .contradictoryOrder,
          [
            "\(told(first.0)) before \(told(first.1, began: true)), so \(scene.value(one)) came "
              + "before \(scene.value(other)).",
            "But \(lowercasedStart(told(second.0))) before \(told(second.1, began: true)), so "
              + "\(scene.value(other)) came before \(scene.value(one)). Both were written once "
              + "only.",
          ] + pending(named), named)
      }
    }
    return nil
  }

  /// An operation of one value that was over before one of the other began.
  private func sequence(_ one: ValueID, _ other: ValueID) -> (Int, Int)? {
    let users = { (value: ValueID) in
      scene.shown.filter { register.written($0) == value || register.seen($0) == value }
    }
    guard let first = users(one).min(by: { scene.end($0) < scene.end($1) }),
      let last = users(other).max(by: { scene.begin($0) < scene.begin($1) }),
      scene.precedes(first, last)
    else { return nil }
    return (first, last)
  }

  private func told(_ operation: Int, began: Bool = false) -> String {
    began
      ? "\(beginning(operation)) \(scene.began(operation))"
      : register.seen(operation) == nil
        ? "\(scene.deed(operation)) was over \(scene.ended(operation))" : sight(operation)
  }

  /// `client 3 began the read that returned 135`, `client 3’s write of 47 began`.
  private func beginning(_ operation: Int) -> String {
    guard scene.name(operation) == "read", let value = register.seen(operation) else {
      return "\(scene.deed(operation)) began"
    }
    return "\(scene.client(operation)) began the read that returned \(scene.value(value))"
  }

  private func lowercasedStart(_ text: String) -> String {
    text.hasPrefix("Client") ? lowercased(text) : text
  }
}
