import Histories

/// One part of a transaction, `["read",k,v]` or `["write",k,v]`; `r` and `w` are short for them.
struct MicroOperation {
  var isWrite: Bool
  var key: ValueID
  var value: ValueID

  /// Whether this part as invoked may have completed as the other.
  func isAnswered(by other: MicroOperation) -> Bool {
    isWrite == other.isWrite && key == other.key && (!isWrite || value == other.value)
  }

  /// The parts of a transaction's value.
  static func all(
    of call: Call, _ value: ValueID, _ values: ValueTable
  ) throws(CheckError) -> [MicroOperation] {
    let expected = "a list of [\"read\",key,null] and [\"write\",key,value]"
    guard value >= 0, values.kind(of: value) == .list else {
      throw call.wrong(value, expected, values)
    }
    var all: [MicroOperation] = []
    for part in values.parts(of: value) {
      let words = Array(values.parts(of: part))
      guard values.kind(of: part) == .list, words.count == 3 else {
        throw call.wrong(value, expected, values)
      }
      switch values.string(words[0]) {
      case "read", "r": all.append(MicroOperation(isWrite: false, key: words[1], value: words[2]))
      case "write", "w": all.append(MicroOperation(isWrite: true, key: words[1], value: words[2]))
      case "append":
        throw call.wrong(
          value,
          expected + "; appending to lists (Elle's list-append, Maelstrom's txn-list-append) is "
            + "what no model of plumbline's is about", values)
      default: throw call.wrong(value, expected, values)
      }
    }
    return all
  }

  /// Whether a transaction writes nothing.
  static func isReadOnly(_ value: ValueID, _ values: ValueTable) -> Bool {
    values.parts(of: value).allSatisfy {
      let name = values.parts(of: $0).first.flatMap { values.string($0) }
      return name == "read" || name == "r"
    }
  }
}
