import Histories

/// What words of other logs mean here, where a map does not say it.
///
/// A word that may mean two things is not among them: `error` may be a refusal or a time-out.
public enum MapWords {
  /// What an event is, or how an operation ended.
  public enum Outcome: String, Sendable, CaseIterable {
    case invoke, ok, fail, info

    var kind: Event.Kind {
      switch self {
      case .invoke: .invoke
      case .ok: .ok
      case .fail: .fail
      case .info: .info
      }
    }
  }

  /// The outcome that a word stands for.
  public static func outcome(_ word: String) -> Outcome? { outcomes[plain(word)] }

  /// The function that a word stands for among those of a log; the word itself where it is none of
  /// another name.
  ///
  /// A log that appends to texts has `get` and `put` of its own.
  static func function(_ word: String, appendsTexts: Bool) -> String {
    let name = plain(word)
    if appendsTexts, ["get", "put", "append"].contains(name) { return name }
    return functions[name] ?? name
  }

  /// A word in small letters, with hyphens.
  static func plain(_ word: String) -> String {
    var text = ""
    var wasSmall = false
    for character in word {
      if character.isUppercase, wasSmall { text += "-" }
      wasSmall = character.isLowercase
      text += character == "_" || character == " " ? "-" : character.lowercased()
    }
    return text
  }

  static let outcomes: [String: Outcome] = [
    "invoke": .invoke, "invocation": .invoke, "call": .invoke, "begin": .invoke, "start": .invoke,
    "started": .invoke, "request": .invoke,
    "ok": .ok, "return": .ok, "returned": .ok, "success": .ok, "succeeded": .ok, "complete": .ok,
    "completed": .ok, "done": .ok, "response": .ok, "end": .ok, "true": .ok,
    "fail": .fail, "failed": .fail, "failure": .fail, "refused": .fail, "rejected": .fail,
    "info": .info, "timeout": .info, "timed-out": .info, "time-out": .info, "unknown": .info,
    "indeterminate": .info, "cancelled": .info, "canceled": .info,
  ]

  static let functions: [String: String] = [
    "get": "read", "load": "read", "r": "read", "fetch": "read",
    "set": "write", "put": "write", "store": "write", "w": "write", "update": "write",
    "del": "delete", "unset": "delete",
    "compare-and-set": "cas", "compare-and-swap": "cas", "compareandset": "cas",
    "compareandswap": "cas", "cmpxchg": "cas",
    "enq": "enqueue", "deq": "dequeue", "delete_min": "delete-min", "lock": "acquire",
    "unlock": "release",
  ]

  /// What the words of a field that is named for it say of a swap, beside true and false.
  static let swaps = ["1": true, "yes": true, "0": false, "no": false]

  /// Functions that put their argument in.
  static let puts: Set<String> = [
    "write", "add", "enqueue", "push", "insert", "append", "remove", "put",
  ]

  /// Whether a function says nothing without an argument.
  static func needsArgument(_ function: String) -> Bool {
    puts.contains(function) || ["contains", "cas", "txn"].contains(function)
  }

  /// The functions that models have; a model of one's own may have others.
  static let known: Set<String> = puts.union(asks).union([
    "contains", "cas", "txn", "acquire", "release", "delete",
  ])

  /// Functions that are invoked with nothing and answered with what they saw.
  static let asks: Set<String> = ["read", "get", "dequeue", "pop", "delete-min", "generate"]
}
