import Base

/// Leases and compactions that answers rest on and that nobody in a log made: then the operations
/// of other clients are missing, or the server is wrong, and nobody can say which.
struct EtcdStrangers {
  /// What was done by nobody here, in words, with its kind; the first of each.
  private(set) var found: [(kind: String, words: String)] = []

  init(_ operations: [EtcdOperation]) {
    let grants = operations.filter { $0.function == "grant" }
    let granted = Set(grants.compactMap { $0.answer["lease"]?.integer ?? $0.request.integer })
    // A grant of which nobody knows the lease may be that of any.
    let isOpen = grants.contains { $0.answer["lease"] == nil && $0.request == .null }
    let used = operations.lazy.flatMap(\.leases).first { !granted.contains($0) }
    if let used, !isOpen {
      found.append(("missing-lease", "lease \(used) was granted by nobody in this file"))
    }
    let compacted =
      operations.filter { $0.function == "compact" && $0.answer["error"] == nil }
      .compactMap { $0.request.integer }.max() ?? 0
    for operation in operations where operation.answer["error"] == "compacted" {
      let asked = operation.request["revision"]?.integer ?? operation.request.integer ?? 0
      guard asked > compacted else { continue }
      found.append(
        ("missing-compaction", "revision \(asked) was compacted by nobody in this file"))
      break
    }
  }

  /// What is missing, in words.
  static func words(_ what: String) -> String {
    what + ", so the operations of other clients are missing; a verdict needs the operations.json "
      + "of all clients, in one file or in their folder"
  }
}
