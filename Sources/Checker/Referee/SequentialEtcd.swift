import Histories

/// etcd's map as a plain value: one map, one revision for all of it.
///
/// After etcd's own test model (etcd-io/etcd, `tests/robustness/model/deterministic.go`). What a
/// change replaced is remembered, so that any earlier content can be told.
struct SequentialEtcd: Sequential {
  private struct Entry: Hashable {
    var value: ValueID
    var create: Int64
    var mod: Int64
    var version: Int64
    var lease: Int64
  }

  /// What a key held before the change that made a revision.
  private struct Change: Hashable {
    var revision: Int64
    var key: ValueID
    var old: Entry?
  }

  private var revision: Int64 = 1
  private var compacted: Int64 = -1
  private var held: [ValueID: Entry] = [:]
  private var leases: Set<Int64> = []
  private var changes: [Change] = []
  var extent: Int { held.count + changes.count }
  /// The keys that are held, by their text; made when a range is first asked for.
  private var keys: SortedTexts?

  init(settings: Settings, values: ValueTable) {}

  static func == (one: Self, other: Self) -> Bool {
    one.revision == other.revision && one.compacted == other.compacted
      && one.leases == other.leases && one.held == other.held && one.changes == other.changes
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(revision)
    hasher.combine(compacted)
    hasher.combine(held.count)
    hasher.combine(changes.last)
  }

  mutating func rename(_ name: (ValueID) -> ValueID) {
    func renamed(_ entry: Entry) -> Entry {
      var entry = entry
      entry.value = name(entry.value)
      return entry
    }
    var fresh: [ValueID: Entry] = [:]
    for (key, entry) in held { fresh[name(key)] = renamed(entry) }
    held = fresh
    changes = changes.map {
      Change(revision: $0.revision, key: name($0.key), old: $0.old.map(renamed))
    }
    keys = nil
  }

  mutating func apply(_ call: Call, result: ValueID, _ values: ValueTable) -> Bool {
    let answer = call.end == .ok && call.output > ValueTable.null ? call.output : ValueTable.none
    switch call.function {
    case .range: return range(call.input, answer, isAnswered: call.end == .ok, values)
    case .transact: return transact(call.input, answer, values)
    case .grant:
      let given = values.member("lease", of: answer)
      if let given, call.input != ValueTable.null, given != call.input { return false }
      if let lease = values.integer(given ?? call.input), lease != 0 { leases.insert(lease) }
    case .revoke:
      guard let lease = values.integer(call.input) else { return false }
      // In a certain order, so that equal maps remember equal changes.
      for key in held.keys.filter({ held[$0]?.lease == lease }).sorted() { set(key, nil, values) }
      leases.remove(lease)
      countRevision()
    case .compact:
      guard let wanted = values.integer(call.input) else { return false }
      let error = wanted <= compacted ? "compacted" : wanted > revision ? "future" : ""
      if call.end == .ok, self.error(answer, values) != error { return false }
      if error == "" { compacted = wanted }
    default: return true
    }
    return isRevision(answer, values)
  }

  /// Whether an answer names this revision, or none.
  private func isRevision(_ answer: ValueID, _ values: ValueTable) -> Bool {
    guard let named = values.member("revision", of: answer) else { return true }
    return values.integer(named) == revision
  }

  private func error(_ answer: ValueID, _ values: ValueTable) -> String {
    values.member("error", of: answer).flatMap { values.string($0) } ?? ""
  }

  // MARK: Ranges

  private mutating func range(
    _ request: ValueID, _ answer: ValueID, isAnswered: Bool, _ values: ValueTable
  ) -> Bool {
    if !isAnswered { return true }
    let error = self.error(answer, values)
    let isSerializable = values.member("serializable", of: request) == ValueTable.true
    let named = values.member("revision", of: answer).flatMap { values.integer($0) }
    var asked = values.member("revision", of: request).flatMap { values.integer($0) } ?? 0
    if isSerializable {
      // Any member may answer, with what it knew at some time.
      if error != "" { return true }
      if let named, named < 1 || named > revision || asked > named { return false }
      if asked <= 0 {
        guard let named else { return true }
        asked = named
      } else if asked > revision {
        return false
      }
    } else {
      if asked > revision { return error == "future" }
      if asked > 0, asked < compacted { return error == "compacted" }
      guard error == "", isRevision(answer, values) else { return false }
    }
    return shows(
      values.member("kvs", of: answer), values.member("count", of: answer), request,
      at: asked > 0 ? asked : revision, values)
  }

  /// Whether a range shows these pairs and this count, each unless nil.
  private mutating func shows(
    _ pairs: ValueID?, _ count: ValueID?, _ request: ValueID, at asked: Int64,
    _ values: ValueTable
  ) -> Bool {
    if pairs == nil, count == nil { return true }
    guard let start = values.member("start", of: request) else { return false }
    var past: [ValueID: Entry?] = [:]
    for change in changes.reversed() {
      if change.revision <= asked { break }
      past[change.key] = .some(change.old)
    }
    var found: [(key: ValueID, entry: Entry)] = []
    if let end = values.member("end", of: request) {
      let bounds = (values.utf8(start), values.utf8(end))
      if keys == nil { keys = SortedTexts(Array(held.keys), values) }
      var inside = keys?.between(bounds.0, bounds.1, values) ?? []
      for (key, old) in past where old != nil && held[key] == nil {
        if SortedTexts.isBetween(values.utf8(key), bounds.0, bounds.1) { inside.append(key) }
      }
      if past.values.contains(where: { $0 != nil }) {
        inside.sort { values.utf8($0).lexicographicallyPrecedes(values.utf8($1)) }
      }
      for key in inside {
        if let entry = past[key] ?? held[key] { found.append((key, entry)) }
      }
    } else if let entry = past[start] ?? held[start] {
      found = [(start, entry)]
    }
    if let count, values.integer(count) != Int64(found.count) { return false }
    guard let pairs else { return true }
    let limit = values.member("limit", of: request).flatMap { values.integer($0) } ?? 0
    if limit > 0 { found = Array(found.prefix(Int(min(limit, Int64(found.count))))) }
    let isKeysOnly = values.member("keys-only", of: request) == ValueTable.true
    let shown = values.parts(of: pairs)
    guard shown.count == found.count else { return false }
    return zip(shown, found).allSatisfy {
      Self.isPair($0, $1.key, $1.entry, isKeysOnly: isKeysOnly, values)
    }
  }

  /// Whether `[key, value, mod, version, create, lease]` is an entry; null and absent say nothing.
  private static func isPair(
    _ pair: ValueID, _ key: ValueID, _ entry: Entry, isKeysOnly: Bool, _ values: ValueTable
  ) -> Bool {
    let words = Array(values.parts(of: pair))
    guard words.count >= 2, words[0] == key else { return false }
    if words[1] != entry.value, !isKeysOnly || words[1] != ValueTable.null { return false }
    let numbers = [entry.mod, entry.version, entry.create, entry.lease]
    return zip(words.dropFirst(2), numbers).allSatisfy {
      $0 == ValueTable.null || values.integer($0) == $1
    }
  }

  // MARK: Transactions

  private mutating func transact(
    _ request: ValueID, _ answer: ValueID, _ values: ValueTable
  ) -> Bool {
    let conditions = values.member("if", of: request).map { values.parts(of: $0) } ?? []
    let succeeds = conditions.allSatisfy { holds($0, values) }
    if let claimed = values.member("succeeded", of: answer), values.bool(claimed) != succeeds {
      return false
    }
    let branch = values.member(succeeds ? "then" : "else", of: request)
    let steps = Array(branch.map { values.parts(of: $0) } ?? [])
    let results = values.member("results", of: answer).map { Array(values.parts(of: $0)) }
    if let results, results.count != steps.count { return false }
    for (place, step) in steps.enumerated() {
      if !perform(step, results?[place], values) { return false }
    }
    countRevision()
    return isRevision(answer, values)
  }

  private func holds(_ condition: ValueID, _ values: ValueTable) -> Bool {
    let words = Array(values.parts(of: condition))
    guard words.count == 4 else { return false }
    let entry = held[words[1]]
    let comparison = values.string(words[2]) ?? "="
    if values.string(words[0]) == "value" {
      // etcd: the value of a key that is not there is neither equal nor different.
      guard let entry else { return false }
      switch comparison {
      case "=": return entry.value == words[3]
      case "!=": return entry.value != words[3]
      case "<": return values.utf8(entry.value).lexicographicallyPrecedes(values.utf8(words[3]))
      default: return values.utf8(words[3]).lexicographicallyPrecedes(values.utf8(entry.value))
      }
    }
    guard let wanted = values.integer(words[3]) else { return false }
    let number =
      switch values.string(words[0]) {
      case "mod": entry?.mod ?? 0
      case "version": entry?.version ?? 0
      case "create": entry?.create ?? 0
      default: entry?.lease ?? 0
      }
    switch comparison {
    case "=": return number == wanted
    case "!=": return number != wanted
    case "<": return number < wanted
    default: return number > wanted
    }
  }

  /// Performs one step and compares its result.
  private mutating func perform(
    _ step: ValueID, _ result: ValueID?, _ values: ValueTable
  ) -> Bool {
    let words = Array(values.parts(of: step))
    guard words.count >= 2 else { return false }
    var deleted: Int64 = 0
    switch values.string(words[0]) {
    case "range":
      guard let result else { return true }
      let found = values.member("kvs", of: result)
      let count = values.member("count", of: result)
      if values.member("deleted", of: result).map({ values.integer($0) != 0 }) ?? false {
        return false
      }
      guard result != ValueTable.null else { return isEmpty(words[1], values) }
      return shows(found, count, words[1], at: revision + 1, values)
    case "put":
      let lease = words.count > 3 ? values.integer(words[3]) ?? 0 : 0
      guard words.count >= 3 else { return false }
      if lease == 0 || leases.contains(lease) {
        let old = held[words[1]]
        let entry = Entry(
          value: words[2], create: old?.create ?? revision + 1, mod: revision + 1,
          version: (old?.version ?? 0) + 1, lease: lease)
        set(words[1], entry, values)
      }
    default:
      var gone: [ValueID] = []
      if words.count > 2 {
        gone = held.keys.filter {
          SortedTexts.isBetween(values.utf8($0), values.utf8(words[1]), values.utf8(words[2]))
        }.sorted()
      } else if held[words[1]] != nil {
        gone = [words[1]]
      }
      for key in gone { set(key, nil, values) }
      deleted = Int64(gone.count)
    }
    guard let result else { return true }
    let pairs = values.member("kvs", of: result).map { values.parts(of: $0).count } ?? 0
    let count = values.member("count", of: result).flatMap { values.integer($0) } ?? 0
    let claimed = values.member("deleted", of: result).flatMap { values.integer($0) } ?? 0
    return pairs == 0 && count == 0 && claimed == deleted
  }

  private mutating func isEmpty(_ request: ValueID, _ values: ValueTable) -> Bool {
    guard let start = values.member("start", of: request) else { return false }
    guard let end = values.member("end", of: request) else { return held[start] == nil }
    return !held.keys.contains {
      SortedTexts.isBetween(values.utf8($0), values.utf8(start), values.utf8(end))
    }
  }

  private mutating func set(_ key: ValueID, _ entry: Entry?, _ values: ValueTable) {
    let old = held[key]
    changes.append(Change(revision: revision + 1, key: key, old: old))
    held[key] = entry
    if (old == nil) != (entry == nil) { keys?.toggle(key, values) }
  }

  /// Counts a revision if something was changed.
  private mutating func countRevision() {
    if let last = changes.last, last.revision > revision { revision += 1 }
  }
}

/// Texts in the order of their bytes, in runs so that one more moves few others.
private struct SortedTexts {
  private var runs: [[ValueID]] = []
  private static let limit = 512

  init(_ texts: [ValueID], _ values: ValueTable) {
    let sorted = texts.sorted { values.utf8($0).lexicographicallyPrecedes(values.utf8($1)) }
    for start in stride(from: 0, to: sorted.count, by: Self.limit / 2) {
      runs.append(Array(sorted[start..<min(sorted.count, start + Self.limit / 2)]))
    }
    if runs.isEmpty { runs = [[]] }
  }

  /// Whether a text is from a start to before an end; a NUL as end stands for none.
  static func isBetween(
    _ text: ArraySlice<UInt8>, _ start: ArraySlice<UInt8>, _ end: ArraySlice<UInt8>
  ) -> Bool {
    !text.lexicographicallyPrecedes(start)
      && (text.lexicographicallyPrecedes(end) || end.elementsEqual([0]))
  }

  func between(
    _ start: ArraySlice<UInt8>, _ end: ArraySlice<UInt8>, _ values: ValueTable
  ) -> [ValueID] {
    var found: [ValueID] = []
    var run = self.run(of: start, values)
    var place = self.place(of: start, in: run, values)
    while run < runs.count {
      while place < runs[run].count {
        let text = runs[run][place]
        guard Self.isBetween(values.utf8(text), start, end) else { return found }
        found.append(text)
        place += 1
      }
      run += 1
      place = 0
    }
    return found
  }

  /// Takes a text out, or in when it was not there.
  mutating func toggle(_ text: ValueID, _ values: ValueTable) {
    let run = self.run(of: values.utf8(text), values)
    let place = self.place(of: values.utf8(text), in: run, values)
    if place < runs[run].count, runs[run][place] == text {
      runs[run].remove(at: place)
      if runs[run].isEmpty, runs.count > 1 { runs.remove(at: run) }
      return
    }
    runs[run].insert(text, at: place)
    guard runs[run].count > Self.limit else { return }
    let half = Array(runs[run][(Self.limit / 2)...])
    runs[run].removeSubrange((Self.limit / 2)...)
    runs.insert(half, at: run + 1)
  }

  /// The last run that does not begin behind a text.
  private func run(of text: ArraySlice<UInt8>, _ values: ValueTable) -> Int {
    var (low, high) = (0, runs.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if let first = runs[middle].first,
        text.lexicographicallyPrecedes(values.utf8(first))
      {
        high = middle - 1
      } else {
        low = middle
      }
    }
    return low
  }

  /// The place of the first text of a run that is not before another.
  private func place(of text: ArraySlice<UInt8>, in run: Int, _ values: ValueTable) -> Int {
    var (low, high) = (0, runs[run].count)
    while low < high {
      let middle = (low + high) / 2
      if values.utf8(runs[run][middle]).lexicographicallyPrecedes(text) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }
}

extension ValueTable {
  /// What a map holds under a name, or nil.
  fileprivate func member(_ name: String, of map: ValueID) -> ValueID? {
    guard map > ValueTable.null, kind(of: map) == .map else { return nil }
    let parts = self.parts(of: map)
    for place in stride(from: parts.startIndex, to: parts.endIndex, by: 2)
    where utf8(parts[place]).elementsEqual(name.utf8) {
      return parts[place + 1]
    }
    return nil
  }
}
