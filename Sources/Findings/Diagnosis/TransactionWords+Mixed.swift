import Histories

/// Two transactions that wrote the same two registers, of which a third saw one write each.
extension TransactionWords {
  /// What one saw of two others' writes, where each of those overwrote the other.
  func mixed(_ reader: Int) -> Finding? {
    let reads = deeds.transactions[reader]?.reads ?? []
    for (place, one) in reads.enumerated() {
      for other in reads[(place + 1)...] {
        guard let first = deeds.writer(one), let second = deeds.writer(other), first != second,
          first != reader, second != reader, let firstToo = deeds.left(first, other.key),
          let secondToo = deeds.left(second, one.key)
        else { continue }
        return told(reader, (first, one, firstToo), (second, other, secondToo))
      }
    }
    return nil
  }

  private func told(
    _ reader: Int, _ one: (writer: Int, seen: Item, too: Item),
    _ other: (writer: Int, seen: Item, too: Item)
  ) -> Finding {
    func origin(_ part: (writer: Int, seen: Item, too: Item)) -> Sentence {
      Sentence(
        deeds.name(part.seen), " came with ", scene.client(part.writer), "’s transaction ",
        scene.ended(part.writer), " alone, which left ", deeds.name(part.too)
      ).given(deeds.only(part.writer, part.seen) + [.brings(part.writer, part.too)])
    }
    let origins = [origin(one), origin(other)]
    var sentences = [
      Sentence(deeds.did(reader, reads: [one.seen, other.seen], writes: []), "."),
      Sentence(origins[0], ", and ", origins[1], "."),
    ]
    // What is so before it begins is no matter of how it reads.
    let isOver = scene.precedes(one.writer, reader) && scene.precedes(other.writer, reader)
    if isOver {
      sentences.append(
        Sentence(
          "Both were over before that began.",
          [
            .precedes(one.writer, reader), .precedes(other.writer, reader),
          ]))
    }
    sentences.append(
      Sentence("So each of the two would have to come before the other.", [])
        .given(origins.flatMap(\.facts)))
    return Finding(
      isOver ? .dirtyWrite : .fracturedRead, sentences, [one.writer, other.writer, reader],
      cause: one.writer, firstSeenBy: reader)
  }
}
