import Base

/// Fields that nothing is made of and that may tell one object from another.
///
/// Two objects that are taken for one make violations that never were.
extension MapGuess {
  /// Names of fields that say where and how something was logged.
  private static let context: Set<String> = [
    "level", "lvl", "severity", "logger", "caller", "msg", "message", "source", "file", "line",
    "version", "hostname", "region", "zone", "datacenter", "dc", "service", "app", "env", "pid",
    "trace-id", "span-id", "parent-span-id", "request-id", "kind", "flags", "code", "attempt",
    "attempts", "retry", "retries", "duration", "latency", "elapsed", "took", "id", "index", "seq",
    "offset", "addr", "address", "endpoint", "port", "leader", "term", "comment", "note",
  ]

  /// Names of fields that hold the objects that keys belong to.
  private static let objects: Set<String> = [
    "bucket", "table", "database", "db", "collection", "namespace", "keyspace", "topic", "queue",
    "register", "object", "account", "map",
  ]

  /// How the fields are ranked that are no key whatever they hold.
  private static let others: [FieldMap.Field] = [
    .process, .type, .outcome, .start, .end, .time, .error, .node, .result, .value, .from, .to,
    .swapped,
  ]

  mutating func doubtUnused(_ records: [JSON], _ paths: LogPaths) {
    guard let f = map.fields[.f] else { return }
    let used = Set(map.fields.values.map(\.text)).union(map.conditions.keys.map(\.text))
    let those = records.filter { f.find(in: $0) != nil }
    for path in paths.order where !used.contains(path) && !path.hasPrefix("resource.") {
      let name = path.split(separator: ".").last.map { MapWords.plain(String($0)) } ?? ""
      guard map.fields[.key] == nil || Self.objects.contains(name), !Self.context.contains(name),
        !Self.others.contains(where: { LogPaths.rank(path, $0) != nil }),
        LogPaths.unit(path) == nil, tellsApart(FieldPath(path), those, f)
      else { continue }
      doubts.append("fields.key: “\(path)” is not used; does it tell objects apart?")
    }
  }

  /// Whether a field has a few values, in every record one, that do not follow from the function.
  private func tellsApart(_ path: FieldPath, _ records: [JSON], _ f: FieldPath) -> Bool {
    var values: Set<String> = []
    var ofFunctions: [String: Set<String>] = [:]
    for record in records {
      let found: String
      switch path.find(in: record) {
      case .string(let text): found = text
      case .integer(let number): found = "\(number)"
      default: return false
      }
      values.insert(found)
      if let word = f.find(in: record) {
        ofFunctions[MapReader.plain(word), default: []].insert(found)
      }
      guard values.count <= max(2, records.count / 2) else { return false }
    }
    let isDate = values.contains { MapTime.parse(.string($0), .rfc3339) != nil }
    return values.count > 1 && !isDate && ofFunctions.values.contains { $0.count > 1 }
  }
}
