extension QuorumRegisterMessage {
  /// The message with its operation's number, by which question and answer belong together.
  public var sketch: MessageSketch {
    switch self {
    case .query(let operation, let key): MessageSketch("query", "\(operation): \(key.named)")
    case .state(let operation, let state): MessageSketch("state", "\(operation): \(state.words)")
    case .store(let operation, let key, let state):
      MessageSketch("store", "\(operation): \(key.named), \(state.words)")
    case .stored(let operation): MessageSketch("stored", "\(operation)")
    }
  }
}

extension Versioned {
  fileprivate var words: String {
    version == .none ? "nothing" : "\(value.said), version \(version)"
  }
}
