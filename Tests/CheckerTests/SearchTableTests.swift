import Base
import Histories
import TestSupport
import Testing

@testable import Checker

/// The arenas under the search, each against its plain Swift counterpart.
@Suite struct SearchTableTests {
  @Test func pairsHaveOneIdEach() {
    var random = SplitMix64(seed: 1)
    var table = PairTable(Ledger(Budget()))
    var known: [[Int32]: Int32] = [:]
    for _ in 0..<5000 {
      let a = Int32(random.draw(0..<60)) - 5
      let b = Int32(random.draw(0..<60)) - 5
      let id = table.id(a, b)
      #expect(known[[a, b], default: id] == id)
      known[[a, b]] = id
      #expect(table.left[Int(id)] == a && table.right[Int(id)] == b)
    }
    #expect(table.count == known.count)
  }

  @Test func triesAreArraysOfNumbers() {
    var random = SplitMix64(seed: 2)
    var table = TrieTable(Ledger(Budget()))
    table.widen(to: 21)
    var ids: [[Int32]: Int32] = [:]
    var plain = [Int32](repeating: 0, count: 21)
    var trie: Int32 = 0
    for _ in 0..<3000 {
      let index = random.draw(0..<21)
      let element = Int32(random.draw(0..<2))
      plain[index] = element
      trie = table.setting(trie, index, to: element)
      #expect(ids[plain, default: trie] == trie)
      ids[plain] = trie
      #expect((0..<21).map { table.element(trie, $0) } == plain)
      #expect(table.nonZeros(trie).map(\.index) == plain.indices.filter { plain[$0] != 0 })
    }
  }

  @Test func listsShareTheirBeginnings() {
    var random = SplitMix64(seed: 3)
    var table = ListTable(Ledger(Budget()))
    var lists: [(id: Int32, plain: [Int32])] = [(0, [])]
    for _ in 0..<300 {
      let from = lists[random.draw(0..<lists.count)]
      let element = Int32(random.draw(0..<2))
      lists.append((table.append(element, to: from.id), from.plain + [element]))
    }
    for one in lists {
      #expect(table.suffix(of: one.id, at: Int.max) == one.plain)
      #expect(table.length(of: one.id) == one.plain.count)
      for other in lists {
        #expect(table.isPrefix(one.id, of: other.id) == other.plain.starts(with: one.plain))
        #expect((one.id == other.id) == (one.plain == other.plain))
      }
    }
    let shown = lists.prefix(5).enumerated().map { (list: $1.id, event: Int32($0)) }
    let uses = table.lastUses(shown)
    for one in lists {
      let last = shown.last { table.isPrefix(one.id, of: $0.list) }
      #expect(uses[Int(one.id)] == (last.map { $0.event + 1 } ?? 0))
    }
  }

  /// A row is refused exactly when a known row of its chain dominates it: equal state and exact
  /// bits, no fewer pure bits, no more optional bits, no larger usage.
  @Test func theMemoKeepsWhatNothingDominates() throws {
    var random = SplitMix64(seed: 4)
    var group = Problem.PendingGroup(form: Form(code: 0))
    group.mask = 3
    var other = group
    other.shift = 3
    let ledger = Ledger(Budget())
    var usage = UsageTable(guards: [0b100100], ledger: ledger)
    var layout = Problem.Layout()
    layout.slotWords = 1
    layout.pure = [0b0011_0000]
    layout.optional = [0b1100_0000]
    layout.exact = [~0b1111_0000]
    layout.hasUsage = true
    var memo = Memo(layout, ledger: ledger)
    var known: [(row: [UInt64], used: [Int])] = []
    for _ in 0..<3000 {
      let used = [random.draw(0..<4), random.draw(0..<4)]
      let id = usage.setting(usage.setting(0, group, to: used[0]), other, to: used[1])
      #expect([usage.used(id, group), usage.used(id, other)] == used)
      let row = [UInt64(random.draw(0..<4)), 7, UInt64(random.draw(0..<256)), UInt64(id)]
      let isDominated = known.contains { known in
        known.row[0] == row[0] && (known.row[2] ^ row[2]) & 0b1111 == 0
          && row[2] & ~known.row[2] & 0b11_0000 == 0
          && known.row[2] & ~row[2] & 0b1100_0000 == 0
          && known.used[0] <= used[0] && known.used[1] <= used[1]
      }
      let expected: Memo.Insertion = isDominated ? .known : .new(row: memo.count)
      #expect(memo.insert(row, usage) == expected)
      if !isDominated { known.append((row, used)) }
    }
    #expect((0..<memo.count).contains { memo.isDominated($0) })
  }

  /// Going back and forth shows the same operations as counting them anew.
  @Test func openOperationsAreThoseAroundTheEvent() throws {
    var random = SplitMix64(seed: 5)
    let history = try randomHistory(
      SimulatedRegister(), Shape(operations: 60, clients: 7), &random)
    let settings = Settings(
      initial: ValueTable.none, observesFailedCas: false, ignoresNullReads: false, permits: 1)
    let ledger = Ledger(Budget())
    var machine = RegisterMachine(values: history.values, settings: settings, ledger: ledger)
    let operations = (0..<history.count).filter { history.outcome[$0] != .fail }
    let calls = operations.compactMap {
      Call($0, of: history, as: Call.functions(of: history), settings)
    }
    let problem = try Problem(operations, calls: calls, machine: &machine)
    var open = OpenOperations(problem)
    for _ in 0..<200 {
      let event = random.draw(0..<problem.eventCount)
      open.move(to: event)
      let expected = (0..<problem.opened[event]).filter { problem.event[Int($0)] >= event }
      #expect(open.list.sorted() == expected)
      #expect(open.list.last == problem.completing[event])
      #expect(Set(expected.map { problem.slot[Int($0)] }).count == expected.count)
    }
  }

  @Test func theVerifierRejectsWhatProvesNothing() throws {
    let history = try History.text(
      """
      0 invoke write 1
      0 ok write 1
      1 invoke read nil
      2 invoke write 2
      1 ok read 2
      """)
    let settings = Settings(
      initial: ValueTable.none, observesFailedCas: false, ignoresNullReads: false, permits: 1)
    let calls = (0..<3).compactMap {
      Call($0, of: history, as: Call.functions(of: history), settings)
    }
    func verdict(_ order: [Int32]) -> String? {
      Model.register.verify(
        ProposedOrder(
          order: order, results: order.map { _ in ValueTable.none }, calls: calls,
          settings: settings, values: history.values))
    }
    #expect(verdict([0, 2, 1]) == nil)
    #expect(verdict([0, 1, 2]) == "the operation of line 3 is impossible in its place")
    #expect(verdict([0, 2]) == "it leaves out the operation of line 3")
    #expect(verdict([0, 0, 2, 1]) == "it has the operation of line 1 twice")
    #expect(verdict([0, 2, 1, 3]) == "it names an unknown operation")
    #expect(
      verdict([2, 1, 0])
        == "the operation of line 1 comes after one that was invoked later than it completed")
  }

  /// The one that was invoked later need not be the last one before.
  @Test func theVerifierRemembersTheLatestInvocation() throws {
    let history = try History.text(
      """
      0 invoke write 1
      1 invoke write 2
      1 ok write 2
      2 invoke write 3
      2 ok write 3
      0 ok write 1
      """)
    let settings = Settings(
      initial: ValueTable.none, observesFailedCas: false, ignoresNullReads: false, permits: 1)
    let calls = (0..<3).compactMap {
      Call($0, of: history, as: Call.functions(of: history), settings)
    }
    let claim = ProposedOrder(
      order: [2, 0, 1], results: [], calls: calls, settings: settings, values: history.values)
    #expect(
      Model.register.verify(claim)
        == "the operation of line 2 comes after one that was invoked later than it completed")
  }
}
