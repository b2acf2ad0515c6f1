import Base
import Checker
import Histories

/// What each transaction over several registers read and left, and who wrote each value.
struct TransactionScene {
  /// One transaction.
  struct Transaction {
    /// What it read before it wrote to that register itself, once a register.
    var reads: [Item] = []
    /// What it left: its last write to each register.
    var writes: [Item] = []
    /// A read that contradicts what the transaction had read or written before, and that.
    var contradiction: (read: Item, known: Item)?
  }

  let scene: Scene
  private(set) var transactions: [Int: Transaction] = [:]
  /// What may have left each value, what wrote it in passing, and what failed to do either.
  private(set) var writers: [Item: [Int]] = [:]
  private(set) var passing: [Item: [Int]] = [:]
  private(set) var refused: [Item: [Int]] = [:]
  private(set) var refusedInPassing: [Item: [Int]] = [:]
  /// What certainly read each value.
  private(set) var readers: [Item: [Int]] = [:]
  private var initial: [ValueID: ValueID] = [:]

  /// - Complexity: O(operations of the history).
  init(_ scene: Scene) {
    self.scene = scene
    if let json = scene.initialValue {
      var values = scene.history.values
      let map = values.intern(json)
      if values.kind(of: map) == .map {
        let parts = Array(values.parts(of: map))
        for place in stride(from: 0, to: parts.count, by: 2) {
          initial[parts[place]] = parts[place + 1]
        }
      }
    }
    for operation in scene.all { read(operation) }
  }

  private mutating func read(_ operation: Int) {
    let values = scene.history.values
    let isOk = scene.isOk(operation)
    let hasOutput = isOk && scene.history.output[operation] > ValueTable.null
    var transaction = Transaction()
    var known: [ValueID: Item] = [:]
    var written: [Item] = []
    for part in values.parts(of: hasOutput ? scene.output(operation) : scene.input(operation)) {
      let words = Array(values.parts(of: part))
      guard words.count == 3, let name = values.string(words[0]) else { continue }
      let item = Item(words[2], key: words[1])
      if name == "write" || name == "w" {
        known[item.key] = item
        written.append(item)
      } else if isOk, item.value != ValueTable.null || !scene.ignoresNullReads {
        if let own = known[item.key] {
          if own != item, transaction.contradiction == nil {
            transaction.contradiction = (item, own)
          }
        } else {
          transaction.reads.append(item)
          known[item.key] = item
        }
      }
    }
    for (place, item) in written.enumerated() {
      let isLast = !written[(place + 1)...].contains { $0.key == item.key }
      note(item, operation, isLast: isLast)
      if isLast { transaction.writes.append(item) }
    }
    for item in transaction.reads { readers[item, default: []].append(operation) }
    transactions[operation] = transaction
  }

  private mutating func note(_ item: Item, _ operation: Int, isLast: Bool) {
    switch (scene.isFailed(operation), isLast) {
    case (false, true): writers[item, default: []].append(operation)
    case (false, false): passing[item, default: []].append(operation)
    case (true, true): refused[item, default: []].append(operation)
    case (true, false): refusedInPassing[item, default: []].append(operation)
    }
  }

  /// Whether a value was there before the first transaction.
  func isInitial(_ item: Item) -> Bool { item.value == initial[item.key] ?? ValueTable.null }

  /// How a value came to be: by one transaction alone, or it was there at first and nobody left it.
  enum Origin: Equatable {
    case transaction(Int), initial, unclear
  }

  func origin(_ item: Item) -> Origin {
    let all = writers[item] ?? []
    if isInitial(item) { return all.isEmpty ? .initial : .unclear }
    return all.count == 1 ? .transaction(all[0]) : .unclear
  }

  /// The transaction that alone can have left a value.
  func writer(_ item: Item) -> Int? {
    if case .transaction(let writer) = origin(item) { return writer }
    return nil
  }

  /// What a transaction left in a register.
  func left(_ operation: Int, _ key: ValueID) -> Item? {
    transactions[operation]?.writes.first { $0.key == key }
  }

  func saw(_ operation: Int, _ key: ValueID) -> Item? {
    transactions[operation]?.reads.first { $0.key == key }
  }

  /// What is stated by saying that one transaction alone left a value.
  func only(_ writer: Int, _ item: Item) -> [Fact] {
    [.brings(writer, item), .onlyBringers([writer], item, by: nil)]
  }

  // MARK: - Words

  /// `x = 1`.
  func name(_ item: Item) -> Sentence {
    Sentence(key(item.key), " = ", scene.value(item.value))
  }

  /// A register as its name, without quotes where it is text.
  func key(_ key: ValueID) -> Sentence {
    guard let name = scene.history.values.string(key) else { return scene.value(key) }
    return Sentence(Legible.text(name, limit: 24), [.names(key)])
  }

  /// `Client 2 read x = 1 and y = 2 and wrote z = 3 (lines 7–9)`.
  func did(_ operation: Int, reads: [Item], writes: [Item]) -> Sentence {
    var parts: [Sentence] = []
    if !reads.isEmpty {
      parts.append(
        Sentence("read ", Sentence.list(reads.map(name)))
          .given(reads.map { .shows(operation, $0) }))
    }
    if !writes.isEmpty {
      parts.append(
        Sentence("wrote ", Sentence.list(writes.map(name)))
          .given(writes.map { .brings(operation, $0) }))
    }
    return Sentence(
      scene.Client(operation), " ", Sentence.list(parts), " ", scene.ended(operation))
  }
}
