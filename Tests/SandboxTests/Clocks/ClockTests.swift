import Base
import Foundation
import TestMachine
import Testing

@testable import Sandbox
@testable import SandboxTrial

/// Clocks of programs that run, moved.
struct ClockTests {
  /// A folder of its own for each test.
  private static func folder() -> String {
    FileManager.default.temporaryDirectory.path + "/clock-\(UUID().uuidString)"
  }

  @Test(.trial("clock")) func theLibraryIsMadeOnce() throws {
    let folder = Self.folder()
    defer { DiskTrials.remove(folder) }
    let shim = try ClockShim.build(into: folder)
    #expect(try File.names(in: folder) == ["clock.c", "clock.so"])
    unlink(shim.path)
    symlink("/proc/self/exe", shim.path)
    #expect(try ClockShim.build(into: folder) == shim)
    #expect(try File.names(in: folder) == ["clock.c", "clock.so"])
    try File.replace("\(folder)/clock.c", with: [])
    #expect(try ClockShim.build(into: folder) == shim)
    #expect(try File.read("\(folder)/clock.c").count > 1000)
  }

  @Test(.trial("clock")) func aProgramIsToldAnotherTime() throws {
    let folder = Self.folder()
    defer { DiskTrials.remove(folder) }
    let run = try TrialRun(["clock", folder, "-3155760000000", "/bin/date", "+%s"])
    let told = try #require(run.lines.first.flatMap { Int($0) })
    #expect(abs(told + 3_155_760_000 - time(nil)) <= 10)
  }

  @Test(.trial("clock-redis")) func keysOfRedisExpireWhenItsClockJumps() throws {
    let run = try TrialRun(["clock-redis"])
    #expect(run.lines == ["set OK", "after 900 s: value", "after 1100 s: nil"])
  }

  @Test func aClockJumpsDriftsAndIsSetRight() throws {
    let clock = try ShiftedClock(file: Self.folder(), shim: ClockShim(path: "/nowhere.so"))
    defer { unlink(clock.file) }
    #expect(clock.shiftNanoseconds == 0)
    clock.jump(nanoseconds: -5)
    clock.jump(nanoseconds: 3_600_000_000_007)
    #expect(clock.shiftNanoseconds == 3_600_000_000_002)
    clock.drift(factor: 0)
    usleep(1000)
    #expect(clock.shiftNanoseconds < 3_600_000_000_002 - 1_000_000)
    #expect(clock.shiftNanoseconds > 0)
    clock.drift(factor: 1)
    let still = clock.shiftNanoseconds
    usleep(1000)
    #expect(clock.shiftNanoseconds == still)
    clock.reset()
    #expect(clock.shiftNanoseconds == 0)
  }

  @Test func theEnvironmentKeepsWhatIsLoadedAlready() {
    let shim = ClockShim(path: "/x/clock.so")
    #expect(
      shim.environment(["A=1", "LD_PRELOAD=/y.so", "PLUMBLINE_CLOCK=/old"], clock: "/x/c")
        == ["A=1", "LD_PRELOAD=/x/clock.so:/y.so", "PLUMBLINE_CLOCK=/x/c"])
    #expect(
      shim.environment([], clock: "/x/c") == ["LD_PRELOAD=/x/clock.so", "PLUMBLINE_CLOCK=/x/c"])
  }
}
