import Base
import Histories

/// Texts that are put and appended to: what a read lacks, what it invents, what it brings back.
struct TextWords {
  let scene: Scene
  /// What may have been put and appended, and each as bytes.
  private let puts: [Int]
  private let appends: [Int]

  init(_ scene: Scene) {
    self.scene = scene
    puts = scene.possible.filter { scene.name($0) == "put" }
    appends = scene.possible.filter { scene.name($0) == "append" }
  }

  func finding() -> Finding? {
    scene.first([invented, lacking, replaced, parting, headless, unwritten])
  }

  private var reads: [Int] {
    scene.shown.filter { scene.name($0) == "get" && scene.isOk($0) }.reversed()
  }

  private func text(_ read: Int) -> [UInt8] { Array(scene.history.values.utf8(scene.output(read))) }

  private func piece(_ operation: Int) -> [UInt8] {
    Array(scene.history.values.utf8(scene.input(operation)))
  }

  private func saw(_ read: Int) -> Sentence {
    Sentence(
      scene.Client(read), " read ", scene.value(scene.output(read)), " ", scene.ended(read)
    ).given(.outcome(read, .ok))
  }

  /// `although it began 2 ms after client 1’s append of "c" had been acknowledged (lines 9–10)`.
  private func although(_ read: Int, after other: Int) -> Sentence {
    Sentence(
      ", although it began ", scene.gap(from: other, to: read), " ",
      scene.deed(other, asToldOf: read), " had been ", scene.acknowledged(other))
  }

  /// What may have been written before a read was over.
  private func begun(_ operations: [Int], by read: Int) -> [Int] {
    operations.filter { scene.begin($0) < scene.end(read) }
  }

  /// A text in which nothing occurs that anybody wrote.
  private func invented() -> Finding? {
    let pieces = scene.all.filter { scene.name($0) != "get" }.map(piece)
    for read in reads where scene.initialValue == nil {
      let text = text(read)
      guard !text.isEmpty, !pieces.contains(where: { text.contains($0) }) else { continue }
      return Finding(
        .neverWritten,
        [
          Sentence(saw(read), ", and nobody ever wrote any of it.").given(.noPieceIn(read))
        ], [read])
    }
    return nil
  }

  private func lacking() -> Finding? {
    for read in reads {
      let text = text(read)
      for append in scene.shown where scene.name(append) == "append" && scene.isOk(append) {
        guard scene.precedes(append, read), !text.contains(piece(append)) else { continue }
        // A text begins with what was put last.
        let others = begun(puts, by: read).filter { !scene.precedes($0, append) }
        let isKept = others.allSatisfy { !text.starts(with: piece($0)) }
        let witness = isKept ? nil : shown(in: read, before: append)
        guard isKept || witness != nil else { continue }
        let value = scene.input(append)
        let tail: Sentence =
          isKept && !others.isEmpty
          ? Sentence(", and it begins with nothing that was put since then.")
            .given(.beginsWithNoPut(read, since: append))
          : "."
        var sentences = [
          Sentence(
            saw(read), although(read, after: append), ": ", scene.value(value),
            " is nowhere in it", tail
          ).given(.textLacks(read, value))
        ]
        if let witness { sentences.append(self.witness(witness, read, append)) }
        return Finding(
          .elementMissing, sentences, [witness, append, read].compactMap { $0 }, cause: append,
          firstSeenBy: read)
      }
    }
    return nil
  }

  private func witness(_ witness: Int, _ read: Int, _ append: Int) -> Sentence {
    let value = scene.input(witness)
    return Sentence(
      "But ", scene.value(value), " is in it, and ", scene.client(witness),
      " had finished appending that ", scene.ended(witness), " before the other append began."
    ).given(.textHas(read, value), .outcome(witness, .ok), .precedes(witness, append))
  }

  /// What was shown by a read and was appended before an append began.
  private func shown(in read: Int, before append: Int) -> Int? {
    let text = text(read)
    let appends = begun(appends, by: read)
    return scene.shown.last { other in
      scene.name(other) == "append" && scene.isOk(other) && scene.precedes(other, append)
        && appends.count { scene.input($0) == scene.input(other) } == 1
        && text.contains(piece(other))
    }
  }

  /// A text that begins with what was put and over before another put began.
  private func replaced() -> Finding? {
    for read in reads {
      let text = text(read)
      let beginnings = begun(puts, by: read).filter { text.starts(with: piece($0)) }
      guard let first = beginnings.last else { continue }
      let put = scene.shown.last { put in
        scene.name(put) == "put" && scene.isOk(put) && scene.precedes(put, read)
          && beginnings.allSatisfy { scene.precedes($0, put) }
      }
      guard let put else { continue }
      let value = scene.input(first)
      return Finding(
        .staleRead,
        [
          Sentence(saw(read), although(read, after: put), "."),
          Sentence(
            "What it begins with, ", scene.value(value),
            ", was put before that and gone by then: ", scene.client(first), " had finished ",
            scene.ended(first), "."
          ).given(
            .textBegins(read, value), .brings(first, Item(value)), .precedes(first, put),
            .beginsWithNoPut(read, since: put)),
        ], [first, put, read], cause: put, firstSeenBy: read)
    }
    return nil
  }

  /// Two texts of which neither is the beginning of the other, though nothing was put meanwhile.
  private func parting() -> Finding? {
    let reads = Array(reads.reversed())
    for (index, second) in reads.enumerated().reversed() {
      let later = text(second)
      for first in reads[..<index].reversed() {
        let earlier = text(first)
        let begin = min(scene.begin(first), scene.begin(second))
        let end = max(scene.end(first), scene.end(second))
        guard puts.allSatisfy({ scene.end($0) < begin || scene.begin($0) > end }) else { continue }
        let isFirst = scene.precedes(first, second)
        guard !later.starts(with: earlier), isFirst || !earlier.starts(with: later) else {
          continue
        }
        let replaced =
          puts.isEmpty
          ? Sentence("").given(.nothingPut)
          : Sentence(" and nothing replaced it in between").given(.noPutAround(first, second))
        guard isFirst else {
          return Finding(
            .divergingReads,
            [
              Sentence(saw(first), ". ", saw(second), "."),
              Sentence(
                "Neither is the beginning of the other", replaced,
                ", and texts only grow at their end."
              ).given(.textsPart(first, second), .textsPart(second, first)),
            ], [first, second])
        }
        return Finding(
          .readsGoBack,
          [
            Sentence(
              saw(first), ". ", saw(second), ", although it began ",
              scene.gap(from: first, to: second), " that", replaced,
              ": it does not begin with what had been read."
            ).given(.textsPart(first, second))
          ], [first, second], cause: first, firstSeenBy: second)
      }
    }
    return nil
  }

  /// A text that begins with nothing that was put, after a put had been acknowledged.
  private func headless() -> Finding? {
    for read in reads {
      let text = text(read)
      guard
        let put = puts.last(where: { scene.isOk($0) && scene.precedes($0, read) }),
        !begun(puts, by: read).contains(where: { text.starts(with: piece($0)) })
      else { continue }
      return Finding(
        .staleRead,
        [
          Sentence(saw(read), although(read, after: put), "."),
          Sentence(
            "From then on the text begins with that or with what another put wrote, and this ",
            "one begins with nothing that anybody had put."
          ).given(.beginsWithNoPut(read, since: nil)),
        ], [put, read], cause: put, firstSeenBy: read)
    }
    return nil
  }

  /// A text that no sequence of what was written adds up to.
  private func unwritten() -> Finding? {
    for read in reads where scene.initialValue == nil {
      let text = text(read)
      let pieces = Set(begun(puts + appends, by: read).map(piece)).filter { !$0.isEmpty }
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
        [
          Sentence(
            saw(read), ", and nothing that had been begun by then and did not fail adds up to it."
          ).given(.noPiecesMake(read))
        ], [read])
    }
    return nil
  }
}
