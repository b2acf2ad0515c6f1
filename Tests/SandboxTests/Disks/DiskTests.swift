import Base
import Foundation
import TestMachine
import Testing

@testable import SandboxTrial

/// Disks that are mounted, inside the sandbox, as root and as another user.
@Suite(.trial("disk-faults"))
struct DiskTests {
  @Test(arguments: TrialRun.User.all)
  func faultsAreSeenByPrograms(user: TrialRun.User) throws {
    let run = try TrialRun(["disk-faults"], as: user)
    #expect(
      run.lines == [
        "write: 10",
        "sync: 0",
        "write where it is full: No space left on device",
        "overwrite where it is full: 2",
        "allocate where it is full: 28",
        "sync that fails: Input/output error",
        "at risk: 1 files, 4096 bytes, 0 names",
        "sync after it: 0",
        "at risk: 4096 bytes",
        "write again: 2",
        "slow sync: 0",
        "took long: true",
        "write: 3",
        "write: 3",
        "lost: 1 files, 3 bytes, 0 names",
        "left: AB234567xyz",
        "map: B M",
      ])
    #expect(run.code == 0)
  }

  @Test(arguments: TrialRun.User.all)
  func diskAndProcessEndTogether(user: TrialRun.User) throws {
    let run = try TrialRun(["disk-ends"], as: user)
    #expect(
      run.lines == [
        "mounted: true",
        "mounted: false",
        "afterwards: its process is gone",
        "the disk at /tmp: /nowhere: No such file or directory",
      ])
  }

  @Test(arguments: TrialRun.User.all)
  func whatIsMountedDoesWhatTheModelSays(user: TrialRun.User) throws {
    let run = try TrialRun(["disk-model", "1", "4", "150"], as: user)
    #expect(run.lines == ["0 differences"])
  }

  @Test(.trial("disk-redis")) func redisKeepsWhatItSyncs() throws {
    let run = try TrialRun(["disk-redis", "always", "no"])
    #expect(
      run.lines == [
        "always: set OK", "always: lost bytes false", "always: get value",
        "no: set OK", "no: lost bytes true", "no: get nil",
      ])
  }
}
