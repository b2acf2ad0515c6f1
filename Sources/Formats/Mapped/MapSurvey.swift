import Base
import Histories

/// What the records of a log show together, before any of them is read by itself.
struct MapSurvey {
  /// Whether the functions are those of texts, which have `get` and `put` of their own.
  let appendsTexts: Bool
  /// Whether a completed compare-and-set says anything of its swap.
  let saysSwaps: Bool

  /// Whether any operation names its key.
  let hasKeys: Bool

  /// Looks at all records of clients.
  ///
  /// - Complexity: O(records · fields).
  /// - Throws: ``FormatError`` for a path of the map that leads nowhere in any record: what is
  ///   mistyped must not count as what is absent.
  init(_ records: [Record], _ map: FieldMap, file: String) throws(FormatError) {
    let words = Set(
      records.lazy.compactMap { map.fields[.f]?.find(in: $0.value) }.map {
        MapWords.plain(MapReader.plain($0))
      })
    let appends = words.contains("append") && words.isSubset(of: ["append", "put", "get"])
    appendsTexts = appends
    func function(_ word: String) -> String {
      map.functions[word] ?? MapWords.function(word, appendsTexts: appends)
    }
    saysSwaps = records.contains { record in
      guard let word = map.fields[.f]?.find(in: record.value),
        function(MapReader.plain(word)) == "cas"
      else { return false }
      return [.swapped, .result].contains { MapSurvey.content($0, record, map) != nil }
    }
    hasKeys = records.contains { MapSurvey.content(.key, $0, map) != nil }
    guard let first = records.first else { return }
    let functions = Set(
      records.lazy.compactMap { map.fields[.f]?.find(in: $0.value) }.map {
        function(MapReader.plain($0))
      })
    for field in FieldMap.Field.allCases {
      guard let path = map.fields[field], MapSurvey.isNeeded(field, functions),
        !records.contains(where: { path.find(in: $0.value) != nil })
      else { continue }
      // A log of which no operation ended has no ends.
      if field == .end, records.allSatisfy({ MapSurvey.isOver($0, map) == false }) { continue }
      throw FormatError(
        file: file, line: first.line,
        "fields.\(field.rawValue): “\(path.text)” is in no record"
          + MapSurvey.hint(path, first)
          + "; the map (--map) says where each field is, and needs none that the log lacks")
    }
  }

  /// What a field holds; nil for nothing, null and the empty text.
  static func content(_ field: FieldMap.Field, _ record: Record, _ map: FieldMap) -> JSON? {
    guard let found = map.fields[field]?.find(in: record.value), found != .null, found != ""
    else { return nil }
    return found
  }

  /// Whether a log with these functions says less where the field is never there.
  ///
  /// A logger leaves out an error that there was not.
  private static func isNeeded(_ field: FieldMap.Field, _ functions: Set<String>) -> Bool {
    switch field {
    case .error, .node: false
    case .from, .to, .swapped: functions.contains("cas")
    case .value: functions.contains(where: MapWords.needsArgument)
    case .result:
      functions.contains { MapWords.asks.contains($0) || $0 == "cas" || $0 == "contains" }
    default: true
    }
  }

  /// Whether an interval's outcome or error says that it came to an end; nil when they say nothing.
  private static func isOver(_ record: Record, _ map: FieldMap) -> Bool? {
    guard let said = content(.outcome, record, map).map(MapReader.plain) else { return nil }
    return (map.outcomes[said] ?? MapWords.outcome(said)) != .info
  }

  /// The name in a record that is nearest to a path.
  private static func hint(_ path: FieldPath, _ record: Record) -> String {
    let paths = LogPaths([record.value])
    return Suggestion.hint(for: path.text, among: paths.order)
      + (paths.order.isEmpty ? "" : " (there are \(paths.list))")
  }
}
