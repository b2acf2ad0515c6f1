import Base
import Histories

/// Jepsen's test map, where a file holds one before its operations.
enum TestMap {
  /// Models by the names that Knossos and Jepsen's tests give them.
  private static let models = [
    "Register": "register", "CASRegister": "cas-register", "MultiRegister": "multi-register",
    "Mutex": "lock", "Set": "set", "UnorderedQueue": "bag", "FIFOQueue": "queue",
    "register": "register", "cas-register": "cas-register", "multi-register": "multi-register",
    "mutex": "lock", "set": "set", "unordered-queue": "bag", "fifo-queue": "queue",
    "counter": "counter",
  ]

  /// The header that says what the text of a test map says: its `:model`, as a word or as a record
  /// of Knossos; nil when it names none that there is.
  static func header(of text: some Collection<UInt8>) -> JSON? {
    let words = text.split { isBreak($0) }
    for (place, word) in words.enumerated() {
      var name = word[...]
      if word.elementsEqual(":model".utf8), place + 1 < words.count {
        name = words[place + 1][...]
      } else if !word.starts(with: "#knossos.model.".utf8) {
        continue
      }
      if name.starts(with: "#knossos.model.".utf8) {
        name = name.dropFirst("#knossos.model.".utf8.count)
      }
      if name.first == UInt8(ascii: ":") { name = name.dropFirst() }
      let model = models[String(decoding: name, as: UTF8.self)]
      if let model { return ["plumbline": 1, "model": .string(model)] }
    }
    return nil
  }

  /// Whether an event's further fields are those of a test map.
  static func hasFields(_ names: [String]) -> Bool {
    names.contains("model")
      || names.contains("name")
        && ["nodes", "concurrency", "checker"].contains(where: names.contains)
  }

  private static func isBreak(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: " "), UInt8(ascii: ","), UInt8(ascii: "{"), UInt8(ascii: "}"),
      UInt8(ascii: "\""), 0x09...0x0D:
      true
    default: false
    }
  }
}
