import Base
import Checker
import Histories

/// Transactions over several registers: values that nobody wrote, values that were gone, values
/// that were never together.
struct TransactionWords {
  let scene: Scene
  /// A register and a value that it held.
  private struct Version: Hashable {
    var key: ValueID
    var value: ValueID
  }
  /// What one transaction saw of the state before it and what it left, key by key.
  private var seen: [Int: [Version]] = [:]
  private var left: [Int: [Version]] = [:]
  /// The transactions that may have left each value, over the whole history.
  private var writers: [Version: [Int]] = [:]
  private var isInitialKnown = true

  init(_ scene: Scene) {
    self.scene = scene
    isInitialKnown = scene.initial == nil && scene.history.header?["initial"] == nil
    for operation in scene.all where !scene.isFailed(operation) { read(operation) }
  }

  private mutating func read(_ operation: Int) {
    let values = scene.history.values
    let isOk = scene.isOk(operation) && scene.history.output[operation] > ValueTable.null
    var own: [ValueID: ValueID] = [:]
    var keys: [ValueID] = []
    for part in values.parts(of: isOk ? scene.output(operation) : scene.input(operation)) {
      let words = Array(values.parts(of: part))
      guard words.count == 3, let name = values.string(words[0]) else { continue }
      let version = Version(key: words[1], value: words[2])
      if name == "write" || name == "w" {
        if own.updateValue(version.value, forKey: version.key) == nil { keys.append(version.key) }
      } else if isOk, own[version.key] == nil {
        seen[operation, default: []].append(version)
      }
    }
    for key in keys {
      let version = Version(key: key, value: own[key] ?? ValueTable.null)
      left[operation, default: []].append(version)
      writers[version, default: []].append(operation)
    }
  }

  func finding() -> Finding? {
    let culprit = scene.violation.culprit
    let readers =
      scene.shown.filter { $0 == culprit && seen[$0] != nil }
      + scene.shown.filter { $0 != culprit && seen[$0] != nil }.reversed()
    for reader in readers {
      if let found = fromNowhere(reader) ?? stale(reader) ?? torn(reader) { return found }
    }
    return parted(readers)
  }

  // MARK: - Words

  private func name(_ version: Version) -> String {
    "\(key(version.key)) = \(scene.value(version.value))"
  }

  /// A register as its name, without quotes where it is text.
  private func key(_ key: ValueID) -> String {
    scene.history.values.string(key).map { Legible.text($0, limit: 24) } ?? scene.value(key)
  }

  private func read(_ reader: Int, _ versions: [Version]) -> String {
    "\(scene.Client(reader)) read \(Scene.list(versions.map(name))) \(scene.ended(reader))"
  }

  /// The only transaction that can have left a value; nil when there are several or none.
  private func origin(_ version: Version) -> Int? {
    guard let all = writers[version], all.count == 1 else { return nil }
    return version.value == ValueTable.null && isInitialKnown ? nil : all[0]
  }

  /// Whether a value was there before the first transaction and nobody left it again.
  private func isInitial(_ version: Version) -> Bool {
    isInitialKnown && version.value == ValueTable.null && writers[version] == nil
  }

  /// Whether one value of a key was there before a transaction, and that left another.
  private func isOlder(_ version: Version, than writer: Int) -> Bool {
    guard
      left[writer]?.contains(where: { $0.key == version.key && $0.value != version.value })
        ?? false
    else { return false }
    if isInitial(version) { return true }
    return origin(version).map { scene.precedes($0, writer) } ?? false
  }

  private func age(_ version: Version, _ writer: Int) -> String {
    guard let origin = origin(version) else {
      return "Nothing had been written to \(key(version.key)) when \(name(version)) was right"
    }
    return "\(scene.Client(origin)) had written \(name(version)) before that "
      + scene.ended(origin)
  }

  // MARK: - Stories

  private func fromNowhere(_ reader: Int) -> Finding? {
    guard isInitialKnown else { return nil }
    for version in seen[reader] ?? [] where version.value != ValueTable.null {
      guard writers[version] == nil else { continue }
      return Finding(
        .neverWritten, ["\(read(reader, [version])), but nobody ever wrote that."], [reader])
    }
    return nil
  }

  /// A value that a transaction had replaced which was over before the reader began.
  private func stale(_ reader: Int) -> Finding? {
    for version in seen[reader] ?? [] {
      for writer in scene.shown
      where scene.precedes(writer, reader) && isOlder(version, than: writer) {
        let newer = left[writer]?.first { $0.key == version.key } ?? version
        return Finding(
          .staleRead,
          [
            "\(read(reader, [version])), although it began \(scene.gap(from: writer, to: reader)) "
              + "\(scene.client(writer))’s write of \(name(newer)) had been acknowledged "
              + "\(scene.ended(writer)).",
            "\(age(version, writer)).",
          ], [origin(version)].compactMap { $0 } + [writer, reader], since: writer)
      }
    }
    return nil
  }

  /// One value that a transaction left, and another that it had replaced.
  private func torn(_ reader: Int) -> Finding? {
    let versions = seen[reader] ?? []
    for newer in versions {
      guard let writer = origin(newer), writer != reader else { continue }
      for older in versions where older.key != newer.key && isOlder(older, than: writer) {
        let other = left[writer]?.first { $0.key == older.key } ?? older
        return Finding(
          .tornRead,
          [
            "\(read(reader, [newer, older])).",
            "But \(name(newer)) came with \(scene.client(writer))’s transaction "
              + "\(scene.began(writer)), which wrote \(name(other)) at the same instant.",
            "\(age(older, writer)), so the two were never there together.",
          ], [origin(older)].compactMap { $0 } + [writer, reader], since: writer)
      }
      for other in versions where other.key != newer.key {
        if let found = gone(reader, newer, writer, other) { return found }
      }
    }
    return nil
  }

  /// A value that a third transaction had replaced before the other value came.
  private func gone(
    _ reader: Int, _ newer: Version, _ writer: Int, _ older: Version
  ) -> Finding? {
    for remover in scene.shown
    where remover != writer && isOlder(older, than: remover) && scene.precedes(remover, writer) {
      let other = left[remover]?.first { $0.key == older.key } ?? older
      return Finding(
        .tornRead,
        [
          "\(read(reader, [newer, older])).",
          "But \(name(older)) was gone before \(scene.client(writer)) began to write "
            + "\(name(newer)) \(scene.began(writer)): \(scene.client(remover)) had written "
            + "\(name(other)) \(scene.ended(remover)), so the two were never there together.",
        ], [origin(older)].compactMap { $0 } + [remover, writer, reader], since: remover)
    }
    return nil
  }

  /// Two readers: the later one saw an older value, or each saw what the other had yet to see.
  private func parted(_ readers: [Int]) -> Finding? {
    for second in readers {
      for first in readers where first != second {
        for older in seen[second] ?? [] {
          guard let newer = seen[first]?.first(where: { $0.key == older.key && $0 != older }),
            let writer = origin(newer), isOlder(older, than: writer)
          else { continue }
          if scene.precedes(first, second) {
            return Finding(
              .readsGoBack,
              [
                "\(read(first, [newer])). \(read(second, [older])), although it began "
                  + "\(scene.gap(from: first, to: second)) that.",
                "\(age(older, writer)).",
              ], [writer, first, second], since: writer)
          }
          if let found = parted(first, newer, second, older) { return found }
        }
      }
    }
    return nil
  }

  private func parted(
    _ first: Int, _ newer: Version, _ second: Int, _ older: Version
  ) -> Finding? {
    for behind in seen[first] ?? [] {
      guard let ahead = seen[second]?.first(where: { $0.key == behind.key && $0 != behind }),
        let writer = origin(ahead), let other = origin(newer), isOlder(behind, than: writer)
      else { continue }
      return Finding(
        .divergingTransactions,
        [
          "\(read(first, [newer, behind])). \(read(second, [older, ahead])).",
          "So the one says that \(name(newer)) was written first, and the other that "
            + "\(name(ahead)) was.",
        ], [other, writer, first, second].uniqued(), since: min(other, writer))
    }
    return nil
  }
}
