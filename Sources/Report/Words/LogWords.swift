import Base
import Histories

/// Logs, texts and identifiers: what a read lacks, what it invents, where two reads part.
struct LogWords {
  let scene: Scene

  func finding() -> Finding? {
    switch scene.model {
    case "append-log": diverging() ?? elements() ?? order()
    case "text": text()
    default: repeatedID()
    }
  }

  private var reads: [Int] {
    scene.shown.filter { ["read", "get"].contains(scene.name($0)) && scene.isOk($0) }
  }

  private var appends: [Int] {
    scene.all.filter { scene.name($0) == "append" && !scene.isFailed($0) }
  }

  private func elements(_ read: Int) -> ArraySlice<ValueID> {
    scene.history.values.parts(of: scene.output(read))
  }

  private func saw(_ read: Int) -> String {
    "\(scene.Client(read)) read \(scene.value(scene.output(read))) \(scene.ended(read))"
  }

  private func diverging() -> Finding? {
    let reads = reads
    for (index, second) in reads.enumerated() {
      for first in reads[..<index] {
        let (one, other) = (Array(elements(first)), Array(elements(second)))
        let common = zip(one, other).prefix { $0 == $1 }.count
        if common < one.count, common < other.count {
          return Finding(
            .divergingReads,
            [
              "\(saw(first)). \(saw(second)).",
              "At place \(common + 1) the one has \(scene.value(one[common])) and the other "
                + "\(scene.value(other[common])): neither is the beginning of the other.",
            ], [first, second])
        }
        if one.count > other.count, scene.precedes(first, second) {
          return Finding(
            .readsGoBack,
            [
              "\(saw(first)). \(saw(second)), although it began "
                + "\(scene.gap(from: first, to: second)) that: it lacks "
                + "\(scene.value(one[common]))."
            ], [first, second])
        }
      }
    }
    return nil
  }

  private func elements() -> Finding? {
    let appends = appends
    for read in reads.reversed() {
      let seen = elements(read)
      let set = Set(seen)
      for value in seen {
        let own = appends.filter { scene.input($0) == value }
        if own.isEmpty, scene.initialValue == nil {
          return Finding(
            .neverInserted,
            ["\(saw(read)), but nobody ever appended \(scene.value(value))."], [read])
        }
        if let first = own.first, own.allSatisfy({ scene.begin($0) > scene.end(read) }) {
          return Finding(
            .takenBeforeInserted,
            [
              "\(saw(read)), before \(scene.client(first)) had begun to append "
                + "\(scene.value(value)) \(scene.began(first))."
            ], [first, read])
        }
        let times = seen.count { $0 == value }
        if !own.isEmpty, times > own.count {
          return Finding(
            .duplicated,
            [
              "\(saw(read)): it shows \(scene.value(value)) \(times) times, but it was appended "
                + "\(own.count == 1 ? "once" : "\(own.count) times") (\(scene.lines(own)))."
            ], own.suffix(1) + [read])
        }
      }
      for append in scene.shown where scene.name(append) == "append" && scene.isOk(append) {
        guard scene.precedes(append, read), !set.contains(scene.input(append)) else { continue }
        return Finding(
          .elementMissing,
          [
            "\(saw(read)), although it began \(scene.gap(from: append, to: read)) "
              + "\(scene.deed(append, asToldOf: read)) had been acknowledged "
              + "\(scene.ended(append))."
          ], [append, read], since: append)
      }
    }
    return nil
  }

  private func order() -> Finding? {
    let appends = scene.shown.filter { scene.name($0) == "append" }
    for read in reads.reversed() {
      let seen = Array(elements(read))
      for one in appends {
        for other in appends where scene.precedes(one, other) {
          guard let first = seen.firstIndex(of: scene.input(one)),
            let second = seen.firstIndex(of: scene.input(other)), second < first
          else { continue }
          return Finding(
            .outOfOrder,
            [
              "\(saw(read)), with \(scene.value(scene.input(other))) before "
                + "\(scene.value(scene.input(one))).",
              "But \(scene.deed(one)) had been acknowledged \(scene.ended(one)) before "
                + "\(scene.client(other)) began to append \(scene.value(scene.input(other))) "
                + "\(scene.began(other)).",
            ], [one, other, read], since: other)
        }
      }
    }
    return nil
  }

  private func text() -> Finding? {
    invented() ?? lacking() ?? replaced() ?? parting() ?? headless() ?? unwritten()
  }

  /// What may have been written before a read was over.
  private func pieces(_ read: Int, _ name: String? = nil) -> [[UInt8]] {
    scene.all.filter {
      !scene.isFailed($0) && (name == nil || name == scene.name($0))
        && scene.name($0) != "get" && scene.begin($0) < scene.end(read)
    }.map { Array(scene.history.values.utf8(scene.input($0))) }
  }

  /// A text that begins with nothing that was put, after a put had been acknowledged.
  private func headless() -> Finding? {
    for read in reads.reversed() {
      let text = Array(scene.history.values.utf8(scene.output(read)))
      guard
        let put = scene.all.last(where: { scene.name($0) == "put" && scene.precedes($0, read) }),
        !pieces(read, "put").contains(where: { text.starts(with: $0) })
      else { continue }
      return Finding(
        .staleRead,
        [
          "\(saw(read)), although it began \(scene.gap(from: put, to: read)) "
            + "\(scene.deed(put, asToldOf: read)) had been acknowledged \(scene.ended(put)).",
          "From then on the text begins with that or with what a later put wrote, and this one "
            + "begins with neither.",
        ], [put, read], since: put)
    }
    return nil
  }

  /// A text that no sequence of what was written adds up to.
  private func unwritten() -> Finding? {
    for read in reads.reversed() where scene.initialValue == nil {
      let text = Array(scene.history.values.utf8(scene.output(read)))
      let pieces = Set(pieces(read)).filter { !$0.isEmpty }
      guard text.count <= 4096, pieces.count <= 256 else { continue }
      var isReached = [Bool](repeating: false, count: text.count + 1)
      isReached[0] = true
      for place in text.indices where isReached[place] {
        for piece in pieces where text[place...].starts(with: piece) {
          isReached[place + piece.count] = true
        }
      }
      guard !isReached[text.count] else { continue }
      return Finding(
        .neverWritten,
        ["\(saw(read)), and nothing that had been begun by then adds up to it."], [read])
    }
    return nil
  }

  /// Two texts of which neither is the beginning of the other, though nothing was put meanwhile.
  private func parting() -> Finding? {
    let puts = scene.all.filter { scene.name($0) == "put" && !scene.isFailed($0) }
    let reads = reads
    for (index, second) in reads.enumerated().reversed() {
      let later = Array(scene.history.values.utf8(scene.output(second)))
      for first in reads[..<index].reversed() {
        let earlier = Array(scene.history.values.utf8(scene.output(first)))
        let begin = min(scene.begin(first), scene.begin(second))
        let end = max(scene.end(first), scene.end(second))
        guard puts.allSatisfy({ scene.end($0) < begin || scene.begin($0) > end }) else { continue }
        let isFirst = scene.precedes(first, second)
        guard !later.starts(with: earlier), isFirst || !earlier.starts(with: later) else {
          continue
        }
        let replaced = puts.isEmpty ? "" : " and nothing replaced it in between"
        guard isFirst else {
          return Finding(
            .divergingReads,
            [
              "\(saw(first)). \(saw(second)).",
              "Neither is the beginning of the other\(replaced), and texts only grow at their "
                + "end.",
            ], [first, second])
        }
        return Finding(
          .readsGoBack,
          [
            "\(saw(first)). \(saw(second)), although it began "
              + "\(scene.gap(from: first, to: second)) that\(replaced): "
              + "it does not begin with what had been read."
          ], [first, second])
      }
    }
    return nil
  }

  /// A text in which nothing occurs that anybody wrote.
  private func invented() -> Finding? {
    let pieces = scene.all.filter { !scene.isFailed($0) && scene.name($0) != "get" }
      .map { Array(scene.history.values.utf8(scene.input($0))) }
    for read in reads.reversed() where scene.initialValue == nil {
      let text = Array(scene.history.values.utf8(scene.output(read)))
      guard !text.isEmpty, !pieces.contains(where: { text.contains($0) }) else { continue }
      return Finding(
        .neverWritten, ["\(saw(read)), and nobody ever wrote any of it."], [read])
    }
    return nil
  }

  private func lacking() -> Finding? {
    let puts = scene.all.filter { scene.name($0) == "put" && !scene.isFailed($0) }
    for read in reads.reversed() {
      let text = Array(scene.history.values.utf8(scene.output(read)))
      for append in scene.shown where scene.name(append) == "append" && scene.isOk(append) {
        let piece = Array(scene.history.values.utf8(scene.input(append)))
        // A text begins with what was put last.
        let others = puts.filter {
          !scene.precedes($0, append) && scene.begin($0) <= scene.end(read)
        }
        let isKept = others.allSatisfy {
          !text.starts(with: scene.history.values.utf8(scene.input($0)))
        }
        let witness = isKept ? nil : shown(in: read, before: append)
        guard isKept || witness != nil, scene.precedes(append, read), !text.contains(piece)
        else { continue }
        return Finding(
          .elementMissing,
          [
            "\(saw(read)), although it began \(scene.gap(from: append, to: read)) "
              + "\(scene.deed(append, asToldOf: read)) had been acknowledged "
              + "\(scene.ended(append)): \(scene.value(scene.input(append))) is nowhere in it"
              + (isKept && !others.isEmpty
                ? ", and it begins with nothing that was put since then." : "."),
            witness.map {
              "But \(scene.value(scene.input($0))) is in it, and \(scene.client($0)) had finished "
                + "appending that \(scene.ended($0)) before the other append began."
            },
          ].compactMap { $0 }, [witness, append, read].compactMap { $0 }, since: append)
      }
    }
    return nil
  }

  /// What was shown by a read and was appended before an append began.
  private func shown(in read: Int, before append: Int) -> Int? {
    let text = Array(scene.history.values.utf8(scene.output(read)))
    return scene.shown.last { other in
      scene.name(other) == "append" && scene.isOk(other) && scene.precedes(other, append)
        && appends.count {
          scene.input($0) == scene.input(other) && scene.begin($0) < scene.end(read)
        } == 1
        && text.contains(Array(scene.history.values.utf8(scene.input(other))))
    }
  }

  /// A text that begins with what was put and over before another put began.
  private func replaced() -> Finding? {
    let puts = scene.all.filter { scene.name($0) == "put" && !scene.isFailed($0) }
    for read in reads.reversed() {
      let text = Array(scene.history.values.utf8(scene.output(read)))
      let beginnings = puts.filter {
        scene.begin($0) < scene.end(read)
          && text.starts(with: scene.history.values.utf8(scene.input($0)))
      }
      guard let first = beginnings.last else { continue }
      for put in puts.reversed() where scene.shown.contains(put) && scene.precedes(put, read) {
        guard beginnings.allSatisfy({ scene.precedes($0, put) }) else { continue }
        return Finding(
          .staleRead,
          [
            "\(saw(read)), although it began \(scene.gap(from: put, to: read)) "
              + "\(scene.deed(put, asToldOf: read)) had been acknowledged \(scene.ended(put)).",
            "What it begins with, \(scene.value(scene.input(first))), was put before that and "
              + "gone by then: \(scene.client(first)) had finished \(scene.ended(first)).",
          ], [first, put, read], since: put)
      }
    }
    return nil
  }

  private func repeatedID() -> Finding? {
    let given = scene.shown.filter { scene.isOk($0) }
    for (index, second) in given.enumerated() {
      guard let first = given[..<index].first(where: { scene.output($0) == scene.output(second) })
      else { continue }
      return Finding(
        .repeatedID,
        [
          "\(scene.Client(first)) was given \(scene.value(scene.output(first))) "
            + "\(scene.ended(first)), and \(scene.client(second)) was given it again "
            + "\(scene.ended(second))."
        ], [first, second])
    }
    return nil
  }
}
