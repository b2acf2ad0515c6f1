import Base

/// What a trace of Raft says, found without the rules.
struct RaftView {
  let script: Script
  let nodes: [String]
  /// The first event that says that an index is committed.
  private(set) var firstCommit: [Int: Int] = [:]

  init(_ script: Script) {
    self.script = script
    nodes = Array(Set(script.all("boot").map(\.node))).sorted()
    var known: [String: Int] = [:]
    for event in script.events {
      switch event.kind {
      case "boot": known[event.node] = event.integer("commit")
      case "snapshot" where event["dir"] == "\"install\"":
        known[event.node] = max(known[event.node] ?? 0, event.integer("index"))
      case "commit":
        let (from, to) = (known[event.node] ?? 0, event.integer("index"))
        for index in stride(from: from + 1, through: to, by: 1) where firstCommit[index] == nil {
          firstCommit[index] = event.id
        }
        known[event.node] = max(from, to)
      default: break
      }
    }
  }

  func place(_ event: Script.Event) -> Int { script.place(event.id) }

  /// The term that an event says its node to be in.
  static func term(_ event: Script.Event) -> Int? {
    switch event.kind {
    case "boot", "vote", "leader", "append", "ack", "readindex": event.integer("term")
    case "commit": event["leaderTerm"].flatMap { Int($0) }
    default: nil
    }
  }

  /// The event that brought a node to the term that it is in at another.
  func beginning(ofTermAt event: Script.Event) -> Script.Event {
    var first = event
    for other in script.events
    where other.node == event.node && place(other) <= place(event) {
      guard let term = Self.term(other) else { continue }
      if Self.term(first) != term || place(first) > place(other) { first = other }
    }
    return first
  }

  /// The event by which a node took the office that it holds.
  func office(_ node: String, _ term: String?) -> Script.Event? {
    script.all("leader").first { $0.node == node && $0["term"] == term }
  }

  /// The event that opened an epoch.
  func opening(_ epoch: String?) -> Script.Event? {
    script.all("config", "conf").first { $0["ep"] == epoch }
  }

  /// The members that an event's epoch has.
  func members(_ event: Script.Event) -> RaftScript.Members? {
    opening(event["ep"]).map {
      RaftScript.Members(
        epoch: $0["ep"] ?? "", new: $0.names($0.kind == "config" ? "voters" : "new"),
        old: $0["old"] == nil ? nil : $0.names("old"))
    }
  }

  /// Commits by leaders of terms before one.
  func commits(before term: Int) -> [Script.Event] {
    script.all("commit").filter { $0["leaderTerm"] != nil && $0.integer("leaderTerm") < term }
  }

  /// The entries of an `append`.
  static func entries(_ event: Script.Event) -> [[Int]] {
    (event["entries"] ?? "").split(whereSeparator: { "[]".contains($0) }).filter { $0 != "," }
      .map { $0.split(separator: ",").compactMap { Int($0) } }
  }

  static func text(_ entries: [[Int]]) -> String {
    "[" + entries.map { "\($0)".filter { $0 != " " } }.joined(separator: ",") + "]"
  }
}
