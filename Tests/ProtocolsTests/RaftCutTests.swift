import Base
import Testing

@testable import Protocols

/// Moments of a Raft cluster that cannot be, and their neighbours that can.
struct RaftCutTests {
  private static func entry(_ term: Int64, _ value: Int = 0) -> RaftEntry {
    RaftEntry(
      term: term,
      request: ClientRequest(client: "c", id: 1, operation: .write(key: "x", value: JSON(value))))
  }

  /// A node that has seen nothing but those entries.
  private static func node(
    _ place: Int, term: Int64 = 3, _ entries: [RaftEntry] = [], commit: Int64 = 0,
    base: RaftPosition = RaftPosition(index: 0, term: 0)
  ) -> RaftView {
    var log = RaftLog()
    log.compact(to: base)
    for entry in entries { log.append(entry) }
    return RaftView(
      name: "n\(place + 1)", role: .follower, term: term, vote: nil, leader: nil, voters: [],
      commit: commit, log: log, matches: [])
  }

  private static func leader(
    _ place: Int, term: Int64 = 3, _ entries: [RaftEntry] = [], commit: Int64 = 0,
    matches: [Int64] = [0, 0, 0]
  ) -> RaftView {
    var view = node(place, term: term, entries, commit: commit)
    view.role = .leader
    view.matches = matches
    return view
  }

  /// The invariant that three nodes, and messages from the first to the second, break.
  private static func broken(
    _ nodes: [RaftView], _ messages: [RaftMessage] = []
  ) -> String? {
    let others = (nodes.count..<3).map { node($0) }
    let underWay = messages.map { GlobalState<RaftNode>.UnderWay(from: 0, to: 1, message: $0) }
    let all = nodes + others
    let found = RaftSafety().breach(in: .init(nodes: all, underWay: underWay))
    // What live nodes say of themselves says the same.
    let told = all.compactMap { try? RaftView(reading: $0.json) }
    #expect(RaftSafety().breach(in: .init(nodes: told, underWay: underWay)) == found)
    return found?.invariant
  }

  private static func append(
    _ term: Int64, after index: Int64, _ previous: Int64, commit: Int64 = 0, _ entries: [RaftEntry]
  ) -> RaftMessage {
    .appendEntries(
      .init(
        term: term, round: 1, previous: RaftPosition(index: index, term: previous),
        commit: commit, entries: entries))
  }

  @Test func aTermHasOneLeader() {
    #expect(Self.broken([Self.leader(0), Self.leader(1, term: 4)]) == nil)
    #expect(Self.broken([Self.leader(0), Self.leader(1)]) == "election safety")
    // A leader may be known by his messages, and by those who follow him.
    let heartbeat = Self.append(3, after: 0, 0, [])
    #expect(Self.broken([Self.node(0), Self.node(1)], [heartbeat]) == nil)
    #expect(Self.broken([Self.node(0), Self.leader(1)], [heartbeat]) == "election safety")
    var follower = Self.node(1)
    follower.leader = "n3"
    #expect(Self.broken([Self.leader(0), follower]) == "election safety")
    follower.leader = "n1"
    #expect(Self.broken([Self.leader(0), follower]) == nil)
    let snapshot = RaftMessage.installSnapshot(
      .init(
        term: 3, round: 1, position: RaftPosition(index: 2, term: 1), offset: 0, bytes: [],
        isLast: false))
    #expect(Self.broken([Self.node(0), Self.leader(1)], [snapshot]) == "election safety")
  }

  @Test func aNodeHasOneVoteATerm() {
    let granted = RaftMessage.vote(term: 3, isGranted: true, isPreVote: false)
    var voter = Self.node(0)
    voter.vote = "n2"
    #expect(Self.broken([voter, Self.node(1)], [granted]) == nil)
    voter.vote = "n3"
    #expect(Self.broken([voter, Self.node(1)], [granted]) == "one vote a term")
    for other in [
      RaftMessage.vote(term: 3, isGranted: false, isPreVote: false),
      .vote(term: 3, isGranted: true, isPreVote: true),
      .vote(term: 2, isGranted: true, isPreVote: false),
    ] { #expect(Self.broken([voter, Self.node(1)], [other]) == nil) }
    var candidate = Self.node(2)
    candidate.voters = ["n1", "n3"]
    #expect(Self.broken([voter, Self.node(1), candidate]) == nil)
    #expect(Self.broken([Self.node(0), Self.node(1), candidate], [granted]) == "one vote a term")
    let asks = RaftMessage.requestVote(term: 3, lastIndex: 0, lastTerm: 0, .plain)
    #expect(Self.broken([voter, Self.node(1)], [asks]) == "one vote a term")
    let wonders = RaftMessage.requestVote(term: 3, lastIndex: 0, lastTerm: 0, .preVote)
    #expect(Self.broken([voter, Self.node(1)], [wonders]) == nil)
  }

  @Test func logsMatch() {
    let log = [Self.entry(1), Self.entry(2)]
    #expect(Self.broken([Self.node(0, log), Self.node(1, [Self.entry(1), Self.entry(3)])]) == nil)
    #expect(
      Self.broken([Self.node(0, log), Self.node(1, [Self.entry(1), Self.entry(2, 9)])])
        == "log matching")
    // The entry is the same, and what comes before is not.
    let forked = [Self.entry(2), Self.entry(2)]
    #expect(Self.broken([Self.node(0, log), Self.node(1, forked)]) == "log matching")
    let based = Self.node(1, [Self.entry(2)], commit: 1, base: RaftPosition(index: 1, term: 2))
    #expect(Self.broken([Self.node(0, log), based]) == "log matching")
    let message = Self.append(3, after: 1, 1, [Self.entry(2, 9)])
    #expect(Self.broken([Self.node(0), Self.node(1, log)], [message]) == "log matching")
  }

  @Test func whatIsCommittedIsTheSameEverywhere() {
    let log = [Self.entry(1), Self.entry(2)]
    let other = [Self.entry(1), Self.entry(3)]
    let first = Self.node(0, log, commit: 2)
    #expect(Self.broken([first, Self.node(1, other, commit: 1)]) == nil)
    #expect(Self.broken([first, Self.node(1, other, commit: 2)]) == "state machine safety")
    let snapshot = Self.node(1, commit: 2, base: RaftPosition(index: 2, term: 3))
    #expect(Self.broken([first, snapshot]) == "state machine safety")
    for (commit, isWrong) in [(1, false), (2, true)] as [(Int64, Bool)] {
      let message = Self.append(3, after: 0, 0, commit: commit, other)
      let broken = Self.broken([Self.node(0), Self.node(1, log, commit: 2)], [message])
      #expect(broken == (isWrong ? "state machine safety" : nil))
    }
    let previous = Self.append(3, after: 2, 3, commit: 2, [])
    #expect(Self.broken([first], [previous]) == "state machine safety")
    let sent = RaftMessage.installSnapshot(
      .init(
        term: 3, round: 1, position: RaftPosition(index: 2, term: 1), offset: 0, bytes: [],
        isLast: false))
    #expect(Self.broken([first], [sent]) == "state machine safety")
  }

  @Test func aLeaderHasWhatIsCommitted() {
    let log = [Self.entry(1), Self.entry(2)]
    #expect(Self.broken([Self.leader(0, log), Self.node(1, log, commit: 2)]) == nil)
    let short = Self.leader(0, [Self.entry(1)])
    #expect(Self.broken([short, Self.node(1, log, commit: 1)]) == nil)
    #expect(Self.broken([short, Self.node(1, log, commit: 2)]) == "leader completeness")
    // A leader of an older term need not know what was committed since.
    #expect(Self.broken([short, Self.node(1, term: 4, log, commit: 2)]) == nil)
  }

  @Test func whoAcknowledgedEntriesHasThem() {
    let log = [Self.entry(1), Self.entry(3)]
    let other = [Self.entry(1), Self.entry(2)]
    let leader = Self.leader(0, log, matches: [0, 2, 0])
    #expect(Self.broken([leader, Self.node(1, log)]) == nil)
    let invariant = "acknowledged entries are kept"
    #expect(Self.broken([leader, Self.node(1, [Self.entry(1)])]) == invariant)
    #expect(Self.broken([leader, Self.node(1, other)]) == invariant)
    // In a later term another leader may have taken them away.
    #expect(Self.broken([leader, Self.node(1, term: 4, other)]) == nil)
    let told = RaftMessage.appended(term: 3, round: 1, match: 2)
    #expect(Self.broken([Self.node(0, log)], [told]) == nil)
    #expect(Self.broken([Self.node(0, [Self.entry(1)])], [told]) == invariant)
    #expect(Self.broken([Self.node(0, term: 4, [Self.entry(1)])], [told]) == nil)
  }

  /// What a cut keeps is what the node is.
  @Test func aViewIsOfTheNode() throws {
    var bench = try RaftNodeTests.Bench(of: 3)
    bench.elect()
    bench.take(.request(RaftNodeTests.write), at: RaftNodeTests.second)
    bench.hear("n3", .appended(term: 1, round: 1, match: 2))
    let view = RaftSafety().view(of: bench.node)
    #expect(view.name == "n1" && view.role == .leader && view.term == 1 && view.vote == "n1")
    #expect(view.voters.contains("n2") && view.commit == 2 && view.log == bench.node.log)
    #expect(view.matches == [0, 0, 2])
    let follower = RaftSafety().view(of: try RaftNodeTests.Bench("n2").node)
    #expect(follower.matches == [] && follower.voters == [])
  }
}
