import Histories

/// The texts of a history that are keys, or bounds of ranges, in the order of their bytes.
struct EtcdKeys {
  /// The place of each value in the order, -1 for what is no key.
  private var rank: [Int32] = []
  /// The keys in their order.
  private(set) var names: [ValueID] = []
  private var withoutEnd = ValueTable.none

  init(_ calls: EtcdCalls, _ values: ValueTable) {
    var isKey = [Bool](repeating: false, count: values.count)
    func note(_ key: ValueID) { if key >= 0 { isKey[Int(key)] = true } }
    func note(_ range: EtcdCalls.Range) {
      note(range.start)
      note(range.end)
    }
    for request in calls.requests { note(request.range) }
    for condition in calls.conditions { note(condition.key) }
    for step in calls.steps {
      switch step {
      case .put(let key, _, _): note(key)
      case .delete(let start, let end):
        note(start)
        note(end)
      case .range(let range): note(range)
      }
    }
    for pair in calls.pairs { note(pair.key) }
    names = isKey.indices.filter { isKey[$0] }.map { ValueID($0) }
    names.sort { values.utf8($0).lexicographicallyPrecedes(values.utf8($1)) }
    rank = [Int32](repeating: -1, count: values.count)
    for (place, name) in names.enumerated() {
      rank[Int(name)] = Int32(place)
      if values.utf8(name).elementsEqual([0]) { withoutEnd = name }
    }
  }

  func place(_ key: ValueID) -> Int { Int(rank[Int(key)]) }

  /// The places of the keys from a start to before an end.
  func places(_ start: ValueID, _ end: ValueID) -> Range<Int> {
    let first = place(start)
    if end == ValueTable.none { return first..<first + 1 }
    if end == withoutEnd { return first..<names.count }
    return first..<max(first, place(end))
  }
}

/// etcd's map at one moment: what each key holds, by its place among all keys.
struct EtcdMap: Hashable {
  /// What a key holds; version 0 stands for a key that is not there.
  struct Entry: Hashable {
    var value: ValueID = ValueTable.none
    var mod: Int64 = 0
    var create: Int64 = 0
    var version: Int64 = 0
    var lease: Int64 = 0
  }

  /// What an answer says that is not so.
  enum Flaw: Hashable {
    /// It names a revision, and this is the one.
    case revision(Int64)
    /// Whether the conditions held.
    case succeeded(Bool)
    /// It has another number of results.
    case results(Int)
    /// What the step of that place found.
    case found(step: Int)
    /// It was refused, or was not, where the map would not, or would, have refused it.
    case error(EtcdCalls.Refused)
  }

  var revision: Int64 = 1
  var compacted: Int64 = -1
  private(set) var entries: [Entry]
  /// A bit for each key that is there.
  private var there: [UInt64]
  var leases: Set<Int64> = []
  /// How many keys are attached to any lease: without one a revocation need not look.
  private var attached = 0

  init(keys: Int) {
    entries = [Entry](repeating: Entry(), count: keys)
    there = [UInt64](repeating: 0, count: keys / 64 + 1)
  }

  /// Sets what a key holds.
  mutating func set(_ place: Int, _ entry: Entry) {
    attached += (entry.lease == 0 ? 0 : 1) - (entries[place].lease == 0 ? 0 : 1)
    entries[place] = entry
    let bit: UInt64 = 1 << UInt64(place & 63)
    if entry.version > 0 { there[place >> 6] |= bit } else { there[place >> 6] &= ~bit }
  }

  /// The places of the keys that are attached to a lease.
  func keys(of lease: Int64) -> [Int] {
    attached == 0 || lease == 0
      ? [] : entries.indices.filter { entries[$0].lease == lease && entries[$0].version > 0 }
  }

  /// The place of the first key there from a place on, or the end.
  func next(from place: Int, to end: Int) -> Int {
    guard place < end else { return end }
    var word = place >> 6
    var bits = there[word] & (UInt64.max << UInt64(place & 63))
    while bits == 0 {
      word += 1
      if word << 6 >= end { return end }
      bits = there[word]
    }
    return min(end, word << 6 + bits.trailingZeroBitCount)
  }

  /// How many keys there are from one place to before another.
  func count(_ places: Range<Int>) -> Int64 {
    if places.count <= 1 {
      return places.isEmpty || entries[places.lowerBound].version == 0 ? 0 : 1
    }
    let (first, last) = (places.lowerBound >> 6, (places.upperBound - 1) >> 6)
    let low = UInt64.max << UInt64(places.lowerBound & 63)
    let high = UInt64.max >> UInt64(63 - (places.upperBound - 1) & 63)
    if first == last { return Int64((there[first] & low & high).nonzeroBitCount) }
    var count = (there[first] & low).nonzeroBitCount + (there[last] & high).nonzeroBitCount
    for word in first + 1..<last { count += there[word].nonzeroBitCount }
    return Int64(count)
  }

  /// The places of the keys that a range shows.
  func shown(_ range: EtcdCalls.Range, _ keys: EtcdKeys) -> [Int] {
    let places = keys.places(range.start, range.end)
    var shown: [Int] = []
    var place = next(from: places.lowerBound, to: places.upperBound)
    while place < places.upperBound, range.limit <= 0 || shown.count < range.limit {
      shown.append(place)
      place = next(from: place + 1, to: places.upperBound)
    }
    return shown
  }

  /// Whether a range finds what an answer shows.
  func finds(
    _ found: EtcdCalls.Found, _ range: EtcdCalls.Range, _ calls: EtcdCalls, _ keys: EtcdKeys
  ) -> Bool {
    let places = keys.places(range.start, range.end)
    if found.deleted != 0 { return false }
    if found.count != EtcdCalls.unsaid, found.count != count(places) { return false }
    guard let pairs = found.pairs else { return true }
    if range.limit > 0, Int64(pairs.count) > range.limit { return false }
    var place = next(from: places.lowerBound, to: places.upperBound)
    for number in pairs {
      guard place < places.upperBound,
        isPair(calls.pairs[number], place, isKeysOnly: range.isKeysOnly, keys)
      else { return false }
      place = next(from: place + 1, to: places.upperBound)
    }
    return place == places.upperBound || range.limit > 0 && Int64(pairs.count) == range.limit
  }

  private func isPair(
    _ pair: EtcdCalls.Pair, _ place: Int, isKeysOnly: Bool, _ keys: EtcdKeys
  ) -> Bool {
    let entry = entries[place]
    return pair.key == keys.names[place]
      && (pair.value == entry.value || isKeysOnly && pair.value == ValueTable.null)
      && (pair.mod == EtcdCalls.unsaid || pair.mod == entry.mod)
      && (pair.version == EtcdCalls.unsaid || pair.version == entry.version)
      && (pair.create == EtcdCalls.unsaid || pair.create == entry.create)
      && (pair.lease == EtcdCalls.unsaid || pair.lease == entry.lease)
  }

  /// Whether a condition of a transaction holds.
  func holds(
    _ condition: EtcdCalls.Condition, _ keys: EtcdKeys, _ values: ValueTable
  ) -> Bool {
    let entry = entries[keys.place(condition.key)]
    let isLess: Bool
    let isEqual: Bool
    switch condition.target {
    case .value:
      if entry.version == 0 { return false }
      isEqual = entry.value == condition.value
      isLess = values.utf8(entry.value).lexicographicallyPrecedes(values.utf8(condition.value))
    case .mod: (isLess, isEqual) = (entry.mod < condition.number, entry.mod == condition.number)
    case .version:
      (isLess, isEqual) = (entry.version < condition.number, entry.version == condition.number)
    case .create:
      (isLess, isEqual) = (entry.create < condition.number, entry.create == condition.number)
    case .lease:
      (isLess, isEqual) = (entry.lease < condition.number, entry.lease == condition.number)
    }
    switch condition.comparison {
    case UInt8(ascii: "="): return isEqual
    case UInt8(ascii: "!"): return !isEqual
    case UInt8(ascii: "<"): return isLess
    default: return !isLess && !isEqual
    }
  }
}

extension EtcdMap {
  /// What replaced entries: the old ones, oldest first.
  typealias Journal = [(place: Int, old: Entry)]

  /// Carries a request out, if its answer is right; a range as of the newest revision.
  ///
  /// What it changed is noted in the journal, whether it was right or not.
  mutating func perform(
    _ request: EtcdCalls.Request, _ calls: EtcdCalls, _ keys: EtcdKeys, _ values: ValueTable,
    _ journal: inout Journal
  ) -> Flaw? {
    switch request.kind {
    case .range:
      if request.isAnswered, let found = calls.result(0, of: request),
        !finds(found, request.range, calls, keys)
      {
        return .found(step: 0)
      }
    case .transact:
      if let flaw = transact(request, calls, keys, values, &journal) { return flaw }
    case .grant:
      if request.error == .mistaken { return .error(.no) }
      if request.number != 0 { leases.insert(request.number) }
    case .revoke:
      let places = self.keys(of: request.number)
      for place in places { replace(place, Entry(), &journal) }
      leases.remove(request.number)
      if !places.isEmpty { revision += 1 }
    case .compact:
      let error: EtcdCalls.Refused =
        request.number <= compacted ? .compacted : request.number > revision ? .future : .no
      if request.isAnswered, request.error != error { return .error(error) }
      if error == .no { compacted = request.number }
    default: return nil
    }
    if request.isAnswered, request.revision != EtcdCalls.unsaid, request.revision != revision {
      return .revision(revision)
    }
    return nil
  }

  private mutating func replace(_ place: Int, _ entry: Entry, _ journal: inout Journal) {
    journal.append((place, entries[place]))
    set(place, entry)
  }

  private mutating func transact(
    _ request: EtcdCalls.Request, _ calls: EtcdCalls, _ keys: EtcdKeys, _ values: ValueTable,
    _ journal: inout Journal
  ) -> Flaw? {
    var succeeds = true
    for number in request.conditions where succeeds {
      succeeds = holds(calls.conditions[number], keys, values)
    }
    if let claimed = request.succeeded, claimed != succeeds { return .succeeded(succeeds) }
    let steps = calls.branch(request, succeeds: succeeds)
    if let results = request.results, results.count != steps.count { return .results(steps.count) }
    let next = revision + 1
    let before = journal.count
    for (place, step) in steps.enumerated() {
      let found = calls.result(place, of: request)
      var deleted: Int64 = 0
      switch step {
      case .range(let range):
        if let found, !finds(found, range, calls, keys) { return .found(step: place) }
        continue
      case .put(let key, let value, let lease):
        if lease == 0 || leases.contains(lease) {
          let old = entries[keys.place(key)]
          let create = old.version == 0 ? next : old.create
          replace(
            keys.place(key),
            Entry(value: value, mod: next, create: create, version: old.version + 1, lease: lease),
            &journal)
        }
      case .delete(let start, let end):
        let places = keys.places(start, end)
        var key = self.next(from: places.lowerBound, to: places.upperBound)
        while key < places.upperBound {
          replace(key, Entry(), &journal)
          deleted += 1
          key = self.next(from: key + 1, to: places.upperBound)
        }
      }
      if let found, found.deleted != deleted || !(found.pairs ?? 0..<0).isEmpty || found.count > 0 {
        return .found(step: place)
      }
    }
    if journal.count > before { revision = next }
    return nil
  }
}
