import Base
import Glibc
import Histories

/// Reads events from bytes in the vocabulary that it is lent.
///
/// It is a byte scanner: names are compared as bytes and values are interned where they lie, so an
/// event costs no allocation.
struct JSONEventScanner {
  var scanner = JSONScanner()
  private var functions = NameCache()
  private var fields = NameCache()
  /// The further fields of the last event.
  private(set) var extras: [(field: Int32, value: ValueID)] = []
  /// For each field the count of events up to the last one that had it: finds duplicates.
  private var seen: [Int] = []
  private var strings = WordCache()
  /// How many events were read.
  private(set) var eventCount = 0
  /// The first byte of the last header, if there was one, also if it is wrong.
  private(set) var headerStart: Int?

  /// The id of a function that was met before, by its bytes.
  @inline(__always)
  func function(packed: UInt64) -> FunctionID? { functions.id(packed: packed) }

  /// Forgets the ids of values, because they are interned anew.
  mutating func forgetValues() { strings.removeAll() }

  static let misplacedHeader = "found a header here, expected it on the first line only"

  /// Forgets its events and their vocabulary but keeps the memory.
  mutating func reset() {
    functions = NameCache()
    fields = NameCache()
    strings.removeAll()
    seen.removeAll(keepingCapacity: true)
    eventCount = 0
    headerStart = nil
  }

  /// The event of the line `start..<end`, or nil for a blank line, a comment or the header.
  @inline(__always)
  mutating func line(
    _ base: UnsafePointer<UInt8>, from start: Int, to end: Int, readable: Int, number: Int,
    in names: inout EventNames
  ) throws(ScanError) -> Event? {
    scanner.aim(at: base, from: start, to: end, readable: readable)
    scanner.skipSpace()
    if scanner.peek != UInt8(ascii: "{") {
      if scanner.position == scanner.end || scanner.peek == UInt8(ascii: "#") { return nil }
      throw scanner.error("found \(scanner.found), expected an event: {\"process\":…}")
    }
    let event = try event(line: number, in: &names)
    scanner.skipSpace()
    guard scanner.position == scanner.end else {
      throw scanner.error("found \(scanner.found) after the event, expected the end of the line")
    }
    return event
  }

  /// Reads an object; nil when it was the header.
  @inline(__always)
  mutating func event(line number: Int, in names: inout EventNames) throws(ScanError) -> Event? {
    let start = scanner.position
    var draft = EventDraft()
    extras.removeAll(keepingCapacity: true)
    var hasMore = true
    if let behind = usualMembers(into: &draft, in: &names) {
      scanner.position = behind
      scanner.skipSpace()
      hasMore = scanner.peek != UInt8(ascii: "}")
      if hasMore { try scanner.comma() }
    } else {
      scanner.position += 1
      scanner.skipSpace()
      hasMore = scanner.peek != UInt8(ascii: "}")
    }
    while hasMore {
      if !quickMember(into: &draft, in: &names) {
        guard try member(into: &draft, from: start, in: &names) else { return nil }
      }
      scanner.skipSpace()
      if scanner.peek == UInt8(ascii: "}") { break }
      try scanner.comma()
    }
    scanner.position += 1
    eventCount += 1
    do throws(EventDraft.Lack) {
      return try draft.event(line: number, in: &names)
    } catch {
      throw scanner.error(error.message, at: start)
    }
  }

  /// Reads a name and its value; false when they were the header.
  @inline(never)
  private mutating func member(
    into draft: inout EventDraft, from start: Int, in names: inout EventNames
  ) throws(ScanError) -> Bool {
    guard scanner.peek == UInt8(ascii: "\"") else {
      throw scanner.error("found \(scanner.found), expected a name in quotes")
    }
    let place = scanner.position
    let name = try scanner.text()
    if let member = known(name) {
      guard draft.members & member.rawValue == 0 else {
        throw scanner.error("found “\(scanner.string(name))” twice in one event", at: place)
      }
      draft.members |= member.rawValue
      try scanner.colon()
      try read(member, into: &draft, in: &names)
    } else if draft.members == 0, extras.isEmpty,
      scanner.withBytes(of: name, { $0.elementsEqual("plumbline".utf8) })
    {
      try header(from: start, in: &names)
      return false
    } else {
      try extra(name, at: place, in: &names)
    }
    return true
  }

  /// Reads a member of the contract in its usual notation; false, and nothing read, for any other.
  ///
  /// Eight bytes are compared at a time. What this does not know the exact walk reads again, so
  /// that this has no errors of its own.
  @inline(__always)
  private mutating func quickMember(
    into draft: inout EventDraft, in names: inout EventNames
  ) -> Bool {
    let start = scanner.position
    guard let word = scanner.word(at: start) else { return false }
    let member: EventDraft.Member
    let length: Int
    switch UInt8(truncatingIfNeeded: word >> 8) {
    case UInt8(ascii: "v") where word.isPrefixed(by: "\"value\""): (member, length) = (.value, 7)
    case UInt8(ascii: "t") where word.isPrefixed(by: "\"type\""): (member, length) = (.type, 6)
    case UInt8(ascii: "t") where word.isPrefixed(by: "\"time\""): (member, length) = (.time, 6)
    case UInt8(ascii: "k") where word.isPrefixed(by: "\"key\""): (member, length) = (.key, 5)
    case UInt8(ascii: "f") where word.isPrefixed(by: "\"f\""): (member, length) = (.function, 3)
    case UInt8(ascii: "p")
    where word.isPrefixed(by: "\"process") && scanner.byte(at: start + 8) == UInt8(ascii: "\""):
      (member, length) = (.process, 9)
    default: return false
    }
    guard draft.members & member.rawValue == 0,
      scanner.byte(at: start + length) == UInt8(ascii: ":")
    else { return false }
    scanner.position = start + length + 1
    scanner.skipSpace()
    if quickValue(of: member, into: &draft, in: &names) {
      draft.members |= member.rawValue
      return true
    }
    scanner.position = start
    return false
  }

  @inline(__always)
  private mutating func quickValue(
    of member: EventDraft.Member, into draft: inout EventDraft, in names: inout EventNames
  ) -> Bool {
    switch member {
    case .process:
      guard let number = scanner.shortInteger() else { return false }
      draft.process = .client(number)
    case .time:
      guard let number = scanner.shortInteger() else { return false }
      draft.time = number == -1 ? Event.noTime : number
    case .type:
      guard let word = scanner.word(at: scanner.position) else { return false }
      if word.isPrefixed(by: "\"invoke\"") {
        draft.kind = .invoke
        scanner.position += 8
      } else if word.isPrefixed(by: "\"ok\"") {
        draft.kind = .ok
        scanner.position += 4
      } else if word.isPrefixed(by: "\"info\"") {
        draft.kind = .info
        scanner.position += 6
      } else if word.isPrefixed(by: "\"fail\"") {
        draft.kind = .fail
        scanner.position += 6
      } else {
        return false
      }
    case .function:
      guard let text = scanner.shortText(), let id = functions.id(packed: text.packed) else {
        return false
      }
      draft.function = id
      scanner.position += text.length + 2
    case .key:
      guard let id = quickID(in: &names) else { return false }
      draft.key = id
    case .value:
      guard let id = quickID(in: &names) else { return false }
      draft.value = id
    }
    return true
  }

  /// The id of a short integer, of `null`, or of a short text that was met before.
  @inline(__always)
  mutating func quickID(in names: inout EventNames) -> ValueID? {
    switch scanner.peek {
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      return scanner.shortInteger().map { names.values.intern(integer: $0) }
    case UInt8(ascii: "\""):
      guard let text = scanner.shortText() else { return nil }
      if let known = strings.id(of: text.packed) {
        scanner.position += text.length + 2
        return known
      }
      do throws(ScanError) {
        // Plain text of seven bytes at most: this cannot fail.
        let id = try scanner.value(into: &names.values)
        strings.insert(text.packed, id)
        return id
      } catch {
        return nil
      }
    default: return nil
    }
  }

  @inline(__always)
  private func known(_ name: JSONScanner.Text) -> EventDraft.Member? {
    guard case .raw(let start, let count) = name else {
      return EventDraft.Member(name: scanner.decoded)
    }
    let first = scanner.base[start]
    switch count {
    case 1: return first == UInt8(ascii: "f") ? .function : nil
    case 3: return matches("key", start) ? .key : nil
    case 4:
      guard first == UInt8(ascii: "t") else { return nil }
      return matches("type", start) ? .type : matches("time", start) ? .time : nil
    case 5: return matches("value", start) ? .value : nil
    case 7: return matches("process", start) ? .process : nil
    default: return nil
    }
  }

  @inline(__always)
  private func matches(_ word: StaticString, _ start: Int) -> Bool {
    memcmp(scanner.base + start, word.utf8Start, word.utf8CodeUnitCount) == 0
  }

  @inline(__always)
  private mutating func read(
    _ member: EventDraft.Member, into draft: inout EventDraft, in names: inout EventNames
  ) throws(ScanError) {
    switch member {
    case .process: draft.process = try process(in: &names)
    case .type: draft.kind = try kind(in: &names)
    case .function: draft.function = try function(in: &names)
    case .key: draft.key = try scanner.value(into: &names.values)
    case .value: draft.value = try scanner.value(into: &names.values)
    case .time: draft.time = try time(in: &names)
    }
  }

  private mutating func process(in names: inout EventNames) throws(ScanError) -> Event.Process {
    if let number = scanner.shortInteger() { return .client(number) }
    let start = scanner.position
    let id = try scanner.value(into: &names.values)
    if let process = EventDraft.process(id, in: names.values) { return process }
    throw scanner.error(
      "found \(names.values.describe(id)) as “process”, expected an integer or “nemesis”",
      at: start)
  }

  private mutating func time(in names: inout EventNames) throws(ScanError) -> Int64 {
    if let number = scanner.shortInteger() { return number == -1 ? Event.noTime : number }
    let start = scanner.position
    let id = try scanner.value(into: &names.values)
    if id == ValueTable.null { return Event.noTime }
    guard let number = names.values.integer(id) else {
      throw scanner.error(
        "found \(names.values.describe(id)) as “time”, expected nanoseconds as an integer",
        at: start)
    }
    guard number != Event.noTime else {
      throw scanner.error("found \(number) as “time”, which is out of range", at: start)
    }
    return number
  }

  private mutating func kind(in names: inout EventNames) throws(ScanError) -> Event.Kind {
    let start = scanner.position
    if scanner.peek == UInt8(ascii: "\"") {
      let word = try scanner.text()
      let kind = scanner.withBytes(of: word) { Event.Kind(word: $0) }
      if let kind { return kind }
      scanner.position = start
    }
    let id = try scanner.value(into: &names.values)
    throw scanner.error(
      "found \(names.values.describe(id)) as “type”, expected “invoke”, “ok”, “fail” or “info”",
      at: start)
  }

  private mutating func function(in names: inout EventNames) throws(ScanError) -> FunctionID {
    let start = scanner.position
    guard scanner.peek == UInt8(ascii: "\"") else {
      let id = try scanner.value(into: &names.values)
      throw scanner.error(
        "found \(names.values.describe(id)) as “f”, expected a function's name in quotes",
        at: start)
    }
    let name = try scanner.text()
    if let known = scanner.withBytes(of: name, { functions.id(of: $0) }) { return known }
    let id = names.function(scanner.string(name))
    scanner.withBytes(of: name) { functions.insert($0, id) }
    return id
  }

  private mutating func extra(
    _ name: JSONScanner.Text, at place: Int, in names: inout EventNames
  ) throws(ScanError) {
    let field: Int32
    if let known = scanner.withBytes(of: name, { fields.id(of: $0) }) {
      field = known
    } else {
      field = names.field(scanner.string(name))
      scanner.withBytes(of: name) { fields.insert($0, field) }
      while seen.count <= Int(field) { seen.append(0) }
    }
    guard seen[Int(field)] <= eventCount else {
      throw scanner.error("found “\(scanner.string(name))” twice in one event", at: place)
    }
    seen[Int(field)] = eventCount + 1
    try scanner.colon()
    if let id = quickID(in: &names) {
      extras.append((field, id))
    } else {
      extras.append((field, try scanner.value(into: &names.values)))
    }
  }

  /// Reads the first line, `{"plumbline":1,…}`, which is no event.
  private mutating func header(from start: Int, in names: inout EventNames) throws(ScanError) {
    headerStart = start
    guard eventCount == 0, names.header == nil else {
      throw scanner.error(JSONEventScanner.misplacedHeader, at: start)
    }
    // One walk finds the end of the object, so that the header may stand in an array of events.
    var scratch = ValueTable()
    scanner.position = start
    _ = try scanner.value(into: &scratch)
    let raw = UnsafeBufferPointer(start: scanner.base + start, count: scanner.position - start)
    let header: JSON
    do throws(JSONError) {
      header = try JSONParser.parse(raw)
    } catch {
      throw scanner.error(error.message, at: start + error.column - 1)
    }
    guard header["plumbline"] == .integer(1) else {
      let version = header["plumbline"] ?? .null
      throw scanner.error(
        "found \(version) as the version of the format, expected 1", at: start)
    }
    names.header = HistoryHeader.make(of: header.members ?? [])
  }
}
