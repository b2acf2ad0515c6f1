import Base

extension Reply {
  /// The body of the answer as it travels, as in Maelstrom's `lin-kv`.
  ///
  /// - Parameters:
  ///   - answer: the type of the answer if all went well: `read_ok`.
  ///   - request: the number of the request.
  /// - Returns: one object with `type` first.
  public func body(answer: String, to request: Int64) -> JSON {
    var members: [JSON.Member] = []
    switch result {
    case .value(let value): members = [.init("type", .string(answer)), .init("value", value)]
    case .done: members = [.init("type", .string(answer))]
    case .error(let code, let text):
      members = [
        .init("type", "error"), .init("code", .integer(code.rawValue)),
        .init("text", .string(text)),
      ]
    }
    members.append(.init("in_reply_to", .integer(request)))
    members.append(.init("node", .string(node)))
    if let evidence { members += evidence.members }
    return .object(members)
  }
}
