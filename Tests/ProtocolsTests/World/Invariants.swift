@testable import Protocols

/// The safety properties of figure 3 of the Raft paper, checked against what all nodes did so far.
struct Invariants {
  /// The first violation of each property, in words.
  private(set) var broken: [String] = []
  private var kinds: Set<String> = []
  private var leaderOfTerm: [Int64: String] = [:]
  /// What was committed at each index (index 1 first), by whoever applied it first.
  private(set) var committed: [RaftEntry] = []
  private var known: [Int64: [Int64: ClientRequest?]] = [:]

  mutating func report(_ sentence: String, kind: String = "other") {
    if kinds.insert(kind).inserted { broken.append("\(kind): \(sentence)") }
  }

  mutating func check(_ node: RaftNode, since before: RaftNode, at time: Int64) {
    if node.role == .leader, before.role != .leader {
      checkElection(node)
      checkCompleteness(node)
    }
    if node.term < before.term { report("\(node.name) went back a term", kind: "terms") }
    if node.commit < before.commit { report("\(node.name) uncommitted", kind: "commit") }
    checkApplied(node, since: before)
    checkMatching(node, since: before)
  }

  /// At most one leader can be elected in a given term.
  private mutating func checkElection(_ node: RaftNode) {
    if let other = leaderOfTerm[node.term], other != node.name {
      report("\(other) and \(node.name) lead term \(node.term)", kind: "election safety")
    }
    leaderOfTerm[node.term] = node.name
  }

  /// What was committed in an earlier term is in the logs of the leaders of later terms.
  private mutating func checkCompleteness(_ node: RaftNode) {
    guard let last = committed.lastIndex(where: { $0.term < node.term }) else { return }
    let index = Int64(last) + 1
    guard index > node.log.base.index, node.log.term(at: index) != committed[last].term else {
      return
    }
    report("\(node.name) leads term \(node.term) without entry \(index)", kind: "completeness")
  }

  /// No two nodes apply different entries at an index.
  private mutating func checkApplied(_ node: RaftNode, since before: RaftNode) {
    guard node.applied > before.applied else { return }
    for index in (before.applied + 1)...node.applied {
      guard let entry = node.log.entry(at: index) else { continue }
      if index == committed.count + 1 {
        committed.append(entry)
      } else if index <= committed.count, committed[Int(index) - 1] != entry {
        report("\(node.name) applied another entry at \(index)", kind: "state machine safety")
      }
    }
  }

  /// Entries with the same index and term are the same.
  private mutating func checkMatching(_ node: RaftNode, since before: RaftNode) {
    var index = node.log.lastIndex
    while index > node.log.base.index, let entry = node.log.entry(at: index),
      entry != before.log.entry(at: index)
    {
      if let other = known[index]?[entry.term], other != entry.request {
        report("two entries \(index) of term \(entry.term)", kind: "log matching")
      }
      known[index, default: [:]][entry.term] = .some(entry.request)
      index -= 1
    }
  }
}
