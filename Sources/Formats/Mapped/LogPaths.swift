import Base

/// The paths to all scalars and lists of some records, and what stands there.
struct LogPaths {
  private var values: [String: Set<String>] = [:]
  /// The paths where there are lists.
  private var lists: Set<String> = []
  private(set) var order: [String] = []

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
      ["result"], ["output", "out", "ret", "response", "returned", "return-value"],
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
    .swapped: [["swapped"]],
  ]

  /// Looks at records.
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
    if case .array = value { lists.insert(path) }
    if values[path] == nil { order.append(path) }
    // More different words than these are no vocabulary.
    if values[path, default: []].count < 200 {
      values[path, default: []].insert(MapReader.plain(value))
    }
  }

  var list: String { order.prefix(20).map { "“\($0)”" }.joined(separator: ", ") }

  func has(_ name: String) -> Bool { order.contains { $0 == name || $0.hasPrefix(name + ".") } }

  func hasLists(_ path: String) -> Bool { lists.contains(path) }

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
  static func rank(_ path: String, _ field: FieldMap.Field) -> Int? {
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
    order.compactMap { path in Self.rank(path, field).map { (path, $0) } }
      .sorted { ($0.1, $0.0.count { $0 == "." }) < ($1.1, $1.0.count { $0 == "." }) }
      .map(\.0)
  }
}
