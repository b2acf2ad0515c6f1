import Base

/// Finds a map that fits a log, by the names of its fields and the words in them.
///
/// What names and words leave open is told, never decided: ``doubts`` are choices that may change a
/// verdict.
public struct MapGuess: Sendable {
  /// The map, as far as it goes.
  public private(set) var map = FieldMap()
  /// What a person must decide.
  public private(set) var doubts: [String] = []
  /// What a person should look at.
  public private(set) var notes: [String] = []

  /// So many records are looked at.
  private static let most = 2000

  /// Looks at the records of a log.
  ///
  /// - Throws: ``FormatError`` for what is no record in any notation that is known.
  public init(
    _ bytes: UnsafeRawBufferPointer, file: String, notation: FieldMap.Notation? = nil,
    shape: FieldMap.Shape? = nil
  ) throws(FormatError) {
    guard let found = notation ?? Records.notation(of: bytes) else {
      throw FormatError(
        file: file, line: 1,
        "found no records: expected JSON objects, CSV or TSV with a header, name=value pairs or "
          + "OpenTelemetry's spans")
    }
    let all = try Records.read(bytes, as: found, file: file).records
    map.notation = found
    guess(all.prefix(Self.most).map(\.value), shape)
  }

  private mutating func guess(_ records: [JSON], _ shape: FieldMap.Shape?) {
    let paths = Paths(records)
    func take(_ field: FieldMap.Field, _ fits: (String) -> Bool = { _ in true }) {
      let found = paths.candidates(for: field).filter { fits($0) }
      guard let best = found.first else { return }
      map.fields[field] = FieldPath(best)
      let others = found.dropFirst().filter { paths.rank($0, field) == paths.rank(best, field) }
      if !others.isEmpty {
        let names = ([best] + others).map { "“\($0)”" }.joined(separator: " or ")
        doubts.append("fields.\(field.rawValue): \(names)")
      }
    }
    for field in [FieldMap.Field.start, .end, .time, .error, .node] { take(field) }
    let isInterval = map.fields[.start] != nil && map.fields[.end] != nil
    map.shape = shape ?? (isInterval ? .intervals : .events)
    // Porcupine's events say 0 for a call and 1 for a return.
    let isPorcupine = paths.has("ClientId") && paths.has("Kind") && paths.has("Value")
    if map.shape == .events {
      take(.type) { path in
        if isPorcupine, path == "Kind" { return true }
        let known = paths.words(path).compactMap { MapWords.outcome($0) }
        return known.contains(.invoke) && known.contains { $0 != .invoke }
      }
    }
    // How an operation ended is not passed over because its words are not known.
    let type = map.fields[.type]?.text
    take(.outcome) { path in path != type && paths.words(path).count <= 20 }
    if map.notation == .otlp, paths.has("status.code") {
      map.fields[.outcome] = FieldPath("status.code")
      map.outcomes = [
        "0": .ok, "1": .ok, "2": .info, "STATUS_CODE_UNSET": .ok, "STATUS_CODE_OK": .ok,
        "STATUS_CODE_ERROR": .info,
      ]
      notes.append("outcomes: a span with an error counts as one of which nobody knows")
    }
    if isPorcupine, paths.words("Kind").isSubset(of: ["0", "1"]) {
      map.outcomes = ["0": .invoke, "1": .ok]
    }
    if map.shape == .events {
      map.fields[.start] = nil
      map.fields[.end] = nil
    } else {
      map.fields[.time] = nil
    }
    take(.f) { path in
      paths.words(path).contains {
        MapWords.functions[MapWords.plain($0)] != nil || Self.known.contains(MapWords.plain($0))
      }
    }
    if map.fields[.f] == nil { take(.f) }
    let used = Set(map.fields.values.map(\.text))
    for field in [FieldMap.Field.process, .key, .result, .value, .from, .to] {
      take(field) { !used.contains($0) }
    }
    guessCondition(records)
    guessNumbers(paths)
    doubt(paths)
  }

  /// The unit of times that are numbers: as their name ends, seconds where they have fractions.
  private mutating func guessUnit(_ path: String, _ paths: Paths) {
    let words = paths.words(path)
    guard words.allSatisfy({ Double($0) != nil }) else { return }
    let ending = Paths.unit(path)
    map.times = ending ?? (words.contains { $0.contains(".") } ? .s : nil)
    guard ending == nil else { return }
    let unit = map.times == nil ? "nanoseconds" : "seconds"
    notes.append("times: “\(path)” is taken for \(unit); only figures depend on it")
  }

  /// Whether numbers come as text as well, as a client library gives back what it sent.
  private mutating func guessNumbers(_ paths: Paths) {
    let seen = [FieldMap.Field.value, .result, .from, .to].compactMap { map.fields[$0]?.text }
    guard seen.contains(where: paths.hasNumbers), seen.contains(where: paths.hasNumbersAsText),
      !seen.contains(where: paths.hasOtherText)
    else { return }
    map.values = .number
    notes.append("values: numbers come as numbers and as text, so 83 and \"83\" are taken for one")
  }

  /// What tells the records that have a function from the others.
  private mutating func guessCondition(_ records: [JSON]) {
    guard let f = map.fields[.f] else { return }
    // A completion may leave out what its invocation said.
    let isOne = records.map { record in
      if f.find(in: record) != nil { return true }
      return map.shape == .events
        && [.process, .type].allSatisfy { map.fields[$0]?.find(in: record) != nil }
    }
    guard isOne.contains(false) else { return }
    for name in ["msg", "message", "event", "name", "logger", "kind", "type"] {
      let path = FieldPath(name)
      let words = records.map { path.find(in: $0).map(MapReader.plain) }
      let those = Set(zip(words, isOne).filter(\.1).map(\.0))
      guard let word = those.first ?? nil, those.count == 1,
        !zip(words, isOne).contains(where: { $0 == word && !$1 })
      else { continue }
      map.conditions = [path: word]
      return
    }
    let rest = isOne.count { !$0 }
    doubts.append(
      "where: \(rest) of \(records.count) records have no “\(f.text)”; what tells them?")
  }

  private static let known: Set<String> = [
    "read", "write", "cas", "add", "remove", "contains", "enqueue", "dequeue", "push", "pop",
    "insert", "delete-min", "acquire", "release", "append", "txn", "generate", "delete",
  ]

  /// What the map still leaves open.
  private mutating func doubt(_ paths: Paths) {
    let needed: [FieldMap.Field] =
      map.shape == .events ? [.process, .type, .f] : [.f, .start, .end]
    for field in needed where map.fields[field] == nil {
      doubts.append(
        "fields.\(field.rawValue): no field looks like it (there are \(paths.list))")
    }
    if let f = map.fields[.f]?.text {
      let words = paths.words(f)
      let plain = Set(words.map(MapWords.plain))
      let isText = plain.contains("append") && plain.isSubset(of: ["append", "get", "put"])
      for word in words.sorted()
      where !Self.known.contains(MapWords.function(word, appendsTexts: false)) && !isText {
        doubts.append("functions: what “\(word)” is here (read, write, cas, …)")
      }
    }
    for field in [FieldMap.Field.type, .outcome] {
      guard let type = map.fields[field]?.text else { continue }
      for word in paths.words(type).sorted()
      where map.outcomes[word] == nil && MapWords.outcome(word) == nil && !word.isEmpty {
        doubts.append(
          "outcomes: what “\(word)” means: ok, fail (it never happened) or info (it may have)")
      }
    }
    if let error = map.fields[.error]?.text, map.fields[.outcome] == nil {
      let words = paths.words(error).filter { !$0.isEmpty && $0 != "null" && $0 != "false" }
      if !words.isEmpty {
        notes.append(
          "an operation with an error (“\(error)”) counts as one of which nobody knows; outcomes "
            + "can say that some of them never happened")
      }
    }
    if let time = map.fields[map.shape == .events ? .time : .start]?.text { guessUnit(time, paths) }
    if map.shape == .intervals, map.fields[.process] == nil {
      notes.append("fields.process: none was found; each operation is a client of its own")
    }
    let functions = map.fields[.f].map { paths.words($0.text) } ?? []
    let isOfValues = !functions.allSatisfy {
      ["acquire", "release"].contains(MapWords.function($0, appendsTexts: false))
    }
    let hasSwaps = functions.contains { MapWords.function($0, appendsTexts: false) == "cas" }
    if hasSwaps, map.fields[.result] == nil, map.fields[.outcome] == nil,
      !(map.fields[.type].map { paths.words($0.text) } ?? []).contains(where: {
        MapWords.outcome($0) == .fail
      })
    {
      doubts.append("fields.result: what says whether a cas swapped (true or false)?")
    }
    if map.fields[.value] == nil, map.fields[.result] == nil, isOfValues {
      doubts.append("fields.value: no field looks like it (there are \(paths.list))")
    }
  }
}

/// The paths to all scalars and lists of some records, and what stands there.
private struct Paths {
  private var values: [String: Set<String>] = [:]
  /// The paths where there are numbers, text that is a number, and text that is none.
  private var numbers: Set<String> = []
  private var numbersAsText: Set<String> = []
  private var otherText: Set<String> = []
  private var order: [String] = []

  /// Names of fields, the likeliest first; those that are as likely stand together.
  private static let names: [FieldMap.Field: [[String]]] = [
    .process: [
      ["process"], ["client", "client-id", "clientid"], ["proc", "worker", "session", "thread"],
      ["thread-id", "tid", "goroutine", "user"],
    ],
    .type: [["type"], ["event", "phase", "kind"], ["stage", "action", "status", "state"]],
    .outcome: [["outcome"], ["status", "result-type"], ["ok", "success", "succeeded"]],
    .f: [
      ["f"], ["op", "operation", "func", "function"], ["method", "action", "command", "cmd"],
      ["name"],
    ],
    .key: [["key"], ["k"], ["object", "register", "object-id"]],
    .value: [["value"], ["v", "val"], ["arg", "argument", "input", "args"], ["data"]],
    .result: [
      ["result", "swapped"], ["output", "out", "ret", "response", "returned", "return-value"],
      ["reply", "got", "seen"],
    ],
    .start: [
      ["start"], ["begin", "call", "invoked", "start-time", "started", "start-time-unix-nano"],
      ["t0", "start-ns", "start-ms", "start-us", "call-time"],
    ],
    .end: [
      ["end"], ["return", "finish", "finished", "end-time", "ended", "end-time-unix-nano"],
      ["t1", "end-ns", "end-ms", "end-us", "return-time", "complete", "completed"],
    ],
    .time: [["time"], ["ts", "timestamp"], ["t", "at", "date"]],
    .error: [["error"], ["err", "exception"]],
    .node: [["node"], ["server", "host"]],
    .from: [["from", "old", "expected"]],
    .to: [["to", "new"]],
  ]

  init(_ records: [JSON]) {
    for record in records { visit(record, "") }
  }

  private mutating func visit(_ value: JSON, _ path: String) {
    if let members = value.members {
      for member in members {
        visit(member.value, path.isEmpty ? member.name : path + "." + member.name)
      }
      return
    }
    switch value {
    case .integer, .number: numbers.insert(path)
    case .string(let text):
      if Double(text) == nil { otherText.insert(path) } else { numbersAsText.insert(path) }
    default: break
    }
    if values[path] == nil { order.append(path) }
    // More different words than these are no vocabulary.
    if values[path, default: []].count < 200 {
      values[path, default: []].insert(MapReader.plain(value))
    }
  }

  var list: String { order.prefix(20).map { "“\($0)”" }.joined(separator: ", ") }

  func has(_ name: String) -> Bool { order.contains { $0 == name || $0.hasPrefix(name + ".") } }

  func hasNumbers(_ path: String) -> Bool { numbers.contains(path) }
  func hasNumbersAsText(_ path: String) -> Bool { numbersAsText.contains(path) }
  func hasOtherText(_ path: String) -> Bool { otherText.contains(path) }

  func words(_ path: String) -> Set<String> { values[path] ?? [] }

  /// The unit that a name ends with: `begin_ms`.
  static func unit(_ path: String) -> FieldMap.TimeUnit? {
    let words = MapWords.plain(path).split(separator: "-")
    guard words.count > 1, let last = words.last else { return nil }
    switch last {
    case "nano", "nanos", "nanoseconds": return .ns
    case "micros", "microseconds": return .us
    case "millis", "milliseconds": return .ms
    case "sec", "secs", "seconds": return .s
    default: return FieldMap.TimeUnit(rawValue: String(last))
    }
  }

  /// How likely a path is that field by its name; nil when it is not.
  func rank(_ path: String, _ field: FieldMap.Field) -> Int? {
    guard let names = Self.names[field] else { return nil }
    let parts = path.split(separator: ".").map { MapWords.plain(String($0)) }
    guard var last = parts.last else { return nil }
    if [.start, .end, .time].contains(field), Self.unit(path) != nil, !last.hasSuffix("-nano") {
      last = String(last.prefix(last.lastIndex(of: "-")?.utf16Offset(in: last) ?? last.count))
    }
    // What Porcupine's models return lies in `Output`, whatever it is called there.
    if parts.count > 1, ["output", "result", "response"].contains(parts[0]) {
      return field == .result && ["value", "v", "val", "result"].contains(last) ? 0 : nil
    }
    return names.firstIndex { $0.contains(last) }
  }

  /// The paths that may be a field, the likeliest first; what lies deeper is less likely.
  func candidates(for field: FieldMap.Field) -> [String] {
    order.compactMap { path in rank(path, field).map { (path, $0) } }
      .sorted { ($0.1, $0.0.count { $0 == "." }) < ($1.1, $1.0.count { $0 == "." }) }
      .map(\.0)
  }
}
