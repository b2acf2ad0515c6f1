import Base
import Foundation
import Glibc
import TestMachine
import Testing

/// Going inside, as root where we are root, and as a user without rights.
@Suite(.trial("exit"))
struct EntryTests {
  @Test(.trial("describe"), arguments: TrialRun.User.all)
  func itIsRootInsideWithNothingButALoopback(user: TrialRun.User) throws {
    let run = try TrialRun(["describe"], as: user)
    #expect(
      run.lines == ["pid 2 parent 1 uid 0 gid 0", "own processes true", "interfaces lo"])
    #expect(run.code == 0)
  }

  @Test(arguments: TrialRun.User.all)
  func itsEndingIsOurs(user: TrialRun.User) throws {
    #expect(try TrialRun(["exit", "7"], as: user).code == 7)
    #expect(try TrialRun(["die", "9"], as: user).code == 137)
    #expect(try TrialRun(["die", "15"], as: user).code == 143)
  }

  @Test(arguments: TrialRun.User.all)
  func statusesAreNotTakenAwayAndOrphansAreReaped(user: TrialRun.User) throws {
    let run = try TrialRun(["orphans"], as: user)
    #expect(
      run.lines == ["own child true status 3", "another child false", "later processes []"])
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func signalsArePassedOn(number: Int32) throws {
    let trial = try Running(["await-signal"], as: .ourselves)
    kill(trial.id, number)
    #expect(trial.rest() == "signal \(number)\n")
    #expect(trial.code == 0)
  }

  /// Who is killed: the one outside, pid 1, or plumbline inside.
  @Test(arguments: TrialRun.User.all, [0, 1, 2])
  func killingAnyOfThemLeavesNoProcess(user: TrialRun.User, generation: Int) throws {
    let trial = try Running(["linger"], as: user)
    var victim = trial.id
    for _ in 0..<generation { victim = try #require(Running.children(of: victim).first) }
    // The three, the shell, and what it started: in its group, in a session of its own, and one
    // whose parent is gone.
    #expect(trial.grows(to: 7))
    kill(victim, SIGKILL)
    #expect(trial.code == 137)
    #expect(trial.areGone)
  }

  /// On its way inside there is no moment at which the death of the one outside is not seen.
  @Test(arguments: TrialRun.User.all)
  func killingTheOneOutsideAtAnyMomentLeavesNoProcess(user: TrialRun.User) throws {
    var random = SplitMix64(seed: 20)
    for _ in 0..<20 {
      let trial = try Running(["linger"], as: user, isAwaited: false)
      usleep(UInt32(random.draw(0..<30_000)))
      kill(trial.id, SIGKILL)
      #expect(trial.code == 137)
      try #require(trial.areGone)
    }
  }

  @Test func aCoveredProcCostsOnlyTheProcessNamespace() throws {
    let run = try TrialRun(["covered", "describe"])
    #expect(run.lines.dropFirst() == ["own processes false", "interfaces lo"])
    #expect(run.code == 0)
    #expect(try TrialRun(["covered", "exit", "7"]).code == 7)
    #expect(
      try TrialRun(["covered", "orphans"]).lines
        == ["own child true status 3", "another child false", "later processes []"])
  }

  @Test func withoutAProcessNamespaceTheEndStillTakesTheOrphansAlong() throws {
    let trial = try Running(["covered", "linger"], as: .ourselves)
    // Outer, pid 1 and the outer inside; its pid 1 and plumbline; the shell and its three.
    #expect(trial.grows(to: 9))
    // The one that waits for ever, by its only child.
    let inner = try #require(
      trial.processes.first { id in
        Running.children(of: id).count == 1
          && Running.children(of: id).allSatisfy { Running.children(of: $0).count == 2 }
      })
    kill(inner, SIGKILL)
    #expect(trial.code == 137)
    #expect(trial.areGone)
  }
}
