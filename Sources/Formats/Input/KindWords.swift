import Histories

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
