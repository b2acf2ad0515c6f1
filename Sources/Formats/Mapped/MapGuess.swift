import Base

/// Finds a map that fits a log, by the names of its fields and the words in them.
///
/// What names and words leave open is told, never decided: ``doubts`` are choices that may change a
/// verdict.
public struct MapGuess: Sendable {
  /// The map, as far as it goes.
  public internal(set) var map = FieldMap()
  /// What a person must decide.
  public internal(set) var doubts: [String] = []
  /// What a person should look at.
  public internal(set) var notes: [String] = []

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
    if all.isEmpty, let separator = found.separator {
      let names = Delimited.names(bytes, separator: separator).joined(separator: ", ")
      throw FormatError(file: file, line: 1, "found a header (\(names)) and no row below it")
    }
    // What makes the faults has words of its own.
    let ofClients = all.filter { !Self.isOfNemesis($0.value) }
    var records = (ofClients.isEmpty ? all : ofClients).map(\.value)
    guess(Array(records.prefix(Self.most)), shape)
    if let (path, word) = map.conditions.first {
      // What other lines of a program say has fields of its own.
      records.removeAll { path.find(in: $0).map(MapReader.plain) != word }
      self = MapGuess(found)
      guess(Array(records.prefix(Self.most)), shape)
      map.conditions = [path: word]
    }
    // One value further on is enough to make two of one.
    guessNumbers(records)
  }

  private init(_ notation: FieldMap.Notation) {
    map.notation = notation
  }

  private static func isOfNemesis(_ record: JSON) -> Bool {
    (record.members ?? []).contains { member in
      MapClients.isNemesis(member.value) && LogPaths.rank(member.name, .process) != nil
    }
  }

  private mutating func guess(_ records: [JSON], _ shape: FieldMap.Shape?) {
    let paths = LogPaths(records)
    func take(_ field: FieldMap.Field, _ fits: (String) -> Bool = { _ in true }) {
      let found = paths.candidates(for: field).filter { fits($0) }
      guard let best = found.first else { return }
      map.fields[field] = FieldPath(best)
      let rank = LogPaths.rank(best, field)
      let others = found.dropFirst().filter { LogPaths.rank($0, field) == rank }
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
        MapWords.functions[MapWords.plain($0)] != nil || MapWords.known.contains(MapWords.plain($0))
      }
    }
    if map.fields[.f] == nil { take(.f) }
    let used = Set(map.fields.values.map(\.text))
    for field in [FieldMap.Field.process, .key, .result, .value, .from, .to, .swapped] {
      take(field) { !used.contains($0) }
    }
    // What Porcupine's models return lies where their arguments do.
    if isPorcupine, map.shape == .events { map.fields[.result] = map.fields[.value] }
    guessCondition(records)
    doubt(records, paths)
  }

  /// The unit of times that are numbers: as their name ends, seconds where they have fractions.
  mutating func guessUnit(_ path: String, _ paths: LogPaths) {
    let words = paths.words(path)
    guard words.allSatisfy({ Double($0) != nil }) else { return }
    let ending = LogPaths.unit(path)
    map.times = ending ?? (words.contains { $0.contains(".") } ? .s : nil)
    guard ending == nil else { return }
    let unit = map.times == nil ? "nanoseconds" : "seconds"
    notes.append("times: “\(path)” is taken for \(unit); only figures depend on it")
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
}
