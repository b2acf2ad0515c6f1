import Base
import Testing

@testable import Protocols

/// One node, driven by hand.
struct RaftNodeTests {
  static let second: Int64 = 1_000_000_000
  static let write = ClientRequest(
    client: "c1", id: 1, operation: .write(key: "x", value: 1))

  /// A node, its disk and what it said last.
  struct Bench {
    var node: RaftNode
    var disk: [[UInt8]]
    var effects: [RaftNode.Effect] = []

    init(
      _ name: String = "n1", of count: Int = 5, bug: RaftBug? = nil, disk: [[UInt8]] = [],
      knobs: [String: String] = [:]
    ) throws {
      let members = (1...count).map { "n\($0)" }
      var setup = NodeSetup(
        name: name, members: members, seed: 1, bugs: bug.map { [$0.rawValue] } ?? [])
      setup.knobs = knobs
      node = try RaftNode(setup, recovering: disk)
      self.disk = disk
      take(.start, at: 0)
    }

    mutating func take(_ input: RaftNode.Input, at now: Int64) {
      effects = node.receive(input, at: now)
      for effect in effects {
        switch effect {
        case .persist(let record): disk.append(record)
        case .replaceDurable(let records): disk = records
        default: break
        }
      }
    }

    mutating func hear(_ peer: String, _ message: RaftMessage, at now: Int64 = second) {
      take(.message(from: peer, message), at: now)
    }

    /// Makes the node stand and win.
    mutating func elect() {
      take(.timer(.election), at: second)
      if node.role == .preVote {
        for peer in ["n2", "n3"] {
          hear(peer, .vote(term: node.term + 1, isGranted: true, isPreVote: true))
        }
      }
      for peer in ["n2", "n3"] {
        hear(peer, .vote(term: node.term, isGranted: true, isPreVote: false))
      }
    }

    var replies: [OperationResult] {
      effects.compactMap {
        if case .reply(_, _, let reply) = $0 { return reply.result }
        return nil
      }
    }

    var sent: [RaftMessage] {
      effects.compactMap {
        if case .send(_, let message) = $0 { return message }
        return nil
      }
    }
  }

  static let figure8Disk = [
    #"{"type":"term","term":3,"vote":null}"#,
    #"{"type":"entries","from":1,"entries":[{"term":1},{"term":2}]}"#,
  ].map { Array($0.utf8) }

  /// Figure 8 (c) to (e): S1 leads term 4 and spreads the entry of term 2, then S5 of term 5
  /// overwrites it.
  @Test(arguments: [nil, RaftBug.commitsOldTerms])
  func figure8(bug: RaftBug?) throws {
    var leader = try Bench(bug: bug, disk: RaftNodeTests.figure8Disk)
    leader.elect()
    #expect(leader.node.role == .leader)
    #expect(leader.node.term == 4)
    for peer in ["n2", "n3"] { leader.hear(peer, .appended(term: 4, round: 1, match: 2)) }
    #expect(leader.node.commit == (bug == nil ? 0 : 2))
    leader.hear(
      "n5",
      .appendEntries(
        .init(
          term: 5, round: 1, previous: RaftPosition(index: 1, term: 1), commit: 0,
          entries: [RaftEntry(term: 3, request: nil)])))
    #expect(leader.node.log.last == RaftPosition(index: 2, term: 3))
    #expect(leader.node.applied == (bug == nil ? 0 : 2))
  }

  @Test func anEntryOfTheOwnTermCommitsTheOlderOnes() throws {
    var leader = try Bench(disk: RaftNodeTests.figure8Disk)
    leader.elect()
    leader.hear("n2", .appended(term: 4, round: 1, match: 3))
    #expect(leader.node.commit == 0)
    leader.hear("n3", .appended(term: 4, round: 1, match: 3))
    #expect(leader.node.commit == 3)
  }

  @Test(arguments: [nil, RaftBug.forgetsVote])
  func aVoteSurvivesARestart(bug: RaftBug?) throws {
    let ask = RaftMessage.requestVote(term: 7, lastIndex: 0, lastTerm: 0, .plain)
    var voter = try Bench(bug: bug)
    voter.hear("n2", ask)
    #expect(voter.sent == [.vote(term: 7, isGranted: true, isPreVote: false)])
    voter.hear("n3", ask)
    #expect(voter.sent == [.vote(term: 7, isGranted: false, isPreVote: false)])
    var restarted = try Bench(bug: bug, disk: voter.disk)
    restarted.hear("n3", ask)
    #expect(restarted.sent == [.vote(term: 7, isGranted: bug != nil, isPreVote: false)])
    #expect(voter.disk.isEmpty == (bug != nil))
  }

  @Test func theVoteIsDurableBeforeItIsSent() throws {
    var voter = try Bench()
    voter.hear("n2", .requestVote(term: 7, lastIndex: 0, lastTerm: 0, .plain))
    let lastPersist = voter.effects.lastIndex {
      if case .persist = $0 { return true }
      return false
    }
    let firstSend = voter.effects.firstIndex {
      if case .send = $0 { return true }
      return false
    }
    #expect(try #require(lastPersist) < (try #require(firstSend)))
    #expect(
      String(decoding: try #require(voter.disk.last), as: UTF8.self)
        == #"{"type":"term","term":7,"vote":"n2"}"#)
  }

  @Test(arguments: [nil, RaftBug.lostLog])
  func theLogSurvivesARestart(bug: RaftBug?) throws {
    var leader = try Bench(of: 1, bug: bug)
    leader.take(.timer(.election), at: RaftNodeTests.second)
    leader.take(.request(RaftNodeTests.write), at: RaftNodeTests.second)
    #expect(leader.replies == [.done])
    let restarted = try Bench(of: 1, bug: bug, disk: leader.disk)
    #expect(restarted.node.term == 1)
    #expect(restarted.node.log.lastIndex == (bug == nil ? 2 : 0))
  }

  @Test func acksBeforeQuorumAnswersAlone() throws {
    var honest = try Bench()
    honest.elect()
    honest.take(.request(RaftNodeTests.write), at: RaftNodeTests.second)
    #expect(honest.replies == [])
    var hasty = try Bench(bug: .acksBeforeQuorum)
    hasty.elect()
    hasty.take(.request(RaftNodeTests.write), at: RaftNodeTests.second)
    #expect(hasty.replies == [.done])
  }

  @Test func theDurableLogReadsBackAfterCompaction() throws {
    var configuration = RaftConfiguration()
    configuration.compactionThreshold = 10
    let setup = NodeSetup(name: "n1", members: ["n1"], seed: 1)
    var bench = try Bench(of: 1)
    bench.node = try RaftNode(setup, configuration: configuration, recovering: [])
    bench.take(.start, at: 0)
    bench.take(.timer(.election), at: RaftNodeTests.second)
    for number in 1...25 as ClosedRange<Int64> {
      let request = ClientRequest(
        client: "c\(number % 3)", id: number,
        operation: .write(key: .integer(number % 4), value: .integer(number)))
      bench.take(.request(request), at: RaftNodeTests.second)
    }
    #expect(bench.node.snapshot?.position == RaftPosition(index: 20, term: 1))
    #expect(bench.disk.count == 2 + 6)
    var restarted = try RaftNode(setup, configuration: configuration, recovering: bench.disk)
    #expect(restarted.log == bench.node.log)
    _ = restarted.receive(.start, at: 0)
    _ = restarted.receive(.timer(.election), at: RaftNodeTests.second)
    #expect(restarted.machine.json == bench.node.machine.json)
  }

  /// The timer's time has come by the host's clock, and not by what it shows: it is set once more,
  /// for otherwise nobody would stand for election until the clock is where it was.
  @Test func aClockThatGoesBackKeepsNobodyFromStanding() throws {
    var bench = try Bench()
    bench.take(.timer(.election), at: 100 * RaftNodeTests.second)
    #expect(bench.node.role == .preVote)
    bench.hear("n2", .vote(term: 0, isGranted: false, isPreVote: true), at: RaftNodeTests.second)
    bench.take(.timer(.election), at: RaftNodeTests.second + 1)
    let delays = bench.effects.compactMap { effect -> Int64? in
      if case .setTimer(.election, let delay) = effect { delay } else { nil }
    }
    let delay = try #require(delays.first)
    #expect(delays.count == 1 && (1...300_000_000).contains(delay))
    bench.take(.timer(.election), at: RaftNodeTests.second + 1 + delay)
    #expect(bench.sent.count == 4)
  }

  static let rotten: [(String, String)] = [
    ("nonsense", "durable record 1 of n1: 1:1: found “n”, expected a value (strings need quotes)"),
    (#"{"type":"will"}"#, "durable record 1 of n1: “will” is no durable record of raft"),
    (
      #"{"type":"entries","from":3,"entries":[]}"#,
      "durable record 1 of n1: entries from 3 do not continue a log that ends at 0"
    ),
  ]

  @Test(arguments: rotten)
  func aRottenRecordIsAnErrorInWords(record: String, message: String) {
    let failure = #expect(throws: Failure.self) { try Bench(disk: [Array(record.utf8)]) }
    #expect(failure == Failure(.badInput, message))
  }

  @Test func wrongSetupsAreErrorsInWords() {
    let unknown = #expect(throws: Failure.self) {
      try RaftNode(
        NodeSetup(name: "n1", members: ["n1"], seed: 1, bugs: ["stale-read"]), recovering: [])
    }
    #expect(
      unknown
        == Failure(
          .usage,
          "raft has no bug “stale-read”; did you mean stale-reads? Known: stale-reads, "
            + "forgets-vote, commits-old-terms, acks-before-quorum, lost-log, counts-old-votes, "
            + "commit-goes-back, commits-before-check, truncates-matching, empty-snapshot, "
            + "votes-while-leading, no-opening-entry, local-reads, lease-over-pause, "
            + "rolls-back-committed, compacts-tail, commit-past-end, match-goes-back, "
            + "repeats-append, reuses-read-context, changes-early"))
    let stranger = #expect(throws: Failure.self) {
      try RaftNode(NodeSetup(name: "n9", members: ["n1", "n2"], seed: 1), recovering: [])
    }
    #expect(
      stranger
        == Failure(.usage, #"node “n9” must be once among the members, found ["n1", "n2"]"#))
  }

  @Test func theCatalogueNamesEveryBug() {
    #expect(Protocols.all.map(\.name) == ["raft", "quorum-register", "paxos"])
    #expect(
      Protocols.named("raft")?.bugs.map(\.name) == [
        "stale-reads", "forgets-vote", "commits-old-terms", "acks-before-quorum", "lost-log",
        "counts-old-votes", "commit-goes-back", "commits-before-check", "truncates-matching",
        "empty-snapshot", "votes-while-leading", "no-opening-entry", "local-reads",
        "lease-over-pause", "rolls-back-committed", "compacts-tail", "commit-past-end",
        "match-goes-back", "repeats-append", "reuses-read-context", "changes-early",
      ])
    for bug in Protocols.all.flatMap(\.bugs) {
      #expect(!bug.summary.isEmpty && !bug.source.isEmpty)
      #expect(!bug.summary.hasSuffix("."))
    }
    #expect(Protocols.named("zab") == nil)
  }
}
