import Base

/// Revisions that nobody in a log made, and whether that shows that operations are missing.
///
/// Every change of etcd makes the next revision, so each up to the highest one was made by
/// somebody:
/// by an answered operation, or by one whose outcome nobody knows. That others are missing from the
/// log is certain when a key was shown with a revision that none of these can have made, and to be
/// taken for granted when the log is that of one client, one operation after another, and some
/// revision is not explained by what was shown of it; or when more revisions were shown by nobody
/// than there are operations of unknown outcome that may have made them. A log that has all that
/// was shown is taken for whole: the checker says what is wrong with it.
struct EtcdGaps {
  /// The first revisions that nobody made.
  private var first: [Int64] = []
  /// How many nobody made.
  private(set) var count = 0
  private var highest: Int64 = 1
  private let isPartial: Bool

  init(_ operations: [EtcdOperation]) {
    var made: Set<Int64> = []
    var puts: Set<[String]> = []
    var shown: [Int64: Set<[String]>] = [:]
    for operation in operations {
      if operation.isKnown {
        if operation.isWrite, let revision = operation.revision { made.insert(revision) }
        highest = max(highest, operation.revision ?? 1)
        for pair in operation.shown {
          guard let mod = pair.count > 2 ? pair[2].integer : nil else { continue }
          // A key may be shown without its value.
          shown[mod, default: []].insert([
            pair[0].description, pair[1] == .null ? "" : pair[1].description,
          ])
        }
      }
      // What somebody here wrote is no stranger's, also where the revision is another than he said.
      for put in operation.puts {
        puts.insert(put.map(\.description))
        puts.insert([put[0].description, ""])
      }
    }
    var isStrange = false
    var isExplained = true
    var previous: Int64 = 1
    let end = highest.addingReportingOverflow(1).partialValue
    for revision in made.filter({ $0 > 1 }).sorted() + [end] where revision > previous {
      let size = revision - previous - 1
      count += Int(clamping: size)
      for gap in previous + 1..<revision {
        if let seen = shown[gap] {
          if !seen.isSubset(of: puts) { isStrange = true }
        } else {
          isExplained = false
        }
        if first.count < 5 { first.append(gap) }
        // All that is left of a long one says the same.
        if first.count == 5, !isExplained, isStrange || shown.isEmpty { break }
        if gap - previous > 1_000_000 { break }
      }
      previous = revision
    }
    let open = operations.count { !$0.isKnown && $0.isWrite }
    let last = highest
    let unseen = count - shown.keys.count { $0 > 1 && $0 <= last && !made.contains($0) }
    isPartial =
      isStrange || unseen > open || !isExplained && EtcdGaps.isOneClient(operations)
  }

  /// Whether operations are those of one client: one after another, and under a new number only
  /// after one of unknown outcome.
  private static func isOneClient(_ operations: [EtcdOperation]) -> Bool {
    let sorted = operations.sorted { ($0.call, $0.line) < ($1.call, $1.line) }
    for (before, after) in zip(sorted, sorted.dropFirst()) {
      if before.isKnown || before.error != nil, after.call <= before.end { return false }
      if before.client != after.client, before.isKnown { return false }
    }
    return true
  }

  /// What is missing, in words; nil when nothing is known to be.
  func words() -> String? {
    guard isPartial, let gap = first.first else { return nil }
    let list = first.map(String.init).joined(separator: ", ")
    let others =
      count == 1
      ? "" : " (nor \(count - 1) others: \(list)\(count > first.count ? ", …" : ""))"
    return
      "revision \(gap) was made by nobody in this file\(others), so the operations of other "
      + "clients are missing; a verdict needs the operations.json of all clients, in one file or "
      + "in their folder"
  }
}
