import Base
import Histories

/// Makes a history of records, by what a map says of them.
///
/// Whatever the map does not decide is refused with the record's line, the field, and what the map
/// may say of it. Where a choice must be made it is the one that claims less: clients whose times
/// touch are concurrent, an operation with an error and no outcome is one of which nobody knows,
/// and a client whose operation nobody knows of goes on under another number.
struct MappedReader {
  let map: FieldMap
  let file: String
  /// Whether all fields are text.
  let isText: Bool
  let survey: MapSurvey
  /// Whether times are compared with those of other files.
  private let isPart: Bool
  var builder: HistoryBuilder
  private var clients: MapClients
  private var events: [Draft] = []
  var oddErrors = (count: 0, line: 0)
  /// The texts of lists and objects, by what they say.
  var texts: [ValueID: (text: String, line: Int)] = [:]

  /// An event before its time is known from the start.
  private struct Draft {
    var event: Event
    var extras: [(name: String, value: JSON)]
  }

  /// What a record says, apart from when.
  struct Call {
    var function: String
    var line: Int
    var isDeletion = false
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
    try requireConditions(of: map, all, file)
    let records = all.filter { record in
      map.conditions.allSatisfy { path, wanted in
        path.find(in: record.value).map(MapReader.plain) == wanted
      }
    }
    var reader = try MappedReader(map, notation, records, file, options)
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

  /// Refuses a condition on what no record has: it would pass over all of them.
  private static func requireConditions(
    of map: FieldMap, _ records: [Record], _ file: String
  ) throws(FormatError) {
    guard let first = records.first else { return }
    for path in map.conditions.keys
    where !records.contains(where: { path.find(in: $0.value) != nil }) {
      throw FormatError(
        file: file, line: first.line,
        "where: “\(path.text)” is in no record; the map (--map) says there which records are read")
    }
  }

  private init(
    _ map: FieldMap, _ notation: FieldMap.Notation, _ records: [Record], _ file: String,
    _ options: ReadOptions
  ) throws(FormatError) {
    self.map = map
    self.file = file
    isText = [.csv, .tsv, .logfmt].contains(notation)
    isPart = options.isPart
    builder = HistoryBuilder(
      order: map.shape == .intervals ? .time : options.order,
      loneCompletions: options.loneCompletions)
    let process = map.fields[.process]
    let ofClients = records.filter { record in
      process?.find(in: record.value).map(MapClients.isNemesis) != true
    }
    clients = MapClients(ofClients.lazy.compactMap { process?.find(in: $0.value) })
    survey = try MapSurvey(ofClients, map, file: file)
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
      let said = try need(.type, record)
      if MapClients.isNemesis(try need(.process, record)) {
        let kind = try outcome(record, .type, said).kind
        try addNemesis(kind, try time(.time, record), record)
        continue
      }
      let client = clients.number(of: try need(.process, record))
      var outcome = try outcome(record, .type, said)
      if outcome == .ok { outcome = try ending(record) }
      let time = try time(.time, record)
      if outcome == .invoke {
        if numbers[client] == nil { numbers[client] = client }
        let call = try call(record)
        open[client] = call
        add(.invoke, numbers[client] ?? client, call, call.input, time, record)
        continue
      }
      let begun = open.removeValue(forKey: client)
      let number = numbers[client] ?? client
      var call = try completed(record, begun)
      let output = try output(&call, begun, outcome, record)
      // What nobody knows the answer of is one of which nobody knows.
      if output == nil { outcome = .info }
      add(outcome.kind, number, call, output ?? call.input, time, record)
      if outcome == .info { numbers[client] = clients.fresh() }
    }
  }

  // MARK: - Intervals

  private mutating func readIntervals(_ records: [Record]) throws(FormatError) {
    var timed: [(record: Record, start: Int64, end: Int64?, outcome: MapWords.Outcome)] = []
    var last = Int64.min
    for record in records {
      guard let start = try time(.start, record) else { throw missing(.start, record) }
      // What became of a fault is in words of its own.
      let outcome = isNemesis(record) ? .ok : try ending(record)
      let end = outcome == .info ? nil : try time(.end, record)
      if let end, end < start {
        throw FormatError(
          file: file, line: record.line,
          "the operation ends (\(path(.end))) before it starts (\(path(.start))); are the units "
            + "the same, and the map right (--map)?")
      }
      last = max(last, end ?? start)
      timed.append((record, start, end, end == nil && outcome == .ok ? .info : outcome))
    }
    // The slots of each client that come to an end: who is in them until when. Times that touch are
    // concurrent.
    var slots: [Int64: [(number: Int64, end: Int64)]] = [:]
    var begun: Set<Int64> = []
    var moved = 0
    for (record, start, known, outcome) in timed.sorted(by: { $0.start < $1.start }) {
      if isNemesis(record) {
        try addNemesis(.info, start, record)
        if let known { try addNemesis(.info, known, record) }
        continue
      }
      let client = map.fields[.process] == nil ? clients.fresh() : try client(record)
      let asked = try call(record)
      var call = asked
      let output = try output(&call, asked, outcome, record)
      var end = output == nil ? nil : known
      // What certainly did not happen needs no end; a cas that found another value may have looked
      // at any time.
      if end == nil, outcome == .fail { end = asked.function == "cas" ? last : start }
      var those = slots[client] ?? []
      let number: Int64
      if let place = those.firstIndex(where: { $0.end < start }) {
        number = those.remove(at: place).number
      } else {
        number = begun.insert(client).inserted ? client : clients.fresh()
        if !those.isEmpty { moved += 1 }
      }
      if let end { those.append((number, end)) }
      slots[client] = those
      add(.invoke, number, asked, asked.input, start, record)
      guard let end else { continue }
      add(outcome.kind, number, call, output ?? asked.input, end, record)
    }
    if moved > 0 {
      builder.warn(
        "\(moved) operations began while another one of their client was open, or as it ended; "
          + "they count as concurrent, under numbers of their own")
    }
  }

  private func isNemesis(_ record: Record) -> Bool {
    find(.process, record).map(MapClients.isNemesis) ?? false
  }

  private mutating func client(_ record: Record) throws(FormatError) -> Int64 {
    clients.number(of: try need(.process, record))
  }

  /// The name of a client that is known here by a number.
  func name(of client: JSON) -> String? { clients.name(client) }

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

  /// What the one does who makes the faults; its words are its own.
  private mutating func addNemesis(
    _ kind: Event.Kind, _ time: Int64?, _ record: Record
  ) throws(FormatError) {
    let word = MapReader.plain(try need(.f, record))
    let said = find(.value, record) ?? .null
    events.append(
      Draft(
        event: Event(
          kind, process: .nemesis, function: builder.function(word),
          value: try typed(said, map.values, record), time: time ?? Event.noTime,
          line: record.line), extras: []))
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
    for index in events.indices where events[index].event.time != Event.noTime {
      let (time, isTooLong) = events[index].event.time.subtractingReportingOverflow(start)
      guard !isTooLong else {
        throw FormatError(
          file: file, line: events[index].event.line,
          "this is more than 292 years after the first event; what do its times mean (times: …)?")
      }
      events[index].event.time = time
    }
    do throws(HistoryError) {
      for draft in events {
        for extra in draft.extras { builder.keep(extra.name, builder.values.intern(extra.value)) }
        try builder.add(draft.event)
      }
      try builder.putInOrder()
    } catch {
      throw FormatError(file: file, error)
    }
    return builder.build()
  }
}
