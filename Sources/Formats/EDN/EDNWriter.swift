import Base
import Histories

/// Writes a whole history as Jepsen's `history.edn`: one map a line.
///
/// Text that stands for a keyword, as ``JSONLines`` reads it, becomes a keyword again.
public enum EDNWriter {
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
      write(header: header, into: &writer)
    }
    for step in history.steps() {
      let line = EventView.make(of: step, in: history)
      switch line.process {
      case .client(let number):
        writer.write("{:process ")
        writer.write(number)
      case .nemesis: writer.write("{:process :nemesis")
      }
      writer.write(", :type :")
      writer.write(contentsOf: line.kind.word)
      writer.write(", :f ")
      writer.write(ednName: line.function)
      if line.key != ValueTable.none {
        writer.write(", :key ")
        writer.write(edn: line.key, of: history.values)
      }
      if line.value != ValueTable.none {
        writer.write(", :value ")
        writer.write(edn: line.value, of: history.values)
      }
      if line.time != Event.noTime {
        writer.write(", :time ")
        writer.write(line.time)
      }
      for extra in history.extraFields(at: line.rank) {
        writer.write(", ")
        writer.write(ednName: extra.name)
        writer.write(" ")
        writer.write(edn: extra.value, of: history.values)
      }
      writer.write("}\n")
    }
  }

  private static func write(header: JSON, into writer: inout ByteWriter) {
    var values = ValueTable()
    for (index, member) in (header.members ?? []).enumerated() {
      writer.write(index == 0 ? "{" : ", ")
      writer.write(ednName: member.name)
      writer.write(" ")
      writer.write(edn: values.intern(member.value), of: values)
    }
    writer.write("}\n")
  }
}

extension ByteWriter {
  /// Appends a name as a keyword where it can be one, else as a string.
  fileprivate mutating func write(ednName name: String) {
    guard Keyword.canName(name.utf8) else { return write(ednString: name.utf8) }
    write(":")
    write(name)
  }

  /// Appends a value of a table as EDN.
  fileprivate mutating func write(edn id: ValueID, of values: ValueTable) {
    guard id >= 0 else { return write("nil") }
    switch values.kind(of: id) {
    case .null: write("nil")
    case .bool: write(id == ValueTable.true ? "true" : "false")
    case .integer: write(values.integer(id) ?? 0)
    case .decimal:
      // `M` and `N` ask the reader to keep every digit.
      let digits = values.utf8(id)
      write(contentsOf: digits)
      let isWhole = digits.allSatisfy { Words.isDigit($0) || $0 == UInt8(ascii: "-") }
      write(isWhole ? "N" : "M")
    case .string: write(ednString: values.utf8(id))
    case .keyword:
      write(":")
      write(contentsOf: values.utf8(id))
    case .list: write(parts: id, of: values, "[", "]")
    case .set: write(parts: id, of: values, "#{", "}")
    case .map: write(parts: id, of: values, "{", "}")
    }
  }

  private mutating func write(
    parts id: ValueID, of values: ValueTable, _ open: String, _ close: String
  ) {
    write(open)
    for (index, part) in values.orderedParts(of: id).enumerated() {
      if index > 0 { write(" ") }
      write(edn: part, of: values)
    }
    write(close)
  }

  private mutating func write(ednString text: some Sequence<UInt8>) {
    write("\"")
    for byte in text {
      switch byte {
      case UInt8(ascii: "\""): write("\\\"")
      case UInt8(ascii: "\\"): write("\\\\")
      case 0x0A: write("\\n")
      case 0x0D: write("\\r")
      case 0x09: write("\\t")
      case 0..<0x20:
        let hex = String(byte, radix: 16)
        write("\\u" + String(repeating: "0", count: 4 - hex.count) + hex)
      default: write(byte: byte)
      }
    }
    write("\"")
  }
}
