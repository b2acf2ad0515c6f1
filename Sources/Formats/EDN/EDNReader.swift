import Base
import Histories

/// Turns a file of EDN maps into events: bare, or inside one vector or list.
struct EDNReader {
  private let file: String
  private let bytes: UnsafeRawBufferPointer
  var scanner: EDNScanner
  private var place: LineCounter
  var builder: HistoryBuilder
  /// What the walk for usual events remembers.
  var usual = UsualNames()
  private var functions: [ValueID: FunctionID] = [:]
  /// What the keys of events mean, by their values.
  private var names: [ValueID: Name] = [:]
  /// The further fields of the event at hand.
  var extras: [(field: Int32, value: ValueID)] = []
  private var isFirst = true

  init(_ bytes: UnsafeRawBufferPointer, file: String, _ options: ReadOptions) {
    self.file = file
    builder = HistoryBuilder(order: options.order, loneCompletions: options.loneCompletions)
    self.bytes = bytes
    scanner = EDNScanner(bytes)
    place = LineCounter(bytes)
  }

  /// Reads everything. A last line that was torn is dropped with a warning.
  mutating func read() throws(FormatError) {
    do throws(ScanError) {
      try forms(until: nil)
    } catch {
      let (line, column) = place.place(of: error.offset)
      guard isTorn(error) else {
        throw FormatError(file: file, line: line, column: column, error.message)
      }
      builder.warn(
        "the end, from line \(line), column \(column), is torn and was dropped: \(error.message)")
    }
    do throws(HistoryError) { try builder.putInOrder() } catch {
      throw FormatError(file: file, error)
    }
    if builder.eventCount == 0 { builder.warn("the file holds no events") }
  }

  /// Whether the file tags `[key value]` tuples as such.
  var hasTaggedTuples: Bool { scanner.hasTaggedTuples }

  /// The history of all that was read.
  consuming func finish() -> History { builder.build() }

  /// Whether an error is the work of a writer that was killed: the file does not end in a newline,
  /// and something is still open or the last line is the one that does not parse.
  private func isTorn(_ error: ScanError) -> Bool {
    guard error.kind == .syntax, let last = bytes.last, last != 0x0A else { return false }
    let lastLine = (bytes.lastIndex(of: 0x0A) ?? -1) + 1
    return error.isAtEnd || error.offset >= lastLine
  }

  private mutating func forms(until closing: UInt8?) throws(ScanError) {
    let start = scanner.position
    if closing != nil { scanner.position += 1 }
    while true {
      try skipSpace()
      guard scanner.position < scanner.end else {
        guard closing != nil else { return }
        throw neverClosed(start)
      }
      switch scanner.peek {
      case UInt8(ascii: "{"):
        let start = scanner.position
        if !isFirst, let draft = usualEvent() {
          try add(draft, at: start)
        } else {
          try event()
        }
        if builder.eventCount == Self.firstEvents { reserve() }
      case UInt8(ascii: "[") where closing == nil: try forms(until: UInt8(ascii: "]"))
      case UInt8(ascii: "(") where closing == nil: try forms(until: UInt8(ascii: ")"))
      case closing:
        scanner.position += 1
        return
      default:
        throw scanner.error("found \(scanner.found), expected an event: {:process …}")
      }
    }
  }

  /// Makes room for the whole file, judged by its first events.
  private mutating func reserve() {
    let length = Double(scanner.position) / Double(Self.firstEvents)
    builder.reserve(operations: Int(Double(bytes.count) / length * 0.52) + 1024)
  }

  private static let firstEvents = 2048

  /// The error for a bracket whose partner the file does not have.
  private func neverClosed(_ start: Int) -> ScanError {
    var failure = scanner.error(
      "found “\(scanner.text(start..<start + 1))” that is never closed", at: start)
    failure.isAtEnd = true
    return failure
  }

  mutating func skipSpace() throws(ScanError) {
    try scanner.skipSpace(into: &builder.values)
  }
}

// MARK: - Events

extension EDNReader {
  /// What a key of an event means.
  private struct Name {
    var text: String
    /// The same for `:f`, `f` and `"f"`.
    var id: ValueID
    /// The member of the contract, or nil for a further field.
    var member: EventDraft.Member?
    var field: Int32
  }

  /// Reads a map and adds its event, or keeps the header.
  private mutating func event() throws(ScanError) {
    let start = scanner.position
    var draft = EventDraft()
    var seen: [ValueID] = []
    var many: Set<ValueID> = []
    extras.removeAll(keepingCapacity: true)
    scanner.position += 1
    while true {
      try skipSpace()
      guard scanner.position < scanner.end else { throw neverClosed(start) }
      if scanner.peek == UInt8(ascii: "}") { break }
      let place = scanner.position
      let name = try name()
      // Few keys are looked through, many are hashed.
      let isNew = seen.count < 16 ? !seen.contains(name.id) : many.insert(name.id).inserted
      guard isNew, seen.count < 16 || !seen.contains(name.id) else {
        throw scanner.error("found “\(name.text)” twice in one event", at: place)
      }
      let isAlone = seen.isEmpty
      if seen.count < 16 { seen.append(name.id) }
      try skipSpace()
      guard scanner.peek != UInt8(ascii: "}") else {
        throw scanner.error("found “}”, expected the value of “\(name.text)”")
      }
      if isAlone, name.text == "plumbline" { return try header(from: start) }
      try read(name, into: &draft)
    }
    scanner.position += 1
    defer { isFirst = false }
    if isFirst, draft.process == nil, draft.kind == nil, draft.function < 0,
      TestMap.hasFields(extras.map { builder.names.fields[Int($0.field)] })
    {
      builder.header = TestMap.header(of: bytes[start..<scanner.position])
      return
    }
    try add(draft, at: start)
  }

  /// Reads the key of a member.
  private mutating func name() throws(ScanError) -> Name {
    let place = scanner.position
    let key = try scanner.value(into: &builder.values)
    if let known = names[key] { return known }
    guard let text = builder.values.string(key) else {
      throw scanner.error(
        "found \(builder.values.describe(key)), expected a keyword such as :process", at: place)
    }
    let member = EventDraft.Member(name: text.utf8)
    let id = builder.values.intern(string: text)
    let field = member == nil ? builder.field(text) : -1
    let name = Name(text: text, id: id, member: member, field: field)
    names[key] = name
    return name
  }

  private mutating func add(_ draft: EventDraft, at start: Int) throws(ScanError) {
    let event: Event
    do throws(EventDraft.Lack) {
      event = try draft.event(line: place.line(at: start), in: &builder.names)
    } catch {
      throw ScanError(offset: start, message: error.message, kind: .rule)
    }
    for extra in extras { builder.keep(extra.field, extra.value) }
    do throws(HistoryError) {
      try builder.add(event)
    } catch {
      throw ScanError(offset: start, message: error.message, kind: .rule)
    }
  }

  private mutating func read(_ name: Name, into draft: inout EventDraft) throws(ScanError) {
    let place = scanner.position
    guard let member = name.member else {
      extras.append((name.field, try scanner.value(into: &builder.values)))
      return
    }
    // Times are all different: read past the table they would only fill.
    if member == .time, let number = scanner.shortInteger() {
      draft.time = number == -1 ? Event.noTime : number
      return
    }
    let id = try scanner.value(into: &builder.values)
    let found = { (values: ValueTable) in "found \(values.describe(id)) as :\(name.text), expected "
    }
    switch member {
    case .key: draft.key = id
    case .value: draft.value = id
    case .process:
      draft.process = EventDraft.process(id, in: builder.values)
      guard draft.process == nil else { return }
      throw scanner.error(found(builder.values) + "an integer or :nemesis", at: place)
    case .type:
      draft.kind = builder.values.utf8(id).withUnsafeBytes { Event.Kind(word: $0) }
      guard draft.kind == nil else { return }
      throw scanner.error(found(builder.values) + ":invoke, :ok, :fail or :info", at: place)
    case .time:
      if id == ValueTable.null { return }
      guard let number = builder.values.integer(id) else {
        throw scanner.error(found(builder.values) + "nanoseconds as an integer", at: place)
      }
      draft.time = number
    case .function:
      if id == ValueTable.null { return }
      guard let text = builder.values.string(id) else {
        throw scanner.error(found(builder.values) + "a function's name", at: place)
      }
      draft.function = functions[id] ?? builder.function(text)
      functions[id] = draft.function
    }
  }

  /// Reads the first map, `{:plumbline 1 …}`, which is no event.
  private mutating func header(from start: Int) throws(ScanError) {
    guard isFirst else {
      throw scanner.error("found a header here, expected it as the first map only", at: start)
    }
    isFirst = false
    var scratch = ValueTable()
    var members: [JSON.Member] = []
    scanner.position = start + 1
    while true {
      try scanner.skipSpace(into: &scratch)
      guard scanner.position < scanner.end else { throw neverClosed(start) }
      if scanner.peek == UInt8(ascii: "}") { break }
      let key = try scanner.value(into: &scratch)
      let name = scratch.string(key) ?? scratch.describe(key)
      guard !members.contains(where: { $0.name == name }) else {
        throw scanner.error("found “\(name)” twice in the header", at: start)
      }
      try scanner.skipSpace(into: &scratch)
      let value = try scanner.value(into: &scratch)
      members.append(JSON.Member(name, scratch.json(value)))
    }
    scanner.position += 1
    guard members.first(where: { $0.name == "plumbline" })?.value == .integer(1) else {
      throw scanner.error("found a header of another version, expected {:plumbline 1 …}", at: start)
    }
    builder.header = HistoryHeader.make(of: members)
  }
}
