import Base
import Histories

/// What single fields of a record say.
extension MappedReader {
  func find(_ field: FieldMap.Field, _ record: Record) -> JSON? {
    map.fields[field]?.find(in: record.value)
  }

  /// What a field holds; nil for nothing, null and the empty text.
  func content(_ field: FieldMap.Field, _ record: Record) -> JSON? {
    MapSurvey.content(field, record, map)
  }

  func path(_ field: FieldMap.Field) -> String {
    "“\(map.fields[field]?.text ?? field.rawValue)”"
  }

  func missing(_ field: FieldMap.Field, _ record: Record) -> FormatError {
    FormatError(
      file: file, line: record.line,
      "found no \(path(field)) in this record, which the map (--map) gives as its "
        + "\(field.rawValue); “where” can leave records out")
  }

  func need(_ field: FieldMap.Field, _ record: Record) throws(FormatError) -> JSON {
    guard let found = find(field, record), found != .null else { throw missing(field, record) }
    return found
  }

  func time(_ field: FieldMap.Field, _ record: Record) throws(FormatError) -> Int64? {
    guard let found = content(field, record) else { return nil }
    if let time = MapTime.parse(found, map.times) { return time }
    throw FormatError(
      file: file, line: record.line,
      "\(path(field)) is \(MapReader.line(found)), which is no time"
        + (map.times.map { " in \($0.rawValue)" } ?? "")
        + "; the map's “times” (--map) says ns, us, ms, s or rfc3339")
  }

  // MARK: - How it ended

  func outcome(
    _ record: Record, _ field: FieldMap.Field, _ said: JSON
  ) throws(FormatError) -> MapWords.Outcome {
    let word = MapReader.plain(said)
    if let outcome = map.outcomes[word] ?? MapWords.outcome(word) { return outcome }
    throw FormatError(
      file: file, line: record.line,
      "\(path(field)) is “\(word)”, of which nobody knows what it means; say in the map (--map) "
        + "outcomes: { \(MapReader.line(.string(word))): \"ok\", \"fail\" (it never happened) or "
        + "\"info\" (it may have) }")
  }

  /// How an operation ended, as its outcome or its error says.
  mutating func ending(_ record: Record) throws(FormatError) -> MapWords.Outcome {
    if let said = content(.outcome, record) {
      let outcome = try outcome(record, .outcome, said)
      if outcome != .ok, outcome != .invoke { return outcome }
    }
    if let error = content(.error, record), error != false {
      if let outcome = map.outcomes[MapReader.plain(error)] { return outcome }
      if oddErrors.count == 0 { oddErrors.line = record.line }
      oddErrors.count += 1
      return .info
    }
    if map.fields[.outcome] != nil, content(.outcome, record) == nil {
      return try unsaidEnding(record)
    }
    return .ok
  }

  /// How an operation ended whose outcome says nothing: that it did well is not to be guessed.
  private func unsaidEnding(_ record: Record) throws(FormatError) -> MapWords.Outcome {
    if let outcome = map.outcomes[""] { return outcome }
    // What has no end either is not over.
    if map.shape == .intervals, content(.end, record) == nil { return .info }
    let isEmpty = find(.outcome, record) != nil
    let lack = isEmpty ? "\(path(.outcome)) is empty" : "found no \(path(.outcome))"
    throw FormatError(
      file: file, line: record.line,
      "\(lack) in this record, so nobody knows how the operation ended; say in the map (--map) "
        + "outcomes: { \"\": \"ok\", \"fail\" (it never happened) or \"info\" (it may have) }")
  }
}
