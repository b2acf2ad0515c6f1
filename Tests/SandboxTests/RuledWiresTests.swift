import Base
import TestMachine
import Testing

/// Wires that the kernel joins, with rules, as root where we are root, and as a user without
/// rights.
@Suite(.trial("rules-cut"))
struct RuledWiresTests {
  @Test(arguments: TrialRun.User.all)
  func whatIsCutDoesNotArriveAndAllElseDoes(user: TrialRun.User) throws {
    let run = try TrialRun(["rules-cut"], as: user)
    #expect(
      run.lines == [
        "sent [1, 2, 3, 4], arrived: 2 from 1 to 0, 3 from 0 to 2, 4 from 2 to 1",
        "sent [5, 6, 7, 8], arrived: 5 from 0 to 1, 6 from 1 to 0, 7 from 0 to 2, 8 from 2 to 1",
        "sent [9, 10, 11, 12], arrived: 10 from 1 to 0, 11 from 0 to 2, 12 from 2 to 1",
        "sent [13, 14, 15, 16], arrived: 14 from 1 to 0, 15 from 0 to 2",
        "n1: cut 0, lost 0, throttled 0", "n2: cut 4, lost 0, throttled 0",
        "n3: cut 0, lost 0, throttled 0",
      ])
    #expect(run.code == 0)
  }

  @Test(arguments: TrialRun.User.all)
  func theKernelCountsWhatItDropped(user: TrialRun.User) throws {
    let run = try TrialRun(["rules-counts"], as: user)
    #expect(
      run.lines == [
        "all: some arrived false, some dropped true, all told true, back 1", "counts stay true",
        "half: some arrived true, some dropped true, all told true, back 1", "counts stay true",
        "limit: some arrived true, some dropped true, all told true, back 1",
        "counts stay true",
      ])
  }

  @Test func asManyNodesAsARunMayHave() throws {
    let run = try TrialRun(["rules-many"])
    #expect(
      run.lines == [
        "0 rules, 63 arrived, 0 cut", "127 rules, 0 arrived, 63 cut",
        "62 rules, 1 arrived, 125 cut",
        "0 rules, 63 arrived, 125 cut",
      ])
  }

  @Test(arguments: TrialRun.User.all)
  func aStreamArrivesWholeUnderLoss(user: TrialRun.User) throws {
    let run = try TrialRun(["rules-stream"], as: user)
    #expect(run.lines == ["received 1000000 bytes, equal true", "some lost true"])
  }

  @Test(arguments: TrialRun.User.all)
  func twoClustersAfterEachOther(user: TrialRun.User) throws {
    let run = try TrialRun(["rules-twice"], as: user)
    #expect(
      run.lines == [
        "interfaces br0 c1 c2 lo p1 p2", "interfaces lo", "interfaces br0 c1 c2 lo p1 p2",
        "interfaces lo",
      ])
  }

  @Test(arguments: TrialRun.User.all)
  func thereIsNoWayOutAndNoneAroundTheRules(user: TrialRun.User) throws {
    let run = try TrialRun(["rules-ways-out"], as: user)
    #expect(try run.lines == TrialRun(["ways-out"], as: user).lines)
    #expect(run.lines.count == 10 && run.code == 0)
  }

  /// Another's eyes: what the program `nft` reads out of the kernel is what we say.
  @Test(.trial("rules-list"), arguments: TrialRun.User.all)
  func nftSeesTheRulesThatWeTell(user: TrialRun.User) throws {
    let run = try TrialRun(["rules-list"], as: user)
    let told = run.lines.suffix(5).map { "\t\t" + $0 }
    #expect(told.first == "\t\tether saddr 02:00:00:00:00:01 counter name \"cut\" drop")
    var expected = ["table ip plumbline {"]
    for name in ["cut", "lost", "throttled"] {
      expected += ["\tcounter \(name) {", "\t\tpackets 0 bytes 0", "\t}"]
    }
    expected += [
      "\tchain input {", "\t\ttype filter hook input priority filter; policy accept;",
    ]
    expected += told
    expected += ["\t}", "}"]
    #expect(run.lines.dropLast(5) == expected[...])
  }
}
