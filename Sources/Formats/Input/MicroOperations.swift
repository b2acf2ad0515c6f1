import Histories

/// The micro-operations of transactions, `[["r",x,null],["append",y,1]]`.
enum MicroOperations {
  /// Whether a value is a list of `[function, key, value]`: an event without a function that
  /// carries such a list is a transaction, as the tools that check only these write it.
  static func isTransaction(_ id: ValueID, in values: ValueTable) -> Bool {
    guard id >= 0, values.kind(of: id) == .list else { return false }
    let operations = values.parts(of: id)
    return !operations.isEmpty
      && operations.allSatisfy { operation in
        let parts = values.parts(of: operation)
        guard values.kind(of: operation) == .list, parts.count == 3, let name = parts.first
        else { return false }
        return values.kind(of: name) == .keyword || values.kind(of: name) == .string
      }
  }
}

extension Event.Kind {
  /// The kind that a word of a history file names.
  init?(word: UnsafeRawBufferPointer) {
    guard let first = word.first else { return nil }
    let kind: Event.Kind =
      switch (first, word.count) {
      case (UInt8(ascii: "o"), 2): .ok
      case (UInt8(ascii: "f"), 4): .fail
      case (UInt8(ascii: "i"), 4): .info
      case (UInt8(ascii: "i"), 6): .invoke
      default: .ok
      }
    guard word.elementsEqual(kind.word) else { return nil }
    self = kind
  }

  /// The bytes of ``name``, without making a string.
  var word: UnsafeBufferPointer<UInt8> {
    let text: StaticString =
      switch self {
      case .invoke: "invoke"
      case .ok: "ok"
      case .fail: "fail"
      case .info: "info"
      }
    return UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
  }
}
