/// Lists of integers that share their beginnings: equal lists have equal ids, 0 is the empty one.
struct ListTable {
  /// The list before, and the last element; a list is a pair's id plus one.
  private var cells: PairTable
  /// The length of each list but the empty one.
  private var lengths: [Int32] = []
  private let ledger: Ledger

  init(_ ledger: Ledger) {
    cells = PairTable(ledger)
    self.ledger = ledger
  }

  /// The list with one more element, or ``refused`` when there is no memory.
  mutating func append(_ element: Int32, to list: Int32) -> Int32 {
    let id = cells.id(list, element)
    if id == refused { return refused }
    if Int(id) == lengths.count {
      if lengths.count == lengths.capacity {
        let larger = max(32, lengths.capacity * 2)
        // The lists themselves are booked by the pairs; this is the length beside each.
        guard ledger.reserve(bytes: (larger - lengths.capacity) * 4) else { return refused }
        lengths.reserveCapacity(larger)
      }
      lengths.append(length(of: list) + 1)
    }
    return id + 1
  }

  /// How many elements a list has.
  func length(of list: Int32) -> Int32 { list == 0 ? 0 : lengths[Int(list) - 1] }

  /// The last element of a list that is not empty.
  func last(of list: Int32) -> Int32 { cells.right[Int(list) - 1] }

  /// A list that is not empty without its last element.
  func rest(of list: Int32) -> Int32 { cells.left[Int(list) - 1] }

  /// For each list, one more than the last event that shows a list which begins with it, and 0 when
  /// none does; from the lists that events show.
  ///
  /// - Complexity: O(lists).
  func lastUses(_ shown: [(list: Int32, event: Int32)]) -> [Int32] {
    guard ledger.reserve(bytes: (cells.count + 1) * 4) else { return [] }
    var uses = [Int32](repeating: 0, count: cells.count + 1)
    for (list, event) in shown.sorted(by: { $0.event > $1.event }) where list != refused {
      var rest = list
      while uses[Int(rest)] == 0 {
        uses[Int(rest)] = event + 1
        if rest == 0 { break }
        rest = self.rest(of: rest)
      }
    }
    return uses
  }

  /// Whether a list is the beginning of another; what was ``forgotten`` is the beginning of none.
  ///
  /// - Complexity: O(difference in length).
  func isPrefix(_ list: Int32, of other: Int32) -> Bool {
    if list == forgotten { return false }
    let length = length(of: list)
    var rest = other
    while rest > list, self.length(of: rest) > length { rest = self.rest(of: rest) }
    return rest == list
  }

  /// At most that many last elements of a list, in order.
  func suffix(of list: Int32, at most: Int) -> [Int32] {
    var elements: [Int32] = []
    var rest = list
    while rest != 0, elements.count < most {
      elements.append(last(of: rest))
      rest = self.rest(of: rest)
    }
    return elements.reversed()
  }
}
