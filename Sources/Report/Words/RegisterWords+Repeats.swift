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
    return scene.name(operation) == "read"
      ? register.seen(operation) : register.written(operation)
  }

  private func usedUp(_ reader: Int, _ value: ValueID, _ proof: Int) -> Finding? {
    let writes = (register.writers[value] ?? []).filter {
      scene.begin($0) < scene.history.completed[reader]
    }
    let open = writes.filter { !scene.precedes($0, proof) }
    if open.isEmpty { return before(reader, value, proof, writes) }
    guard open.count == 1, let write = open.first else { return nil }
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
    let replacements = older.compactMap { replacement(of: $0, before: sight, value) }
    return after(reader, value, proof, write, sight, replacements.uniqued())
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
  private func had(_ operation: Int) -> String {
    guard scene.name(operation) == "read", let seen = register.seen(operation) else {
      return "\(scene.deed(operation)) had been acknowledged \(scene.ended(operation))"
    }
    return "\(scene.client(operation)) had read \(scene.value(seen)) \(scene.ended(operation))"
  }

  private func opening(_ reader: Int, _ proof: Int) -> String {
    "\(sight(reader)), although it began \(scene.gap(from: proof, to: reader)) \(had(proof))."
  }

  private func kind(_ proof: Int) -> ViolationKind {
    scene.name(proof) == "read" ? .readsGoBack : .staleRead
  }

  private func before(
    _ reader: Int, _ value: ValueID, _ proof: Int, _ writes: [Int]
  ) -> Finding? {
    guard !writes.isEmpty || register.isInitial(value), let newer = left(proof) else { return nil }
    let began = scene.name(proof) == "read" ? "that read" : "that"
    let origin =
      writes.isEmpty
      ? "\(scene.value(value)) was there only before the first write"
      : "\(scene.value(value)) had been written before \(began) began "
        + "(\(scene.lines(Array(writes.suffix(3))))) and not again"
    let sources = (register.writers[newer] ?? []).filter {
      scene.begin($0) < scene.end(proof) && !isGone($0, before: proof, newer)
    }
    let happened = sources.count == 1 && sources != [proof] ? happened(sources[0], proof) : []
    let named = writes.suffix(1) + sources.prefix(1) + [proof, reader]
    return Finding(
      kind(proof),
      [
        opening(reader, proof),
        "\(origin), so \(scene.value(newer)) or something newer should have been found.",
      ] + happened, Array(named).uniqued(), since: sources.first ?? proof)
  }

  private func after(
    _ reader: Int, _ value: ValueID, _ proof: Int, _ write: Int, _ sight: Int,
    _ replacements: [Int]
  ) -> Finding {
    let name = scene.value(value)
    var sentences = [opening(reader, proof)]
    let unknown = scene.isPending(write) ? ", which \(scene.mishap(write))," : ""
    let only =
      "Only \(scene.deed(write)) \(scene.began(write))\(unknown) could have brought \(name)"
    if sight == proof {
      sentences.append("\(only) there, and that compare-and-set took it away.")
    } else {
      let isSwap = scene.name(sight) != "read"
      sentences.append(
        "\(only) back after that, but it had taken effect earlier: \(scene.client(sight)) had "
          + "\(isSwap ? "swapped" : "read") \(name) by then \(scene.ended(sight)).")
    }
    if !replacements.isEmpty {
      sentences.append(
        "Older writes of \(name) were gone by then: "
          + "\(Scene.list(replacements.prefix(3).map(had))).")
    }
    return Finding(
      kind(proof), sentences,
      (replacements.prefix(3) + [write, sight, proof, reader]).uniqued(), since: proof)
  }

  private func happened(_ write: Int, _ sight: Int) -> [String] {
    guard scene.isPending(write), let value = register.written(write) else { return [] }
    return [
      "\(scene.Client(write))’s \(scene.noun(write)) \(scene.mishap(write)) "
        + "\(scene.began(write)), but \(scene.value(value)) was seen by "
        + "\(scene.client(sight)) \(scene.ended(sight)), so it happened."
    ]
  }
}

extension Sequence<Int> {
  /// Each element once, where it came first.
  func uniqued() -> [Int] {
    var seen: Set<Int> = []
    return filter { seen.insert($0).inserted }
  }
}
