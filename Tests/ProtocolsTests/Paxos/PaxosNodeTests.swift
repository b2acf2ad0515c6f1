import Base
import Testing

@testable import Protocols

/// One node of three, and what it says to those who are played here.
struct PaxosNodeTests {
  /// A node, its disk and what it did last.
  struct Bench {
    var node: PaxosNode
    var disk: [[UInt8]] = []
    var effects: [PaxosNode.Effect] = []
    var now: Int64 = 0

    init(
      _ name: String = "n1", bug: PaxosBug? = nil, disk: [[UInt8]] = [],
      knobs: [String: String] = [:]
    ) throws {
      var setup = NodeSetup(
        name: name, members: ["n1", "n2", "n3"], seed: 1, bugs: bug.map { [$0.rawValue] } ?? [])
      setup.knobs = knobs
      node = try PaxosNode(setup, recovering: disk)
      self.disk = disk
      take(.start)
    }

    mutating func take(_ input: PaxosNode.Input) {
      effects = node.receive(input, at: now)
      for effect in effects {
        switch effect {
        case .persist(let record): disk.append(record)
        case .replaceDurable(let records): disk = records
        default: break
        }
      }
    }

    mutating func ask(_ operation: Operation, by client: String = "c1", id: Int64 = 1) {
      take(.request(ClientRequest(client: client, id: id, operation: operation)))
    }

    mutating func hear(_ peer: String, _ message: PaxosMessage) {
      take(.message(from: peer, message))
    }

    /// What it says to n2, which is what it says to n3.
    var sent: [PaxosMessage] {
      effects.compactMap {
        if case .send(to: "n2", let message) = $0 { return message }
        return nil
      }
    }

    var replies: [OperationResult] {
      effects.compactMap {
        if case .reply(_, _, let reply) = $0 { return reply.result }
        return nil
      }
    }
  }

  private static let first = PaxosMessage.Instance(key: "x", version: 1)
  private static let ballot = Ballot(round: 1, proposer: 0)

  private static func decree(_ value: JSON, _ client: String, _ version: Int64) -> Decree {
    Decree(value: value, tags: [.init(client: client, request: 1, version: version)])
  }

  /// The two phases of Lamport 2001, and what is durable before each word leaves.
  @Test func aWriteTakesTwoPhases() throws {
    var bench = try Bench()
    bench.ask(.write(key: "x", value: 7))
    #expect(bench.sent == [.prepare(key: "x", base: .none, Self.ballot)])
    let isDurableFirst = bench.effects.firstIndex { if case .persist = $0 { true } else { false } }
    let leaves = bench.effects.firstIndex { if case .send = $0 { true } else { false } }
    #expect(try #require(isDurableFirst) < (try #require(leaves)))
    bench.hear("n2", .promise(Self.first, Self.ballot, nil))
    let proposal = Accepted(ballot: Self.ballot, decree: Self.decree(7, "c1", 1))
    #expect(
      bench.sent == [
        .accepted(Self.first, proposal),
        .accept(key: "x", base: .none, proposal, learners: [0, 1, 2]),
      ])
    #expect(bench.replies == [])
    bench.hear("n3", .accepted(Self.first, proposal))
    #expect(bench.replies == [.done])
    let evidence = Evidence(term: 3, leader: nil, revision: 1, acks: ["n1", "n3"])
    #expect(
      bench.effects.contains(
        .reply(client: "c1", request: 1, Reply(result: .done, evidence: evidence, node: "n1"))))
    #expect(bench.node.register(of: "x").chosen == Chosen(version: 1, decree: proposal.decree))
  }

  /// A node that has had a first write of 7 chosen.
  private static func afterOneWrite(knobs: [String: String] = [:]) throws -> Bench {
    var bench = try Bench(knobs: knobs)
    bench.ask(.write(key: "x", value: 7))
    bench.hear("n2", .promise(first, ballot, nil))
    bench.hear("n2", .accepted(first, Accepted(ballot: ballot, decree: decree(7, "c1", 1))))
    #expect(bench.replies == [.done])
    return bench
  }

  /// The proposer of a version skips phase one for the next, where it may.
  @Test(arguments: [("on", true), ("off", false)])
  func theNextVersionTakesOneRound(_ knob: String, _ skips: Bool) throws {
    var bench = try Self.afterOneWrite(knobs: ["one-round": knob])
    bench.ask(.compareAndSet(key: "x", from: 7, to: 8), id: 2)
    let phases = bench.sent.map { $0.body["type"]?.string ?? "" }
    #expect(phases == (skips ? ["accepted", "accept"] : ["prepare"]))
    // Somebody else's ballot ends that.
    bench = try Self.afterOneWrite(knobs: ["one-round": knob])
    let chosen = bench.node.register(of: "x").chosen
    bench.hear("n3", .prepare(key: "x", base: chosen, Ballot(round: 9, proposer: 2)))
    bench.ask(.write(key: "x", value: 9), id: 2)
    #expect(bench.sent == [.prepare(key: "x", base: chosen, Ballot(round: 10, proposer: 0))])
  }

  /// What a node accepts is durable before it says so, and there after a restart.
  @Test func whatIsAcceptedIsDurable() throws {
    var bench = try Bench()
    let accepted = Accepted(
      ballot: Ballot(round: 3, proposer: 1), decree: Self.decree(3, "c9", 1))
    bench.hear("n2", .accept(key: "x", base: .none, accepted, learners: [1]))
    let kinds = bench.effects.map { effect -> String in
      switch effect {
      case .persist: "persist"
      case .send: "send"
      default: "other"
      }
    }
    #expect(kinds == ["persist", "send"])
    var again = try Bench(disk: bench.disk)
    again.hear("n2", .query(key: "x", base: .none, number: 8))
    #expect(again.sent == [.state(Self.first, number: 8, accepted)])
  }

  /// Whose decree another proposer had chosen is told so, by the tags of a later one too.
  @Test(arguments: [1, 2] as [Int64]) func whatAnotherCompletedIsDone(later: Int64) throws {
    var bench = try Bench()
    bench.ask(.write(key: "x", value: 7))
    bench.hear("n2", .promise(Self.first, Self.ballot, nil))
    var decree = Self.decree(7, "c1", 1)
    if later == 2 {
      let other = ClientRequest(client: "c9", id: 1, operation: .write(key: "x", value: 8))
      decree = try #require(decree.changed(by: other, to: 2).next)
    }
    bench.hear("n3", .learned(key: "x", Chosen(version: later, decree: decree)))
    #expect(bench.replies == [.done])
  }

  /// A request whose version went to another is proposed for the next, and has not happened if
  /// that never begins.
  @Test func whoIsOvertakenProposesAgain() throws {
    var bench = try Bench(knobs: ["one-round": "off"])
    bench.ask(.write(key: "x", value: 7))
    bench.hear("n2", .promise(Self.first, Self.ballot, nil))
    bench.hear("n3", .learned(key: "x", Chosen(version: 1, decree: Self.decree(3, "c9", 1))))
    #expect(bench.replies == [])
    #expect(bench.sent.last?.body["type"]?.string == "prepare")
    bench.now = 1_000_000_000
    bench.take(.timer(.retry))
    #expect(
      bench.replies == [.error(.temporarilyUnavailable, text: "too few members answered")])
  }

  /// One node is a quorum by itself.
  @Test func aLoneNodeServes() throws {
    var node = try PaxosNode(NodeSetup(name: "n1", members: ["n1"], seed: 1), recovering: [])
    _ = node.receive(.start, at: 0)
    var results: [OperationResult] = []
    let operations: [Operation] = [
      .read(key: "x"), .write(key: "x", value: 1), .compareAndSet(key: "x", from: 1, to: 2),
      .compareAndSet(key: "x", from: 1, to: 3), .read(key: "x"),
    ]
    for (place, operation) in operations.enumerated() {
      let request = ClientRequest(client: "c1", id: Int64(place), operation: operation)
      for case .reply(_, _, let reply) in node.receive(.request(request), at: 1) {
        results.append(reply.result)
      }
    }
    #expect(
      results == [
        .error(.keyDoesNotExist, text: #"key "x" does not exist"#), .done, .done,
        .error(.preconditionFailed, text: #"key "x" has the value 2, expected 1"#), .value(2),
      ])
  }

  /// What the promises report is taken over, and the own change comes after it.
  @Test(arguments: [nil, PaxosBug.ownValue])
  func whatIsReportedIsTakenOver(bug: PaxosBug?) throws {
    var bench = try Bench(bug: bug)
    bench.ask(.write(key: "x", value: 7))
    let other = Self.decree(3, "c9", 1)
    let earlier = Accepted(ballot: Ballot(round: 0, proposer: 2), decree: other)
    bench.hear("n2", .promise(Self.first, Self.ballot, earlier))
    guard case .accept(_, _, let proposal, _)? = bench.sent.last else {
      Issue.record("nothing was proposed: \(bench.sent)")
      return
    }
    #expect(proposal.decree == (bug == nil ? other : Self.decree(7, "c1", 1)))
    guard bug == nil else { return }
    bench.hear("n2", .accepted(Self.first, proposal))
    #expect(bench.replies == [])
    #expect(bench.node.register(of: "x").chosen.decree == other)
    #expect(bench.node.proposals["\"x\""]?.version == 2)
  }

  /// An acceptor keeps its promises, after a restart too.
  @Test(arguments: [nil, PaxosBug.forgetsPromise, .ignoresPromise])
  func promisesAreKept(bug: PaxosBug?) throws {
    var bench = try Bench(bug: bug)
    let late = Ballot(round: 5, proposer: 2)
    bench.hear("n2", .prepare(key: "x", base: .none, late))
    #expect(bench.sent == [.promise(Self.first, late, nil)])
    var again = try Bench(bug: bug, disk: bug == .ignoresPromise ? [] : bench.disk)
    if bug == .ignoresPromise { again = bench }
    let early = Accepted(
      ballot: Ballot(round: 4, proposer: 1), decree: Self.decree(3, "c9", 1))
    again.hear("n2", .accept(key: "x", base: .none, early, learners: [1]))
    #expect(
      again.sent
        == (bug == nil
          ? [.refused(Self.first, early.ballot, promised: late)]
          : [.accepted(Self.first, early)]))
  }

  /// A version that is decided leaves the promise as it is.
  @Test(arguments: [nil, PaxosBug.dropsPromise])
  func aPromiseGoesOnInTheNextVersion(bug: PaxosBug?) throws {
    var bench = try Bench(bug: bug)
    let ballot = Ballot(round: 5, proposer: 2)
    bench.hear("n3", .prepare(key: "x", base: .none, ballot))
    let chosen = Chosen(version: 1, decree: Self.decree(3, "c9", 1))
    bench.hear("n3", .learned(key: "x", chosen))
    bench.hear("n2", .prepare(key: "x", base: chosen, Ballot(round: 2, proposer: 1)))
    let second = PaxosMessage.Instance(key: "x", version: 2)
    let early = Ballot(round: 2, proposer: 1)
    #expect(
      bench.sent
        == [
          bug == nil ? .refused(second, early, promised: ballot) : .promise(second, early, nil)
        ])
  }

  /// A promise to an earlier ballot of its own is no promise.
  @Test(arguments: [nil, PaxosBug.countsOldPromises])
  func onlyPromisesToTheBallotCount(bug: PaxosBug?) throws {
    var bench = try Bench(bug: bug, knobs: ["backoff": "none"])
    bench.ask(.write(key: "x", value: 7))
    let other = Ballot(round: 1, proposer: 2)
    bench.hear("n3", .refused(Self.first, Self.ballot, promised: other))
    #expect(bench.sent == [.prepare(key: "x", base: .none, Ballot(round: 2, proposer: 0))])
    bench.hear("n2", .promise(Self.first, Self.ballot, nil))
    #expect(bench.sent.isEmpty == (bug == nil))
  }

  /// A reader whose quorum has accepted something waits for it to be decided, or sees to it.
  @Test(arguments: [nil, PaxosBug.skipsProgress])
  func aReaderDoesNotSkipWhatIsUnderWay(bug: PaxosBug?) throws {
    var bench = try Bench(bug: bug, knobs: ["backoff": "none"])
    bench.ask(.read(key: "x"))
    #expect(bench.sent == [.query(key: "x", base: .none, number: 1)])
    let accepted = Accepted(
      ballot: Ballot(round: 3, proposer: 2), decree: Self.decree(3, "c9", 1))
    bench.hear("n3", .state(Self.first, number: 1, accepted))
    if bug != nil {
      #expect(bench.replies == [.error(.keyDoesNotExist, text: #"key "x" does not exist"#)])
      return
    }
    #expect(bench.replies == [])
    #expect(bench.sent == [.prepare(key: "x", base: .none, Self.ballot)])
    // An answer to an earlier question says nothing.
    bench.hear("n2", .state(Self.first, number: 1, nil))
    #expect(bench.replies == [])
    // Who is told what was decided asks anew, and sees it.
    bench.hear("n3", .learned(key: "x", Chosen(version: 1, decree: accepted.decree)))
    let second = PaxosMessage.Instance(key: "x", version: 2)
    bench.hear("n2", .state(second, number: 2, nil))
    #expect(bench.replies == [.value(3)])
  }

  /// A reader that waits takes what is decided then: nothing later can have been when it asked.
  @Test func aReaderTakesTheDecisionItWaitedFor() throws {
    for (version, isAnswered) in [(1, true), (2, false)] as [(Int64, Bool)] {
      var bench = try Bench()
      bench.ask(.read(key: "x"))
      let accepted = Accepted(
        ballot: Ballot(round: 3, proposer: 2), decree: Self.decree(3, "c9", version))
      bench.hear("n3", .state(Self.first, number: 1, accepted))
      #expect(bench.replies == [] && bench.sent == [])
      bench.hear("n2", .learned(key: "x", Chosen(version: version, decree: accepted.decree)))
      #expect(bench.replies == (isAnswered ? [.value(3)] : []))
    }
    // If nothing is, the reader sees to it.
    var bench = try Bench()
    bench.ask(.read(key: "x"))
    let accepted = Accepted(
      ballot: Ballot(round: 3, proposer: 2), decree: Self.decree(3, "c9", 1))
    bench.hear("n3", .state(Self.first, number: 1, accepted))
    bench.now = 1_000_000_000
    bench.take(.timer(.backoff))
    #expect(bench.sent == [.prepare(key: "x", base: .none, Self.ballot)])
  }

  /// Two in one ballot who accepted make a decree chosen for whoever hears of it.
  @Test func whatAQuorumReportsIsChosen() throws {
    var bench = try Bench()
    bench.ask(.read(key: "x"))
    let accepted = Accepted(
      ballot: Ballot(round: 3, proposer: 2), decree: Self.decree(3, "c9", 1))
    bench.hear("n3", .state(Self.first, number: 1, accepted))
    bench.hear("n2", .state(Self.first, number: 1, accepted))
    #expect(bench.node.register(of: "x").chosen.decree == accepted.decree)
  }

  /// Of what was proposed and lost sight of nobody knows; what was not certainly did not happen.
  @Test func whoWaitedTooLongIsToldWhatIsKnown() throws {
    var bench = try Bench()
    bench.ask(.write(key: "x", value: 7))
    bench.now = 1_000_000_000
    bench.take(.timer(.retry))
    #expect(
      bench.replies == [.error(.temporarilyUnavailable, text: "too few members answered")])
    bench.ask(.write(key: "x", value: 8), id: 2)
    guard case .prepare(_, _, let ballot)? = bench.sent.last else {
      Issue.record("no phase one: \(bench.sent)")
      return
    }
    bench.hear("n2", .promise(Self.first, ballot, nil))
    bench.now = 2_000_000_000
    bench.take(.timer(.retry))
    #expect(
      bench.replies == [
        .error(.timeout, text: "it was proposed, and too few members said what became of it")
      ])
  }

  /// Refusals are answered with a wait, which ends.
  @Test func whoIsRefusedWaits() throws {
    var bench = try Bench()
    bench.ask(.write(key: "x", value: 7))
    let other = Ballot(round: 8, proposer: 2)
    bench.hear("n3", .refused(Self.first, Self.ballot, promised: other))
    #expect(bench.sent == [])
    let due = bench.effects.compactMap { effect -> Int64? in
      if case .setTimer(.backoff, let delay) = effect { return delay }
      return nil
    }
    bench.now += try #require(due.first)
    bench.take(.timer(.backoff))
    #expect(bench.sent == [.prepare(key: "x", base: .none, Ballot(round: 9, proposer: 0))])
  }

  /// Whose request is among those applied, or may have been before them all.
  @Test func tagsSayWhatHappened() {
    let request = ClientRequest(client: "c1", id: 1, operation: .write(key: "x", value: 1))
    var decree = Decree.none
    for version in 1...20 as ClosedRange<Int64> {
      let other = ClientRequest(
        client: version == 3 ? "c1" : "d\(version)", id: 1,
        operation: .write(key: "x", value: .integer(version)))
      decree = decree.changed(by: other, to: version).next ?? .none
    }
    #expect(decree.value == 20 && decree.tags.count == Decree.mostTags)
    // Versions 5 to 20 are known.
    #expect(decree.fate(of: request, from: 5) == .nothing)
    #expect(decree.fate(of: request, from: 2) == .unknown)
    let late = ClientRequest(client: "d9", id: 1, operation: .write(key: "x", value: 9))
    #expect(decree.fate(of: late, from: 2) == .made(9))
  }

  @Test func wrongSetupsAreErrorsInWords() {
    for (bug, knobs, words) in [
      (
        "own-valu", [:],
        "paxos has no bug “own-valu”; it has counts-old-promises, ignores-promise, "
          + "skips-progress, forgets-promise, own-value, drops-promise; did you mean own-value?"
      ),
      (nil, ["learning": "some"], "--knobs learning=some: expected all, distinguished, set"),
      (nil, ["backoff": "1s"], "--knobs backoff=1s: expected random or none"),
    ] as [(String?, [String: String], String)] {
      var setup = NodeSetup(name: "n1", members: ["n1"], seed: 1, bugs: bug.map { [$0] } ?? [])
      setup.knobs = knobs
      let failure = #expect(throws: Failure.self) { try PaxosNode(setup, recovering: []) }
      #expect(failure?.message == words)
    }
  }

  @Test(arguments: [
    ("{", "durable record 1 of n1:"),
    (#"{"type":"log"}"#, "durable record 1 of n1: “log” is no durable record of paxos"),
    (
      #"{"type":"register","key":"x","chosen":{"version":-1,"tags":[]}}"#,
      "durable record 1 of n1:"
    ),
  ])
  func aRottenRecordIsAnErrorInWords(record: String, message: String) {
    let failure = #expect(throws: Failure.self) { try Bench(disk: [Array(record.utf8)]) }
    #expect(failure?.message.hasPrefix(message) == true)
  }
}
