import Base
import Histories

/// Appends single events as JSON lines: what a recorder writes while it runs.
public enum JSONLinesEncoder {
  /// Appends the header line, `{"plumbline":1,…}`.
  public static func write(header members: [(String, JSON)], into writer: inout ByteWriter) {
    writer.write("{\"plumbline\":1")
    for (name, value) in members {
      writer.write(byte: UInt8(ascii: ","))
      writer.write(jsonString: name)
      writer.write(byte: UInt8(ascii: ":"))
      writer.write(value)
    }
    writer.write("}\n")
  }

  /// Appends an event that happened at a time, nanoseconds from the start of the run.
  public static func write(_ entry: HistoryEntry, time: Int64, into writer: inout ByteWriter) {
    write(
      entry.kind, process: entry.process, function: entry.function, key: entry.key,
      value: entry.value, time: time, extras: entry.extras, into: &writer)
  }

  /// Appends one event and a newline.
  ///
  /// No key is nil, and `.null` is a key of its own; a nil `value` leaves the member out; `time` is
  /// nanoseconds from the start of the run. The `extras` come in order between the value and the
  /// time; their names must not be those of the contract.
  public static func write(
    _ kind: Event.Kind, process: Event.Process, function: String, key: JSON? = nil,
    value: JSON? = nil, time: Int64? = nil, extras: [(String, JSON)] = [],
    into writer: inout ByteWriter
  ) {
    begin(kind, process: process, function: function, into: &writer)
    if let key {
      writer.write(",\"key\":")
      writer.write(key)
    }
    if let value {
      writer.write(",\"value\":")
      writer.write(value)
    }
    for (name, extra) in extras {
      writer.write(byte: UInt8(ascii: ","))
      writer.write(jsonString: name)
      writer.write(byte: UInt8(ascii: ":"))
      writer.write(extra)
    }
    end(time: time ?? Event.noTime, into: &writer)
  }

  static func begin(
    _ kind: Event.Kind, process: Event.Process, function: String, into writer: inout ByteWriter
  ) {
    switch process {
    case .nemesis: writer.write("{\"process\":\"nemesis\",\"type\":\"")
    case .client(let number):
      writer.write("{\"process\":")
      writer.write(number)
      writer.write(",\"type\":\"")
    }
    writer.write(contentsOf: kind.word)
    writer.write("\",\"f\":")
    writer.write(jsonString: function)
  }

  static func end(time: Int64, into writer: inout ByteWriter) {
    if time != Event.noTime {
      writer.write(",\"time\":")
      writer.write(time)
    }
    writer.write("}\n")
  }
}
