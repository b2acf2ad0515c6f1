import Base
import Histories

/// Writes a whole history as JSON lines: the header, then every event in order.
///
/// What is read back equals what was written, in every column but the lines of the file.
public enum JSONLinesWriter {
  /// The history as bytes.
  ///
  /// - Complexity: O(events and the text of their values).
  public static func bytes(of history: History) -> [UInt8] {
    var writer = ByteWriter()
    write(history, into: &writer)
    return writer.bytes
  }

  /// Appends the history to a writer.
  public static func write(_ history: History, into writer: inout ByteWriter) {
    if let header = HistoryHeader.toWrite(of: history) {
      writer.write(header)
      writer.write(byte: 0x0A)
    }
    for step in history.steps() {
      let line = EventView.make(of: step, in: history)
      JSONLinesEncoder.begin(
        line.kind, process: line.process, function: line.function, into: &writer)
      if line.key != ValueTable.none {
        writer.write(",\"key\":")
        writer.write(line.key, of: history.values)
      }
      if line.value != ValueTable.none {
        writer.write(",\"value\":")
        writer.write(line.value, of: history.values)
      }
      for extra in history.extraFields(at: line.rank) {
        writer.write(byte: UInt8(ascii: ","))
        writer.write(jsonString: extra.name)
        writer.write(byte: UInt8(ascii: ":"))
        writer.write(extra.value, of: history.values)
      }
      JSONLinesEncoder.end(time: line.time, into: &writer)
    }
  }
}

/// What goes into the first line of a written history, and what comes out of it.
enum HistoryHeader {
  /// The header that members make, its values in the one form that every notation keeps.
  static func make(of members: [JSON.Member]) -> JSON {
    var values = ValueTable()
    var header: [JSON.Member] = []
    for member in members {
      let id = values.intern(member.value)
      header.append(JSON.Member(member.name, values.json(id)))
    }
    return .object(header)
  }

  /// The header, with what is not in the events and still must not be forgotten: a word on tuples
  /// where a reader would take for keys what was not, and what was left unchecked.
  static func toWrite(of history: History) -> JSON? {
    let looksKeyed = history.mayLookKeyed
    guard looksKeyed || !history.unchecked.isEmpty else { return history.header }
    var members = history.header?.members ?? [JSON.Member("plumbline", 1)]
    if looksKeyed {
      members.removeAll { $0.name == "keyed" }
      members.append(JSON.Member("keyed", false))
    }
    if !history.unchecked.isEmpty {
      members.removeAll { $0.name == "unchecked" }
      let counts = history.unchecked.sorted { $0.key < $1.key }
      members.append(
        JSON.Member(
          "unchecked", .object(counts.map { JSON.Member($0.key, .integer(Int64($0.value))) })))
    }
    return .object(members)
  }
}

/// One event of a history as a writer needs it.
struct EventView {
  var kind: Event.Kind
  var process: Event.Process
  var function: String
  var key = ValueTable.none
  var value: ValueID
  var time: Int64
  var rank: Int32

  /// The event of a step. A function and no initializer: that would own, and so copy, the history.
  static func make(of step: History.Step, in history: History) -> EventView {
    switch step {
    case .invocation(let operation):
      EventView(
        kind: .invoke, process: .client(history.processes[operation]),
        function: history.functionName(operation), key: history.key[operation],
        value: history.input[operation], time: history.invokedTime[operation],
        rank: history.invoked[operation])
    case .completion(let operation):
      EventView(
        kind: completion(history.outcome[operation]),
        process: .client(history.processes[operation]),
        function: history.functionName(operation), key: history.key[operation],
        value: history.output[operation], time: history.completedTime[operation],
        rank: history.completed[operation])
    case .nemesis(let index):
      EventView(
        kind: history.nemesis[index].kind, process: .nemesis,
        function: history.nemesis[index].function, value: history.nemesis[index].value,
        time: history.nemesis[index].time, rank: history.nemesis[index].rank)
    }
  }

  private static func completion(_ outcome: Outcome) -> Event.Kind {
    switch outcome {
    case .ok: .ok
    case .fail: .fail
    case .indeterminate: .info
    }
  }
}

extension ByteWriter {
  /// Appends a value of a table as JSON.
  ///
  /// A map whose keys' texts collide, such as EDN's `{0 a, "0" b}`, becomes a list of pairs: JSON
  /// objects with a name twice say nothing certain.
  mutating func write(_ id: ValueID, of values: ValueTable) {
    guard id >= 0 else { return write("null") }
    switch values.kind(of: id) {
    case .null: write("null")
    case .bool: write(id == ValueTable.true ? "true" : "false")
    case .integer: write(values.integer(id) ?? 0)
    case .decimal: write(contentsOf: values.utf8(id))
    case .string: write(jsonBytes: values.utf8(id))
    case .keyword: write(jsonBytes: [UInt8(ascii: ":")] + values.utf8(id))
    case .list, .set:
      write(byte: UInt8(ascii: "["))
      let isList = values.kind(of: id) == .list
      let parts = isList ? values.parts(of: id) : values.orderedParts(of: id)[...]
      for (index, part) in parts.enumerated() {
        if index > 0 { write(byte: UInt8(ascii: ",")) }
        write(part, of: values)
      }
      write(byte: UInt8(ascii: "]"))
    case .map: write(map: values.orderedParts(of: id), of: values)
    }
  }

  private mutating func write(map entries: [ValueID], of values: ValueTable) {
    let names = stride(from: 0, to: entries.count, by: 2).map { values.name(entries[$0]) }
    let isObject = Set(names).count == names.count
    write(byte: UInt8(ascii: isObject ? "{" : "["))
    for (index, name) in names.enumerated() {
      if index > 0 { write(byte: UInt8(ascii: ",")) }
      if isObject {
        write(jsonString: name)
        write(byte: UInt8(ascii: ":"))
      } else {
        write(byte: UInt8(ascii: "["))
        write(entries[2 * index], of: values)
        write(byte: UInt8(ascii: ","))
      }
      write(entries[2 * index + 1], of: values)
      if !isObject { write(byte: UInt8(ascii: "]")) }
    }
    write(byte: UInt8(ascii: isObject ? "}" : "]"))
  }

  /// Appends a JSON string literal of text that is known to be UTF-8.
  private mutating func write(jsonBytes text: ArraySlice<UInt8>) {
    let isPlain = text.allSatisfy {
      $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
    }
    guard isPlain else { return write(jsonString: String(decoding: text, as: UTF8.self)) }
    write(byte: UInt8(ascii: "\""))
    write(contentsOf: text)
    write(byte: UInt8(ascii: "\""))
  }
}
