import Base
import Findings
import Histories

@testable import Checker

/// Says of each fact whether it is true, by looking at all operations of a history in the plainest
/// way. It shares nothing with those who state them but the sequential objects that the models are
/// specified by, which the exhaustive referee runs on.
struct FactJudge {
  let history: History
  let model: String
  let key: ValueID
  let violation: Violation
  let options: CheckOptions

  private var all: [Int] { history.key.indices.filter { history.key[$0] == key } }

  // MARK: - One operation

  func name(_ op: Int) -> String { history.functionName(op) }
  func failed(_ op: Int) -> Bool { history.outcome[op] == .fail }
  func ok(_ op: Int) -> Bool { history.outcome[op] == .ok }
  func parts(_ value: ValueID) -> [ValueID] { Array(history.values.parts(of: value)) }
  func output(_ op: Int) -> ValueID { max(history.output[op], ValueTable.null) }
  func text(_ value: ValueID) -> [UInt8] { Array(history.values.utf8(value)) }
  func before(_ one: Int, _ other: Int) -> Bool {
    history.outcome[one] != .indeterminate && history.completed[one] < history.invoked[other]
  }
  /// Whether an operation had begun by the end of another.
  func begunBy(_ op: Int, _ other: Int) -> Bool { history.invoked[op] < history.completed[other] }

  private var isMismatch: (Int) -> Bool {
    { name($0) == "cas" && ok($0) && history.evidence("swapped", of: $0) == ValueTable.false }
  }

  /// Every write of a transaction, in order.
  private func writes(_ op: Int) -> [Item] {
    micro(op).filter { $0.isWrite }.map(\.item)
  }

  private func micro(_ op: Int) -> [(isWrite: Bool, item: Item)] {
    let isAnswered = ok(op) && history.output[op] > ValueTable.null
    return parts(isAnswered ? history.output[op] : history.input[op]).map { part in
      let words = parts(part)
      let isWrite = history.values.string(words[0])?.hasPrefix("w") ?? false
      return (isWrite, Item(words[2], key: words[1]))
    }
  }

  func brings(_ op: Int) -> [Item] {
    let input = history.input[op]
    switch name(op) {
    case "write", "add", "enqueue", "push", "insert", "append", "put": return [Item(input)]
    case "cas":
      let pair = parts(input)
      return isMismatch(op) || pair[0] == pair[1] ? [] : [Item(pair[1])]
    case "txn":
      var last: [ValueID: Item] = [:]
      for item in writes(op) { last[item.key] = item }
      return Array(last.values)
    default: return []
    }
  }

  func passes(_ op: Int) -> [Item] {
    guard name(op) == "txn" else { return [] }
    let all = writes(op)
    return all.indices.filter { place in
      all[(place + 1)...].contains { $0.key == all[place].key }
    }.map { all[$0] }
  }

  func shows(_ op: Int, _ item: Item) -> Bool {
    guard ok(op) else { return false }
    switch (name(op), model) {
    case ("read", "set"), ("read", "append-log"): return parts(output(op)).contains(item.value)
    case ("read", _), ("generate", _), ("acquire", _): return output(op) == item.value
    case ("contains", _): return parts(output(op)) == [item.value, ValueTable.true]
    case ("cas", _): return !isMismatch(op) && parts(history.input[op])[0] == item.value
    case ("dequeue", _), ("pop", _), ("delete-min", _):
      return item.value != ValueTable.null && output(op) == item.value
    case ("txn", _):
      let all = micro(op)
      let place = all.firstIndex { !$0.isWrite && $0.item == item }
      guard let place else { return false }
      return !all[..<place].contains { $0.isWrite && $0.item.key == item.key }
    default: return false
    }
  }

  /// Whether it may have taken the item out.
  func mayRemove(_ op: Int, _ item: Item) -> Bool {
    switch name(op) {
    case "remove": !failed(op) && history.input[op] == item.value
    case "dequeue", "pop", "delete-min":
      history.outcome[op] == .indeterminate || shows(op, item)
    default: false
    }
  }

  // MARK: - All operations

  private var initial: JSON? {
    if case .value(let json) = options.initial { return json }
    return history.header?["initial"]
  }

  func isInitial(_ item: Item) -> Bool {
    var values = history.values
    let given = initial.map { values.intern($0) }
    switch model {
    case "register", "cas-register":
      if options.initial == .unknown { return bringers(item).isEmpty }
      return item.value == given ?? ValueTable.null
    case "multi-register":
      let map = given.map { Array(values.parts(of: $0)) } ?? []
      let place = stride(from: 0, to: map.count, by: 2).first { map[$0] == item.key }
      return item.value == place.map { map[$0 + 1] } ?? ValueTable.null
    default: return given.map { values.parts(of: $0).contains(item.value) } ?? false
    }
  }

  private func bringers(_ item: Item) -> [Int] {
    all.filter { !failed($0) && brings($0).contains(item) }
  }

  // MARK: - Judging

  func isTrue(_ fact: Fact) -> Bool {
    switch fact {
    case .client(let op, let client): return history.processes[op] == client
    case .lines(let op, let first, let last):
      return history.line[op] == first && history.completedLine[op] == last
    case .time(let op, .invocation, let time): return history.invokedTime[op] == time
    case .time(let op, .completion, let time): return history.completedTime[op] == time
    case .node(let op, let node):
      return (history.evidence("server", of: op) ?? history.evidence("node", of: op)) == node
    case .asked(let op, let function, let input):
      return name(op) == function && history.input[op] == input
    case .outcome(let op, let outcome): return history.outcome[op] == outcome
    case .unanswered(let op): return history.completedLine[op] == 0
    case .error(let op, let error): return history.evidence("error", of: op) == error
    case .header(let name, let value):
      let field = history.header?[name]
      return field?.string == value || field?.array?.contains(.string(value)) ?? false
    case .field(let op, let half, let name, let value):
      let rank = half == .invocation ? history.invoked[op] : history.completed[op]
      return history.extra(name, at: rank) == value
    case .names(let value): return occurs(value)
    case .precedes, .gap, .less: return isTrueOrder(fact)
    case .brings, .passes, .removes, .shows, .lacks, .showsTimes, .showsAt, .length,
      .foundNothing, .mismatched, .contradictsItself:
      return isTrueDeed(fact)
    case .textHas, .textLacks, .textBegins, .beginsWithNoPut, .noPutAround, .nothingPut,
      .noPiecesMake, .noPieceIn, .textsPart:
      return isTrueText(fact)
    case .fault, .faultCovers, .faultMeets, .noFault, .lastFault, .noFaultYet, .noFaultSince:
      return FaultJudge(history).isTrue(fact)
    default: return isTrueOfAll(fact)
    }
  }

  private func occurs(_ value: ValueID) -> Bool {
    if value == ValueTable.null { return true }
    func holds(_ whole: ValueID) -> Bool {
      whole == value || whole > ValueTable.null && parts(whole).contains(where: holds)
    }
    return all.contains { holds(history.input[$0]) || holds(output($0)) }
  }

  private func isTrueOrder(_ fact: Fact) -> Bool {
    switch fact {
    case .precedes(let one, let other): return before(one, other)
    case .gap(let one, let other, let gap):
      return before(one, other)
        && history.invokedTime[other] - history.completedTime[one] == gap
    case .less(let one, let other):
      guard let one = history.values.integer(one), let other = history.values.integer(other) else {
        return false
      }
      return one < other
    default: return false
    }
  }

  private func isTrueDeed(_ fact: Fact) -> Bool {
    switch fact {
    case .brings(let op, let item): return brings(op).contains(item)
    case .passes(let op, let item): return passes(op).contains(item)
    case .removes(let op, let item): return mayRemove(op, item)
    case .shows(let op, let item): return shows(op, item)
    case .lacks(let op, let item): return ok(op) && !shows(op, item)
    case .showsTimes(let op, let item, let times):
      return ok(op) && parts(output(op)).filter { $0 == item.value }.count == times
    case .showsAt(let op, let place, let value):
      let list = parts(output(op))
      return ok(op) && list.indices.contains(place) && list[place] == value
    case .length(let op, let length): return ok(op) && parts(output(op)).count == length
    case .foundNothing(let op):
      return ok(op) && ["dequeue", "pop", "delete-min"].contains(name(op))
        && output(op) == ValueTable.null
    case .mismatched(let op): return isMismatch(op) || failed(op) && name(op) == "cas"
    case .contradictsItself(let op, let read, let known):
      let all = micro(op)
      return all.indices.contains { place in
        !all[place].isWrite && all[place].item == read
          && all[..<place].last { $0.item.key == read.key }?.item != read
          && all[..<place].contains { $0.item == known }
      }
    default: return false
    }
  }

  private func isTrueText(_ fact: Fact) -> Bool {
    let puts = all.filter { name($0) == "put" && !failed($0) }
    switch fact {
    case .textHas(let op, let piece): return ok(op) && text(output(op)).contains(text(piece))
    case .textLacks(let op, let piece): return ok(op) && !text(output(op)).contains(text(piece))
    case .textBegins(let op, let piece):
      return ok(op) && text(output(op)).starts(with: text(piece))
    case .beginsWithNoPut(let read, let since):
      return puts.filter { put in begunBy(put, read) && since.map { !before(put, $0) } ?? true }
        .allSatisfy { !text(output(read)).starts(with: text(history.input[$0])) }
    case .noPutAround(let one, let other):
      let begin = min(history.invoked[one], history.invoked[other])
      let end = max(history.completed[one], history.completed[other])
      return puts.allSatisfy { history.returned($0) < begin || history.invoked[$0] > end }
    case .nothingPut: return puts.isEmpty
    case .noPiecesMake(let read):
      let pieces = all.filter { name($0) != "get" && !failed($0) && begunBy($0, read) }
        .map { text(history.input[$0]) }.filter { !$0.isEmpty }
      return !makes(text(output(read))[...], pieces)
    case .noPieceIn(let read):
      return all.filter { name($0) != "get" }
        .allSatisfy { !text(output(read)).contains(text(history.input[$0])) }
    case .textsPart(let one, let other):
      return !text(output(other)).starts(with: text(output(one)))
    default: return false
    }
  }

  private func makes(_ text: ArraySlice<UInt8>, _ pieces: [[UInt8]]) -> Bool {
    text.isEmpty
      || pieces.contains { text.starts(with: $0) && makes(text.dropFirst($0.count), pieces) }
  }

  private func isTrueOfAll(_ fact: Fact) -> Bool {
    switch fact {
    case .initially(let item): return isInitial(item)
    case .nobodyBrings(let item):
      return !(isInitial(item) && options.initial != .unknown)
        && all.allSatisfy { !brings($0).contains(item) && !passes($0).contains(item) }
    case .onlyBringers(let those, let item, let by):
      let some = bringers(item).filter { op in by.map { begunBy(op, $0) } ?? true }
      return Set(some) == Set(those)
    case .bringersFailed(let item, let by):
      return all.filter { begunBy($0, by) }.allSatisfy {
        failed($0) || !brings($0).contains(item) && !passes($0).contains(item)
      }
    case .nobodyShows(let item): return all.allSatisfy { !shows($0, item) }
    case .nobodyShowsAfter(let item, let op):
      return all.allSatisfy { history.invoked[$0] < history.completed[op] || !shows($0, item) }
    case .noneBetween(let act, let item, let one, let other):
      let doers = act == .brings ? bringers(item) : takers(item)
      return doers.allSatisfy { $0 == one || before($0, one) || !begunBy($0, other) }
    case .nobodyRemoves(let item): return all.allSatisfy { !mayRemove($0, item) }
    case .counts(let item, let brought, let taken):
      return bringers(item).count == brought && all.count { shows($0, item) } == taken
    case .acknowledgedWrites(let count, let op):
      return all.count { ok($0) && !brings($0).isEmpty && before($0, op) } == count
    case .noOrder(let operations): return operations == violation.operations
    case .firstStuck(let op):
      guard op == violation.culprit, history.completed[op] != History.never else { return false }
      return isLinearizable(at: history.completed[op]) == false
        && isLinearizable(at: history.completed[op] - 1) == true
    case .stuck(let op, let state, let reason):
      return op == violation.culprit
        && violation.dilemmas.contains { dilemma in
          dilemma.state == state
            && (reason == nil
              || dilemma.refusals.contains { $0.operation == op && $0.reason == reason })
        }
    case .alwaysInside(let op, let puts): return isAlwaysInside(op, puts)
    default: return isTrueOfRest(fact)
    }
  }

  /// Whether what was known just after an event has an order, by trying all; nil where the model
  /// takes it for none of its own.
  private func isLinearizable(at rank: Int32) -> Bool? {
    var values = history.values
    guard let model = try? Models.named(model),
      let settings = try? Settings(
        options, header: history.header, values: &values, model: model.nullRead)
    else { return nil }
    let functions = Call.functions(of: history)
    let calls = all.filter { history.invoked[$0] <= rank }.compactMap { operation -> Call? in
      guard let call = Call(operation, of: history, as: functions, settings) else { return nil }
      if call.returned <= rank || call.end == .pending { return call }
      return call.end == .mismatch ? nil : call.cut
    }
    return model.referee(calls, settings, values)
  }

  /// Who may have taken an item out. What is known to have been taken out by one was not by
  /// another.
  private func takers(_ item: Item) -> [Int] {
    let known = all.filter {
      ["dequeue", "pop", "delete-min"].contains(name($0)) && shows($0, item)
    }
    return known.isEmpty ? all.filter { mayRemove($0, item) } : known
  }

  private func isAlwaysInside(_ op: Int, _ puts: [Int]) -> Bool {
    (history.invoked[op]...history.completed[op]).allSatisfy { rank in
      puts.contains { put in
        let item = Item(history.input[put])
        return ok(put) && history.completed[put] <= rank
          && takers(item).allSatisfy { history.invoked[$0] >= rank }
      }
    }
  }

  private func isTrueOfRest(_ fact: Fact) -> Bool {
    let additions = all.filter { name($0) == "add" && !failed($0) }
    func amount(_ op: Int) -> Int64 { history.values.integer(history.input[op]) ?? 0 }
    let start = initial?.integer ?? 0
    switch fact {
    case .acknowledgedAdditions(let count, let op):
      return additions.count { ok($0) && before($0, op) } == count
    case .sumIsAtLeast(let sum, let op):
      return additions.reduce(start) { total, add in
        before(add, op)
          ? total + amount(add) : begunBy(add, op) ? total + min(0, amount(add)) : total
      } == sum
    case .sumIsAtMost(let sum, let op):
      return additions.reduce(start) { total, add in
        before(add, op)
          ? total + amount(add) : begunBy(add, op) ? total + max(0, amount(add)) : total
      } == sum
    case .nothingSubtracted: return additions.allSatisfy { amount($0) >= 0 }
    case .stillHolds(let grant, let by):
      return depths(grant).allSatisfy { $0.depth > 0 || !begunBy($0.op, by) }
        && ok(grant) && history.completed[grant] <= history.completed[by]
    case .releasedBy(let grant, let release):
      return depths(grant).first { $0.depth == 0 }?.op == release
    case .neverReleased(let grant): return depths(grant).allSatisfy { $0.depth > 0 }
    case .heldNothing(let op, let ever):
      let own = all.filter {
        history.processes[$0] == history.processes[op] && $0 < op && !failed($0)
      }
      let got = own.count { name($0) == "acquire" }
      return got <= own.count - got && (got > 0) == ever
    case .permits(let permits):
      return Int64(permits) == options.permits.map { Int64($0) }
        ?? history.header?["permits"]?.integer
    default: return false
    }
  }

  /// How deep a client is in what it got, after each of its later operations.
  private func depths(_ grant: Int) -> [(op: Int, depth: Int)] {
    var depth = 1
    var depths: [(op: Int, depth: Int)] = []
    for op in all where op > grant && history.processes[op] == history.processes[grant] {
      guard !failed(op), depth > 0 else { continue }
      depth += name(op) == "acquire" ? 1 : -1
      depths.append((op, depth))
    }
    return depths
  }
}

extension Array where Element: Comparable {
  /// Whether another array occurs in this one.
  func contains(_ other: [Element]) -> Bool {
    other.isEmpty
      || indices.contains { self[$0...].starts(with: other) }
  }
}

/// Judges what is said of faults that are written as `start-NAME` and `stop-NAME`, one of each.
struct FaultJudge {
  private let history: History
  private var faults: [(name: String, value: ValueID, begin: Int32, end: Int32)] = []

  init(_ history: History) {
    self.history = history
    for event in history.nemesis {
      if event.function.hasPrefix("start-") {
        let name = String(event.function.dropFirst(6))
        faults.append((name, event.value, event.rank, History.never))
      } else if event.function.hasPrefix("stop-") {
        let name = event.function.dropFirst(5)
        let place = faults.lastIndex { $0.name == name && $0.end == History.never }
        if let place { faults[place].end = event.rank }
      }
    }
  }

  private func last(_ op: Int) -> Int32 {
    history.completed[op] == History.never ? history.invoked[op] : history.completed[op]
  }

  func isTrue(_ fact: Fact) -> Bool {
    func one(_ begin: Int32, _ end: Int32) -> Bool {
      faults.contains { $0.begin == begin && $0.end == end }
    }
    switch fact {
    case .fault(let name, let value, let begin, let end):
      return faults.contains { $0 == (name, value, begin, end) }
    case .faultCovers(let begin, let end, let op):
      return one(begin, end) && begin < history.invoked[op] && end > last(op)
    case .faultMeets(let begin, let end, let op, let answer):
      return one(begin, end) && begin < max(last(op), last(answer)) && end > history.invoked[op]
    case .noFault(let op, let answer):
      return faults.allSatisfy {
        $0.begin > max(last(op), last(answer)) || $0.end < history.invoked[op]
      }
    case .lastFault(let begin, let end, let op):
      return one(begin, end) && end < history.invoked[op]
        && faults.allSatisfy { $0.end <= end || $0.end > history.invoked[op] }
    case .noFaultYet(let op): return faults.allSatisfy { $0.begin > last(op) }
    case .noFaultSince(let op): return faults.allSatisfy { $0.end < history.invoked[op] }
    default: return false
    }
  }
}
