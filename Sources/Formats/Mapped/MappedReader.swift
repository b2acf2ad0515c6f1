import Base
import Histories

/// Makes a history of records, by what a map says of them.
///
/// Whatever the map does not decide is refused with the record's line, the field, and what the map
/// may say of it. Where a choice must be made it is the one that claims less: clients whose times
/// touch are concurrent, an operation with an error and no outcome is one of which nobody knows,
/// and a client whose operation nobody knows of goes on under another number.
struct MappedReader {
  private let map: FieldMap
  private let file: String
  /// Whether all fields are text.
  private let isText: Bool
  /// Whether times are compared with those of other files.
  private let isPart: Bool
  private var builder: HistoryBuilder
  private var clients: MapClients
  private var appendsTexts = false
  private var events: [Draft] = []
  private var oddErrors = (count: 0, line: 0)

  /// An event before its time is known from the start.
  private struct Draft {
    var event: Event
    var extras: [(name: String, value: JSON)]
  }

  /// What a record says, apart from when.
  private struct Call {
    var function: String
    var key = ValueTable.none
    var input = ValueTable.null
    var extras: [(name: String, value: JSON)] = []
  }

  /// Reads a whole log.
  ///
  /// - Complexity: O(bytes + records · log records).
  static func read(
    _ bytes: UnsafeRawBufferPointer, _ map: FieldMap, file: String, options: ReadOptions
  ) throws(FormatError) -> History {
    let notation = map.notation ?? Records.notation(of: bytes) ?? .json
    let (all, warnings) = try Records.read(bytes, as: notation, file: file)
    let records = all.filter { record in
      map.conditions.allSatisfy { path, wanted in
        path.find(in: record.value).map(MapReader.plain) == wanted
      }
    }
    var reader = MappedReader(map, notation, records, file, options)
    for warning in warnings { reader.builder.warn(warning) }
    if records.count < all.count {
      reader.builder.warn(
        "\(all.count - records.count) of \(all.count) records are not those that the map's “where” "
          + "asks for and were passed over")
    }
    switch map.shape {
    case .events: try reader.readEvents(records)
    case .intervals: try reader.readIntervals(records)
    }
    return try Keyed.apply(options, to: try reader.finish(), file: file)
  }

  private init(
    _ map: FieldMap, _ notation: FieldMap.Notation, _ records: [Record], _ file: String,
    _ options: ReadOptions
  ) {
    self.map = map
    self.file = file
    isText = [.csv, .tsv, .logfmt].contains(notation)
    isPart = options.isPart
    builder = HistoryBuilder(
      order: map.shape == .intervals ? .time : options.order,
      loneCompletions: options.loneCompletions)
    clients = MapClients(
      records.lazy.compactMap { record in map.fields[.process]?.find(in: record.value) })
    let words = Set(
      records.lazy.compactMap { map.fields[.f]?.find(in: $0.value) }.map {
        MapWords.plain(MapReader.plain($0))
      })
    appendsTexts = words.contains("append") && words.isSubset(of: ["append", "put", "get"])
    var header: [JSON.Member] = [JSON.Member("plumbline", 1)]
    if let model = map.model { header.append(JSON.Member("model", .string(model))) }
    if let initial = map.initial { header.append(JSON.Member("initial", initial)) }
    if header.count > 1 { builder.header = .object(header) }
  }

  // MARK: - Events

  private mutating func readEvents(_ records: [Record]) throws(FormatError) {
    var open: [Int64: Call] = [:]
    // Under which number a client goes on.
    var numbers: [Int64: Int64] = [:]
    for record in records {
      let client = try client(record)
      var outcome = try outcome(record, .type, try need(.type, record))
      if outcome == .ok { outcome = try ending(record) }
      let time = try time(.time, record)
      if outcome == .invoke {
        if numbers[client] == nil { numbers[client] = client }
        let call = try call(record, nil)
        open[client] = call
        add(.invoke, numbers[client] ?? client, call, call.input, time, record)
        continue
      }
      let begun = open.removeValue(forKey: client)
      let number = numbers[client] ?? client
      var call = try call(record, begun)
      // Where the invocation is missing, what was asked is what the completion says.
      let output = try output(&call, begun ?? call, outcome, record)
      add(outcome.kind, number, call, output, time, record)
      if outcome == .info { numbers[client] = clients.fresh() }
    }
  }

  // MARK: - Intervals

  private mutating func readIntervals(_ records: [Record]) throws(FormatError) {
    var timed: [(record: Record, start: Int64, end: Int64?, outcome: MapWords.Outcome)] = []
    for record in records {
      guard let start = try time(.start, record) else {
        throw missing(.start, record)
      }
      let outcome = try ending(record)
      let end = outcome == .info ? nil : try time(.end, record)
      if let end, end < start {
        throw FormatError(
          file: file, line: record.line,
          "the operation ends (\(path(.end))) before it starts (\(path(.start))); are the units "
            + "the same, and the map right (--map)?")
      }
      timed.append((record, start, end, end == nil ? .info : outcome))
    }
    // The slots of each client: who is in them until when. Times that touch are concurrent.
    var slots: [Int64: [(number: Int64, end: Int64)]] = [:]
    var moved = 0
    for (record, start, end, outcome) in timed.sorted(by: { $0.start < $1.start }) {
      let client = map.fields[.process] == nil ? clients.fresh() : try client(record)
      let until = end ?? Int64.max
      var those = slots[client] ?? []
      let number: Int64
      if let place = those.firstIndex(where: { $0.end < start }) {
        number = those[place].number
        those[place].end = until
      } else {
        number = those.isEmpty ? client : clients.fresh()
        if !those.isEmpty, those.contains(where: { $0.end < Int64.max }) { moved += 1 }
        those.append((number, until))
      }
      slots[client] = those
      let begun = try call(record, nil)
      add(.invoke, number, begun, begun.input, start, record)
      guard let end else { continue }
      var call = begun
      let output = try output(&call, begun, outcome, record)
      add(outcome.kind, number, call, output, end, record)
    }
    if moved > 0 {
      builder.warn(
        "\(moved) operations began while another one of their client was open, or as it ended; "
          + "they count as concurrent, under numbers of their own")
    }
  }

  /// How an operation ended, as its outcome or its error says.
  private mutating func ending(_ record: Record) throws(FormatError) -> MapWords.Outcome {
    if let said = find(.outcome, record), said != .null, said != "" {
      let outcome = try outcome(record, .outcome, said)
      if outcome != .ok, outcome != .invoke { return outcome }
    }
    guard let error = find(.error, record), error != .null, error != "", error != false else {
      return .ok
    }
    let word = MapReader.plain(error)
    if let outcome = map.outcomes[word] { return outcome }
    if oddErrors.count == 0 { oddErrors.line = record.line }
    oddErrors.count += 1
    return .info
  }

  // MARK: - What a record says

  private func find(_ field: FieldMap.Field, _ record: Record) -> JSON? {
    map.fields[field]?.find(in: record.value)
  }

  private func path(_ field: FieldMap.Field) -> String {
    "“\(map.fields[field]?.text ?? field.rawValue)”"
  }

  private func missing(_ field: FieldMap.Field, _ record: Record) -> FormatError {
    FormatError(
      file: file, line: record.line,
      "found no \(path(field)) in this record, which the map (--map) gives as its "
        + "\(field.rawValue); “where” can leave records out")
  }

  private func need(_ field: FieldMap.Field, _ record: Record) throws(FormatError) -> JSON {
    guard let found = find(field, record), found != .null else { throw missing(field, record) }
    return found
  }

  private mutating func client(_ record: Record) throws(FormatError) -> Int64 {
    clients.number(of: try need(.process, record))
  }

  private func outcome(
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

  private func time(_ field: FieldMap.Field, _ record: Record) throws(FormatError) -> Int64? {
    guard let found = find(field, record), found != .null, found != "" else { return nil }
    if let time = MapTime.parse(found, map.times) { return time }
    throw FormatError(
      file: file, line: record.line,
      "\(path(field)) is \(MapReader.line(found)), which is no time"
        + (map.times.map { " in \($0.rawValue)" } ?? "")
        + "; the map's “times” (--map) says ns, us, ms, s or rfc3339")
  }

  /// The function, key and argument; a completion may leave out what its invocation said.
  private mutating func call(_ record: Record, _ begun: Call?) throws(FormatError) -> Call {
    var call = begun ?? Call(function: "")
    if let word = find(.f, record), word != .null {
      let text = MapReader.plain(word)
      call.function = map.functions[text] ?? MapWords.function(text, appendsTexts: appendsTexts)
    } else if begun == nil {
      throw missing(.f, record)
    }
    if let key = find(.key, record), key != .null {
      call.key = try typed(key, map.keys, record)
    }
    let isDeletion = call.function == "delete"
    if isDeletion { call.function = "write" }
    if begun == nil {
      call.input = isDeletion ? ValueTable.null : try argument(call.function, record)
    }
    call.extras = []
    for (field, name) in [(FieldMap.Field.node, "node"), (.error, "error")] {
      if let found = find(field, record), found != .null, found != "" {
        call.extras.append((name, found))
      }
    }
    if let client = find(.process, record), let name = clients.name(client) {
      call.extras.append(("client", .string(name)))
    }
    return call
  }

  private mutating func argument(
    _ function: String, _ record: Record
  ) throws(FormatError) -> ValueID {
    if MapWords.asks.contains(function) { return ValueTable.null }
    if function == "cas", let from = find(.from, record), let to = find(.to, record) {
      let pair = [try typed(from, map.values, record), try typed(to, map.values, record)]
      return builder.values.intern(list: pair)
    }
    guard let found = find(.value, record) else { return ValueTable.null }
    if isText, found == "" {
      if map.values == .text { return builder.values.intern(string: "") }
      guard MapWords.puts.contains(function) else { return ValueTable.null }
      throw FormatError(
        file: file, line: record.line,
        "\(path(.value)) of this \(function) is empty; if that is the value, the map (--map) says "
          + "values: \"text\"")
    }
    return try typed(found, map.values, record)
  }

  /// What a completion says that was seen.
  private mutating func output(
    _ call: inout Call, _ begun: Call?, _ outcome: MapWords.Outcome, _ record: Record
  ) throws(FormatError) -> ValueID {
    guard outcome == .ok else { return begun?.input ?? ValueTable.none }
    let result = find(.result, record)
    switch call.function {
    case "cas":
      let word = result.map { MapWords.plain(MapReader.plain($0)) }
      if word == "false" { call.extras.append(("swapped", false)) }
      return begun?.input ?? ValueTable.none
    case "contains":
      guard let begun, let word = result.map(MapReader.plain), ["true", "false"].contains(word)
      else { break }
      return builder.values.intern(list: [
        begun.input, word == "true" ? ValueTable.true : ValueTable.false,
      ])
    case "txn", "acquire": break
    default:
      guard MapWords.asks.contains(call.function) else { return begun?.input ?? ValueTable.none }
      // An argument of null is no answer where answers have a field of their own.
      var seen = result
      if seen == nil, let value = find(.value, record) {
        if map.fields[.result] == nil || value != .null { seen = value }
      }
      guard let seen, !(isText && seen == "") else {
        return try nothing(call, record)
      }
      return try typed(seen, map.values, record)
    }
    guard let seen = result ?? (map.shape == .events ? find(.value, record) : nil) else {
      return begun?.input ?? ValueTable.none
    }
    return try typed(seen, map.values, record)
  }

  /// What a completed read without a result saw.
  private mutating func nothing(_ call: Call, _ record: Record) throws(FormatError) -> ValueID {
    switch map.empty {
    case .absent: return ValueTable.null
    case .unknown: return ValueTable.none
    case .text: return builder.values.intern(string: "")
    case nil:
      throw FormatError(
        file: file, line: record.line,
        "this \(call.function) is complete and has no result "
          + "(\(path(map.fields[.result] == nil ? .value : .result))); say in the map (--map) what "
          + "that means: empty: \"absent\" (there was nothing), \"unknown\" or \"text\"")
    }
  }

  /// A value as the map wants it read.
  private mutating func typed(
    _ json: JSON, _ reading: FieldMap.Reading, _ record: Record
  ) throws(FormatError) -> ValueID {
    switch reading {
    case .text: return builder.values.intern(string: MapReader.plain(json))
    case .auto:
      guard isText, let text = json.string else { return builder.values.intern(json) }
      return builder.values.intern((try? JSONParser.parse(text)) ?? json)
    case .number:
      guard let text = json.string else { return builder.values.intern(json) }
      return builder.values.intern(number: text) ?? builder.values.intern(string: text)
    case .json:
      guard let text = json.string else { return builder.values.intern(json) }
      do throws(JSONError) { return builder.values.intern(try JSONParser.parse(text)) } catch {
        throw FormatError(
          file: file, line: record.line,
          "“\(text.prefix(40))” is no JSON (\(error.message)); the map's “values” and “keys” "
            + "(--map) may say text")
      }
    }
  }

  // MARK: - Into a history

  private mutating func add(
    _ kind: Event.Kind, _ process: Int64, _ call: Call, _ value: ValueID, _ time: Int64?,
    _ record: Record
  ) {
    var event = Event(
      kind, process: .client(process), function: builder.function(call.function), value: value,
      line: record.line)
    event.key = call.key
    event.time = time ?? Event.noTime
    events.append(Draft(event: event, extras: kind == .invoke ? [] : call.extras))
  }

  private consuming func finish() throws(FormatError) -> History {
    // Dates become times from the start.
    let first = events.lazy.map(\.event.time).filter { $0 != Event.noTime }.min() ?? 0
    let isDate = map.times == .rfc3339 || first > 100_000_000_000_000_000
    let start = isDate && !isPart ? first : 0
    if oddErrors.count > 0 {
      builder.warn(
        "\(oddErrors.count) operations have an error of which the map does not say what it means, "
          + "first on line \(oddErrors.line); they count as unknown (outcomes: { … } says it)")
    }
    if events.isEmpty { builder.warn("the file holds no events") }
    do throws(HistoryError) {
      for draft in events {
        var event = draft.event
        if event.time != Event.noTime { event.time -= start }
        for extra in draft.extras { builder.keep(extra.name, builder.values.intern(extra.value)) }
        try builder.add(event)
      }
      try builder.putInOrder()
    } catch {
      throw FormatError(file: file, error)
    }
    return builder.build()
  }
}
