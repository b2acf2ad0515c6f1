// What may take effect next, and whether a configuration is a dead end.
extension CellSearch {
  /// Whether a completed operation finds all that it needs.
  func isPossible(_ operation: Int32) -> Bool {
    var known = 0
    for place in columns.needs.range(operation) {
      let content = columns.needs.numbers[place]
      if isMissing(content) { return false }
      if held[Int(columns.cell[Int(content)])] == content { known += 1 }
    }
    return columns.whole[Int(operation)] < 0 || known == present.count
  }

  @inline(__always)
  private func isMissing(_ content: Int32) -> Bool {
    let now = held[Int(columns.cell[Int(content)])]
    return now != content && now < columns.unknown
  }

  private func isTaken(_ operation: Int32) -> Bool {
    now.taken & columns.bit[Int(operation)] != 0
  }

  /// Whether somebody who is left, other than an operation itself, can leave a content before that
  /// completes.
  func isSupplied(_ content: Int32, for operation: Int32) -> Bool {
    let opened = columns.opened[Int(now.event)]
    let end = Int(columns.event[Int(operation)])
    let range = columns.suppliers.range(content)
    var low = range.lowerBound
    var high = range.upperBound
    while low < high {
      let middle = (low + high) / 2
      if columns.suppliers.numbers[middle] < opened { low = middle + 1 } else { high = middle }
    }
    while low < range.upperBound, columns.suppliers.numbers[low] == operation { low += 1 }
    if low < range.upperBound, columns.suppliers.numbers[low] < columns.opened[end] { return true }
    for place in columns.open.range(now.event) {
      let other = columns.open.numbers[place]
      if other == operation || isTaken(other) { continue }
      if columns.leaves[other].contains(content) { return true }
    }
    for place in columns.pendingSuppliers.range(content) {
      let other = columns.pendingSuppliers.numbers[place]
      if other >= columns.pendingOpened[end] { break }
      if !isUsed(other) { return true }
    }
    return false
  }

  /// Whether all open operations may yet find what they need.
  func isAlive() -> Bool {
    // It could not be passed: somebody before it was taken for nobody.
    if isTaken(columns.completing[Int(now.event)]) { return false }
    for place in columns.open.range(now.event) {
      let operation = columns.open.numbers[place]
      if isTaken(operation) { continue }
      let range = columns.needs.range(operation)
      for place in range {
        let content = columns.needs.numbers[place]
        if isMissing(content), !isSupplied(content, for: operation) { return false }
      }
      guard columns.whole[Int(operation)] >= 0 else { continue }
      for cell in present where !columns.shows(operation, cell) {
        if !isSupplied(held[Int(cell)] - 1, for: operation) { return false }
      }
    }
    return true
  }

  /// Whether an operation leaves something that another one misses.
  private func helps(_ left: ArraySlice<Int32>, _ other: Int32) -> Bool {
    for content in left where isMissing(content) {
      if columns.needs[other].contains(content) { return true }
      if columns.whole[Int(other)] >= 0, content & 1 == 0 {
        if !columns.shows(other, columns.cell[Int(content)]) { return true }
      }
    }
    return false
  }

  /// What may take effect next: first what completes at the event, then those that leave what it
  /// misses, then those that leave what others miss, then the rest; pending ones last in each.
  func nextCandidates() -> [Int32] {
    let last = columns.completing[Int(now.event)]
    let isReady = isPossible(last)
    var ranked: [(rank: Int, operation: Int32)] = []
    let range = columns.open.range(now.event)
    for place in range {
      let operation = columns.open.numbers[place]
      if isTaken(operation) || columns.isPure(operation) { continue }
      if operation == last {
        if isReady { ranked.append((0, operation)) }
        continue
      }
      guard isPossible(operation), isFirst(operation, in: range, at: place) else { continue }
      guard !columns.isSet || concerns(operation, last) else { continue }
      let left = columns.leaves[operation]
      if !isReady, helps(left, last) {
        ranked.append((1, operation))
      } else {
        let isHelp = columns.open.numbers[range].contains {
          $0 != last && !isTaken($0) && helps(left, $0)
        }
        ranked.append((isHelp ? 3 : 4, operation))
      }
    }
    addPending(last, isReady, &ranked)
    // The sort of the library is not stable by contract.
    for place in ranked.indices { ranked[place].rank = ranked[place].rank << 16 | place }
    ranked.sort { $0.rank < $1.rank }
    return ranked.map(\.operation)
  }

  /// Whether no operation that is alike and open completes earlier.
  private func isFirst(_ operation: Int32, in range: Range<Int>, at place: Int) -> Bool {
    for earlier in range.lowerBound..<place {
      let other = columns.open.numbers[earlier]
      if columns.form[Int(other)] == columns.form[Int(operation)], !isTaken(other) {
        return false
      }
    }
    return true
  }

  /// In a set: whether an operation is about the element of the one that completes, or about one
  /// that an open whole read shows otherwise than it is.
  private func concerns(_ operation: Int32, _ last: Int32) -> Bool {
    guard let content = columns.leaves[operation].first else { return false }
    let cell = columns.cell[Int(content)]
    if columns.whole[Int(last)] < 0, columns.concerns(last, cell) { return true }
    let found = held[Int(cell)]
    for place in columns.open.range(now.event) {
      let read = columns.open.numbers[place]
      if columns.whole[Int(read)] < 0 || isTaken(read) { continue }
      if found < columns.unknown, columns.shows(read, cell) != columns.isIn(found) { return true }
    }
    return false
  }

  /// Adds pending operations: one of each kind, the first invoked.
  private func addPending(
    _ last: Int32, _ isReady: Bool, _ ranked: inout [(rank: Int, operation: Int32)]
  ) {
    let count = columns.pendingOpened[Int(now.event)]
    var forms: Set<Int32> = []
    /// Adds those that leave a content.
    func add(_ content: Int32, _ rank: Int) {
      for place in columns.pendingSuppliers.range(content) {
        let pending = columns.pendingSuppliers.numbers[place]
        if pending >= count { return }
        if isUsed(pending) || !forms.insert(columns.pendingForm[Int(pending)]).inserted {
          continue
        }
        ranked.append((rank, -1 - pending))
      }
    }
    for place in columns.open.range(now.event) {
      let operation = columns.open.numbers[place]
      if isTaken(operation) { continue }
      let rank = operation == last ? 2 : 5
      for content in columns.needs[operation] where isMissing(content) { add(content, rank) }
      guard columns.whole[Int(operation)] >= 0 else { continue }
      for cell in present where !columns.shows(operation, cell) {
        add(held[Int(cell)] - 1, rank)
      }
    }
    for pending in columns.pendingOfSeveral where pending < count && !isUsed(pending) {
      guard !forms.contains(columns.pendingForm[Int(pending)]) else { continue }
      let isLooked = columns.pendingLeaves[pending].contains { content in
        columns.lastReader[Int(content)] >= columns.opened[Int(now.event)]
          || columns.open[now.event].contains {
            !isTaken($0) && columns.needs[$0].contains(content)
          }
      }
      if isLooked {
        forms.insert(columns.pendingForm[Int(pending)])
        ranked.append((6, -1 - pending))
      }
    }
  }
}

extension CellColumns {
  /// Whether a whole read shows an element.
  func shows(_ read: Int32, _ cell: Int32) -> Bool {
    let content = cell << 1 | 1
    let range = needs.range(read)
    var low = range.lowerBound
    var high = range.upperBound
    while low < high {
      let middle = (low + high) / 2
      if needs.numbers[middle] < content { low = middle + 1 } else { high = middle }
    }
    return low < range.upperBound && needs.numbers[low] == content
  }
}
