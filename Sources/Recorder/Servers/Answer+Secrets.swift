import Drivers

extension Answer {
  /// Hides secrets where the server's words repeat them: some repeat commands they do not know.
  mutating func hide(_ secrets: [String: Secret]) {
    guard !secrets.isEmpty else { return }
    switch outcome {
    case .ok: break
    case .refused(let why): outcome = .refused(Answer.hide(secrets, in: why))
    case .unknown(let why): outcome = .unknown(Answer.hide(secrets, in: why))
    }
  }

  private static func hide(_ secrets: [String: Secret], in words: String) -> String {
    // The longest first, so that a secret that is part of another leaves nothing of it.
    secrets.values.sorted {
      ($0.revealed.utf8.count, $0.revealed) > ($1.revealed.utf8.count, $1.revealed)
    }
    .reduce(words) { $1.hidden(in: $0) }
  }
}
