import Base

/// One operation of a script: what a client does when, instead of what it draws.
public struct ScriptedOperation: Sendable, Equatable {
  /// When it is invoked, nanoseconds from the start of the clients; later while its client waits.
  public var at: Int64
  /// The client, from 0.
  public var client: Int
  /// The node that is asked, from 0.
  public var node: Int
  /// The key's number.
  public var key: Int
  /// The function, in the words of the history.
  public var function: String
  /// The value of the invocation.
  public var value: JSON

  package init(at: Int64, client: Int, node: Int, key: Int, function: String, value: JSON) {
    self.at = at
    self.client = client
    self.node = node
    self.key = key
    self.function = function
    self.value = value
  }
}

extension ScriptedOperation {
  /// The operation as a plan writes it.
  var json: JSON {
    [
      "at": JSON(duration: at), "client": JSON(client), "node": JSON(node), "key": JSON(key),
      "f": .string(function), "value": value,
    ]
  }

  /// Reads one; nil for what is none.
  init?(_ json: JSON) {
    let known: Set<String> = ["at", "client", "node", "key", "f", "value"]
    let place = { (name: String) -> Int? in
      json[name].map { $0.integer.flatMap { Int(exactly: $0) }.flatMap { $0 < 0 ? nil : $0 } } ?? 0
    }
    guard let members = json.members, members.allSatisfy({ known.contains($0.name) }),
      let at = json["at"]?.string.flatMap(Units.nanoseconds), at >= 0,
      let client = place("client"), let node = place("node"), let key = place("key"),
      let function = json["f"]?.string
    else { return nil }
    self.init(
      at: at, client: client, node: node, key: key, function: function,
      value: json["value"] ?? .null)
  }
}
