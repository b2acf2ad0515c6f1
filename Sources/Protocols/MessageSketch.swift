import Base

/// A message for people: what kind it is, and what it says as far as that tells something.
///
/// Two messages of a kind that read the same on one link say nothing new: whoever draws them folds
/// the second. So what only numbers messages is no part of it.
public struct MessageSketch: Sendable, Equatable {
  /// What kind of message it is.
  public var name: String
  /// What it says.
  public var words: String

  /// A message of that kind that says this.
  public init(_ name: String, _ words: String) {
    self.name = name
    self.words = words
  }
}

extension PeerMessage {
  /// The `type`, and every member that is a number or a word; of lists their length.
  public var sketch: MessageSketch {
    let body = body
    let words = (body.members ?? []).compactMap { member -> String? in
      switch member.value {
      case .bool, .integer, .number, .string:
        member.name == "type" ? nil : "\(member.name) \(member.value.said)"
      case .array(let elements): "\(elements.count) \(member.name)"
      case .null, .object: nil
      }
    }
    return MessageSketch(body["type"]?.string ?? "message", words.joined(separator: ", "))
  }
}

extension ClientRequest {
  /// A client's request.
  public var sketch: MessageSketch { MessageSketch("request", operation.words) }
  /// The request as it stands in messages between nodes.
  public var body: JSON { json }
}

extension Operation {
  /// `write k0 3`, `read k0`, `cas k0 3→4`.
  public var words: String {
    switch self {
    case .read(let key): "read \(key.named)"
    case .write(let key, let value): "write \(key.named) \(value.said)"
    case .compareAndSet(let key, let from, let to): "cas \(key.named) \(from.said)→\(to.said)"
    }
  }
}

extension OperationResult {
  /// `done`, `value 3`, `error 11: no leader`.
  public var words: String {
    switch self {
    case .value(let value): "value \(value.said)"
    case .done: "done"
    case .error(let code, let text): "error \(code.rawValue): \(text)"
    }
  }
}

extension Reply {
  /// A node's answer to a client.
  public var sketch: MessageSketch { MessageSketch("answer", result.words) }
}

extension JSON {
  /// A value in a sentence: a text without quotes.
  var said: String { string ?? description }
  /// A key in a sentence; a number by the name that it has in histories.
  var named: String { integer.map { "k\($0)" } ?? said }
}
