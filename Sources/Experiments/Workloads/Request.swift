import Base
import Drivers

/// One operation of the workload on one key.
package enum Request: Equatable {
  case read
  case write(JSON)
  case cas(from: JSON, to: JSON)

  /// The function in the history, and the request's type on the wire.
  package var function: String {
    switch self {
    case .read: "read"
    case .write: "write"
    case .cas: "cas"
    }
  }

  /// The value of the invocation.
  package var value: JSON {
    switch self {
    case .read: .null
    case .write(let value): value
    case .cas(let from, let to): .array([from, to])
    }
  }

  /// The body of the message, as in Maelstrom's `lin-kv`.
  package func body(id: Int64, key: Int) -> JSON {
    var members: [JSON.Member] = [
      JSON.Member("type", .string(function)), JSON.Member("msg_id", .integer(id)),
      JSON.Member("key", JSON(key)),
    ]
    switch self {
    case .read: break
    case .write(let value): members.append(JSON.Member("value", value))
    case .cas(let from, let to):
      members.append(JSON.Member("from", from))
      members.append(JSON.Member("to", to))
      if from == .null { members.append(JSON.Member("create_if_not_exists", true)) }
    }
    return .object(members)
  }
}

/// What an answer means for the history: one of three outcomes.
package enum Completion: Equatable {
  /// It took effect; with the value of the completion and further fields.
  case ok(JSON, [JSON.Member])
  /// It certainly did not take effect.
  case fail(String)
  /// Nobody knows.
  case info(String)

  /// Reads the answer to a request.
  ///
  /// Why a refused compare-and-set is `ok`: it ran, and that it found another value is an
  /// observation that must be explained (contract, “History file”).
  package init(_ body: JSON, to request: Request) {
    let type = body["type"]?.string
    if type == "error" {
      self = Completion.error(body, to: request)
    } else if type != request.function + "_ok" {
      self = .info("unexpected answer \(type ?? "without a type")")
    } else if request != .read {
      self = .ok(request.value, request.function == "cas" ? [.init("swapped", true)] : [])
    } else if let value = body["value"] {
      self = .ok(value, [])
    } else {
      self = .info("read_ok has no value")
    }
  }

  private static func error(_ body: JSON, to request: Request) -> Completion {
    guard let code = body["code"]?.integer else { return .info("error without a code") }
    let text = body["text"]?.string.map { ": \($0)" } ?? ""
    switch (code, request) {
    case (20, .read): return .ok(.null, [])
    // Who asks to create the key and hears that there is none has met a program that cannot:
    // nothing happened, and no other value was seen.
    case (20, .cas(from: .null, to: _)): return .fail("key-does-not-exist\(text)")
    case (20, .cas), (22, .cas): return .ok(request.value, [JSON.Member("swapped", false)])
    default: break
    }
    let names: [Int64: String] = [
      0: "timeout", 1: "node-not-found", 10: "not-supported", 11: "temporarily-unavailable",
      12: "malformed-request", 13: "crash", 14: "abort", 20: "key-does-not-exist",
      21: "key-already-exists", 22: "precondition-failed", 30: "txn-conflict",
    ]
    let words = "\(names[code] ?? "error \(code)")\(text)"
    let definite: Set<Int64> = [1, 10, 11, 12, 14, 20, 21, 22, 30]
    return definite.contains(code) ? .fail(words) : .info(words)
  }
}

extension Request {
  /// The question to a server, whose keys begin with `prefix`.
  package func question(key: Int, prefix: String) -> Question {
    let key = prefix + KeyChooser.name(key)
    return switch self {
    case .read: .read(key: key)
    case .write(let value): .write(key: key, value: value)
    case .cas(let from, let to): .cas(key: key, from: from, to: to)
    }
  }
}

extension Completion {
  /// What a server's answer means for the history.
  package init(_ answer: Answer, to request: Request) {
    switch (answer.outcome, request) {
    case (.ok(let value), .read): self = .ok(value, [])
    case (.ok, .write): self = .ok(request.value, [])
    case (.ok(let swapped), .cas):
      self = .ok(request.value, [JSON.Member("swapped", swapped)])
    case (.refused(let why), _): self = .fail(why)
    case (.unknown(let why), _): self = .info(why)
    }
  }
}
