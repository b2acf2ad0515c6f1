extension RaftMessage {
  /// The message without the number of its round.
  public var sketch: MessageSketch {
    switch self {
    case .requestVote(let term, let lastIndex, let lastTerm, let kind):
      MessageSketch(
        kind == .preVote ? "pre-vote request" : "vote request",
        "term \(term), log up to \(lastIndex)" + (lastIndex > 0 ? " of term \(lastTerm)" : ""))
    case .vote(let term, let isGranted, let isPreVote):
      MessageSketch(
        isPreVote ? "pre-vote" : "vote", "term \(term), \(isGranted ? "granted" : "refused")")
    case .appendEntries(let append): append.sketch
    case .appended(let term, _, let match):
      MessageSketch("appended", "term \(term), up to \(match)")
    case .refused(let term, _, let conflictIndex, _):
      MessageSketch("refused", "term \(term), back to \(conflictIndex)")
    case .installSnapshot(let chunk): chunk.sketch
    case .chunkTaken(let term, _, let index, let offset):
      MessageSketch("chunk taken", "term \(term), \(offset) bytes of the snapshot up to \(index)")
    case .timeoutNow(let term): MessageSketch("stand now", "term \(term)")
    case .forward(let request): MessageSketch("forward", request.operation.words)
    case .forwardReply(_, _, let result, _): MessageSketch("forward reply", result.words)
    }
  }
}

extension RaftMessage.SnapshotChunk {
  fileprivate var sketch: MessageSketch {
    let part = isLast && offset == 0 ? "" : ", \(isLast ? "the last" : "\(bytes.count)") bytes"
    return MessageSketch("snapshot", "term \(term), up to \(position.index)\(part)")
  }
}

extension RaftMessage.AppendEntries {
  /// So many entries are told.
  private static var mostTold: Int { 2 }

  fileprivate var sketch: MessageSketch {
    guard !entries.isEmpty else {
      return MessageSketch("heartbeat", "term \(term), committed \(commit)")
    }
    let told = entries.prefix(Self.mostTold).map {
      $0.request?.operation.words ?? $0.membership?.words ?? "begin of term \($0.term)"
    }
    let rest = entries.count - told.count
    return MessageSketch(
      "append",
      "term \(term), entry \(previous.index + 1): \(told.joined(separator: ", "))"
        + (rest > 0 ? " and \(rest) more" : ""))
  }
}
