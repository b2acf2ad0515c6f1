import Base

/// What a map that was found leaves open, because another choice may change a verdict.
extension MapGuess {
  mutating func doubt(_ records: [JSON], _ paths: LogPaths) {
    let needed: [FieldMap.Field] =
      map.shape == .events ? [.process, .type, .f] : [.f, .start, .end]
    for field in needed where map.fields[field] == nil {
      doubts.append(
        "fields.\(field.rawValue): no field looks like it (there are \(paths.list))")
    }
    doubtWords(paths)
    doubtEndings(records)
    if let time = map.fields[map.shape == .events ? .time : .start]?.text { guessUnit(time, paths) }
    if map.shape == .intervals, map.fields[.process] == nil {
      notes.append("fields.process: none was found; each operation is a client of its own")
    }
    let functions = Set(
      (map.fields[.f].map { paths.words($0.text) } ?? []).map {
        MapWords.function($0, appendsTexts: false)
      })
    if functions.contains("cas") { doubtSwaps(records, paths) }
    doubtArguments(functions, paths)
    doubtUnused(records, paths)
  }

  /// Words that nobody knows.
  private mutating func doubtWords(_ paths: LogPaths) {
    if let f = map.fields[.f]?.text {
      let words = paths.words(f)
      let plain = Set(words.map(MapWords.plain))
      let isText = plain.contains("append") && plain.isSubset(of: ["append", "get", "put"])
      for word in words.sorted()
      where !MapWords.known.contains(MapWords.function(word, appendsTexts: false)) && !isText {
        doubts.append("functions: what “\(word)” is here (read, write, cas, …)")
      }
    }
    for field in [FieldMap.Field.type, .outcome] {
      guard let type = map.fields[field]?.text else { continue }
      for word in paths.words(type).sorted()
      where map.outcomes[word] == nil && MapWords.outcome(word) == nil && !word.isEmpty
        && word != "null"
      {
        doubts.append(
          "outcomes: what “\(word)” means: ok, fail (it never happened) or info (it may have)")
      }
    }
    guard let error = map.fields[.error]?.text, map.fields[.outcome] == nil else { return }
    let words = paths.words(error).filter { !$0.isEmpty && $0 != "null" && $0 != "false" }
    guard !words.isEmpty else { return }
    notes.append(
      "an operation with an error (“\(error)”) counts as one of which nobody knows; outcomes "
        + "can say that some of them never happened")
  }

  private func content(_ field: FieldMap.Field, _ record: JSON) -> JSON? {
    MapSurvey.content(field, Record(line: 1, value: record), map)
  }

  /// Operations that are over and do not say how they ended.
  private mutating func doubtEndings(_ records: [JSON]) {
    guard let path = map.fields[.outcome]?.text else { return }
    let isUnsaid = records.contains { record in
      guard content(.outcome, record) == nil, content(.error, record) == nil else { return false }
      guard map.shape == .events else { return content(.end, record) != nil }
      let word = content(.type, record).map(MapReader.plain) ?? ""
      return (map.outcomes[word] ?? MapWords.outcome(word)) == .ok
    }
    guard isUnsaid else { return }
    doubts.append(
      "outcomes: how an operation ended that has no “\(path)” (\"\": ok, fail or info)")
  }

  /// What says whether a cas swapped.
  private mutating func doubtSwaps(_ records: [JSON], _ paths: LogPaths) {
    var unclear: Set<String> = []
    var isSaid = false
    for record in records where MapWords.function(word(record), appendsTexts: false) == "cas" {
      let field = content(.swapped, record) == nil ? FieldMap.Field.result : .swapped
      guard let said = content(field, record).map(MapReader.plain) else { continue }
      isSaid = true
      let plain = MapWords.plain(said)
      let isKnown =
        ["true", "false"].contains(plain) || field == .swapped && MapWords.swaps[plain] != nil
      if !isKnown { unclear.insert(said) }
    }
    for word in unclear.sorted().prefix(8) {
      doubts.append("swaps: whether “\(word)” says that a cas swapped (true or false)")
    }
    let types = map.fields[.type].map { paths.words($0.text) } ?? []
    if !isSaid, map.fields[.outcome] == nil,
      !types.contains(where: { MapWords.outcome($0) == .fail })
    {
      doubts.append("fields.swapped: what says whether a cas swapped (true or false)?")
    }
  }

  private func word(_ record: JSON) -> String { content(.f, record).map(MapReader.plain) ?? "" }

  /// Where the arguments are.
  private mutating func doubtArguments(_ functions: Set<String>, _ paths: LogPaths) {
    let hasPair = map.fields[.from] != nil && map.fields[.to] != nil
    let wanting = functions.filter {
      $0 != "delete" && (!MapWords.known.contains($0) || MapWords.needsArgument($0))
        && !($0 == "cas" && hasPair)
    }
    let isAnswered = map.fields[.result] != nil || functions.isDisjoint(with: MapWords.asks)
    if map.fields[.value] == nil, !wanting.isEmpty || !isAnswered {
      let what = wanting.sorted().first.map { ", and “\($0)” needs an argument" } ?? ""
      doubts.append("fields.value: no field looks like it (there are \(paths.list))\(what)")
    }
    guard let value = map.fields[.value]?.text, !wanting.isSubset(of: ["cas", "txn"]),
      let name = value.split(separator: ".").last.map({ MapWords.plain(String($0)) })
    else { return }
    let isList = paths.hasLists(value)
    let isAll = ["args", "arguments", "argv", "params"].contains(name)
    guard isAll || isList && ["arg", "argument", "input", "data"].contains(name) else { return }
    doubts.append(
      "fields.key, fields.value: “\(value)” holds all arguments; which is the key and which the "
        + "value"
        + (isList ? " (\(value).0, \(value).1)?" : "? No path takes a text apart; log them apart"))
  }
}
