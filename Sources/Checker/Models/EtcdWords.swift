import Histories

/// etcd's map in words: what it holds, and what an answer says that is not so.
struct EtcdWords {
  private let calls: EtcdCalls
  private let keys: EtcdKeys
  private let values: ValueTable
  /// How many keys are named at most.
  private static let shown = 8

  init(_ calls: EtcdCalls, _ keys: EtcdKeys, _ values: ValueTable) {
    self.calls = calls
    self.keys = keys
    self.values = values
  }

  /// A whole map: `{"a": "1" (mod 2)} at revision 3`.
  func map(_ map: EtcdMap) -> String {
    "\(content(map, 0..<keys.names.count)) at revision \(map.revision)"
  }

  /// Why an answer is wrong; `then` is the map that it is about, `now` the map where it would come.
  func refusal(
    of request: EtcdCalls.Request, _ flaw: EtcdMap.Flaw, _ then: EtcdMap, now: EtcdMap
  ) -> String {
    switch flaw {
    case .revision(let revision):
      return request.kind == .transact && revision > now.revision
        ? "can't make revision \(request.revision): the next one is \(revision)"
        : "can't answer with revision \(request.revision) when the map is at \(revision)"
    case .succeeded(let holds): return conditions(request, holds, now)
    case .results(let count):
      return "the branch that was taken has \(count) steps, and the answer "
        + "\(request.results?.count ?? 0) results"
    case .error where request.kind == .grant: return "can't grant another lease than was asked for"
    case .error(let error):
      let said = request.error == .no ? "succeed" : "be refused as “\(request.error.rawValue)”"
      let asked = request.kind == .range ? request.range.revision : request.number
      let right = error == .no ? "is there" : error == .future ? "is to come" : "is compacted"
      return "can't \(said): revision \(asked) \(right) (newest \(now.revision), compacted before "
        + "\(max(0, now.compacted)))"
    case .found(let place): return found(request, place, then)
    }
  }

  private func found(_ request: EtcdCalls.Request, _ place: Int, _ map: EtcdMap) -> String {
    guard let found = calls.result(place, of: request) else { return "it is possible" }
    if request.kind == .range { return self.range(request.range, found, map) }
    let succeeds = request.succeeded ?? true
    let branch = Array(calls.branch(request, succeeds: succeeds))
    guard place < branch.count else { return "it is possible" }
    switch branch[place] {
    case .range(let range): return self.range(range, found, map)
    case .put(let key, _, _):
      return "the put of \(name(key)) has a result that only ranges and deletions have"
    case .delete(let start, let end):
      let places = keys.places(start, end)
      return "can't delete \(found.deleted) keys at \(name(start))"
        + "\(end == ValueTable.none ? "" : " to \(name(end))") of \(content(map, places)) at "
        + "revision \(map.revision)"
    }
  }

  private func range(
    _ range: EtcdCalls.Range, _ found: EtcdCalls.Found, _ map: EtcdMap
  ) -> String {
    let places = keys.places(range.start, range.end)
    let held = "\(content(map, places)) at revision \(map.revision)"
    let count = map.count(places)
    if found.count != EtcdCalls.unsaid, found.count != count {
      return "can't count \(found.count) keys where there are \(count): \(held)"
    }
    let shown = map.shown(range, keys)
    let pairs = found.pairs.map { Array(calls.pairs[$0]) } ?? []
    for (place, pair) in zip(shown, pairs) {
      if pair.key != keys.names[place] {
        return "can't show \(name(pair.key)) where \(name(keys.names[place])) comes: \(held)"
      }
      let entry = map.entries[place]
      if pair.value != entry.value, !(range.isKeysOnly && pair.value == ValueTable.null) {
        return "can't show \(values.describe(pair.value)) for \(name(pair.key)): \(held)"
      }
      let numbers: [(String, Int64, Int64)] = [
        ("mod", pair.mod, entry.mod), ("version", pair.version, entry.version),
        ("create", pair.create, entry.create), ("lease", pair.lease, entry.lease),
      ]
      for (what, said, truth) in numbers where said != EtcdCalls.unsaid && said != truth {
        return "can't show \(what) \(said) for \(name(pair.key)), which has \(what) \(truth): "
          + held
      }
    }
    if let missing = shown.dropFirst(pairs.count).first {
      return "can't leave out \(name(keys.names[missing])): \(held)"
    }
    if pairs.count > shown.count {
      return "can't show \(name(pairs[shown.count].key)), which is not there: \(held)"
    }
    return "can't find that in \(held)"
  }

  private func conditions(
    _ request: EtcdCalls.Request, _ holds: Bool, _ map: EtcdMap
  ) -> String {
    let failed = request.conditions.first {
      !map.holds(calls.conditions[$0], keys, values)
    }
    guard let number = holds ? request.conditions.first : failed else {
      return "can't fail without a condition"
    }
    let condition = calls.conditions[number]
    let place = keys.place(condition.key)
    let what = "\(condition.target) of \(name(condition.key))"
    let held = "\(content(map, place..<place + 1)) at revision \(map.revision)"
    return holds
      ? "can't find that the conditions fail, which hold (\(what)): \(held)"
      : "can't find that the conditions hold, when the \(what) is another: \(held)"
  }

  /// What the map holds at some places: `{"a": "1" (mod 2), …}`.
  func content(_ map: EtcdMap, _ places: Range<Int>) -> String {
    var shown: [String] = []
    var place = map.next(from: places.lowerBound, to: places.upperBound)
    while place < places.upperBound, shown.count < Self.shown {
      let entry = map.entries[place]
      shown.append(
        "\(name(keys.names[place])): \(values.describe(entry.value)) (mod \(entry.mod))")
      place = map.next(from: place + 1, to: places.upperBound)
    }
    if place < places.upperBound { shown.append("…") }
    return "{\(shown.joined(separator: ", "))}"
  }

  private func name(_ key: ValueID) -> String { values.describe(key) }
}
