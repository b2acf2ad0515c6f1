import Foundation
import Glibc
import Testing

/// Going inside, as root where we are root, and as a user without rights.
@Suite(.enabled("this machine allows no sandbox", { TrialRun.isPossible }))
struct EntryTests {
  @Test(arguments: TrialRun.User.all)
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
    #expect(trial.processes.count == 7)
    kill(victim, SIGKILL)
    #expect(trial.code == 137)
    #expect(trial.areGone)
  }

  @Test(.enabled("only root can cover /proc for others", { geteuid() == 0 }))
  func aCoveredProcCostsOnlyTheProcessNamespace() throws {
    let run = try TrialRun(["covered", "describe"])
    #expect(run.lines.dropFirst() == ["own processes false", "interfaces lo"])
    #expect(run.code == 0)
    #expect(try TrialRun(["covered", "exit", "7"]).code == 7)
    #expect(
      try TrialRun(["covered", "orphans"]).lines
        == ["own child true status 3", "another child false", "later processes []"])
  }

  @Test(.enabled("only root can cover /proc for others", { geteuid() == 0 }))
  func withoutAProcessNamespaceTheEndStillTakesTheOrphansAlong() throws {
    let trial = try Running(["covered", "linger"], as: .ourselves)
    // Outer, pid 1 and the outer inside; its pid 1 and plumbline; the shell and its three.
    #expect(trial.processes.count == 9)
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

/// A trial that goes on, and everything that it started, found by a mark in the environment.
final class Running {
  let id: pid_t
  private let process: Process
  private let pipe = Pipe()
  private let mark = "PLUMBLINE_TRIAL=\(UUID())"

  /// Starts it and waits until it says that it is ready.
  init(_ words: [String], as user: TrialRun.User) throws {
    process = TrialRun.process(words, as: user)
    process.standardOutput = pipe
    let parts = mark.split(separator: "=")
    process.environment = ProcessInfo.processInfo.environment.merging(
      [String(parts[0]): String(parts[1])]
    ) { $1 }
    try process.run()
    id = process.processIdentifier
    var text = ""
    while !text.hasSuffix("ready\n") {
      let bytes = pipe.fileHandleForReading.availableData
      if bytes.isEmpty { break }
      text += String(decoding: bytes, as: UTF8.self)
    }
    #expect(text == "ready\n")
    // The last one may not yet have become what it will be.
    for _ in 0..<2_000 where areStarting { usleep(5_000) }
  }

  /// What else it writes until it ends.
  func rest() -> String {
    String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  }

  /// Waits for its end.
  var code: Int32 {
    process.waitUntilExit()
    let wasEnded = process.terminationReason == .uncaughtSignal
    return process.terminationStatus + (wasEnded ? 128 : 0)
  }

  /// The processes that have the mark and are not dead.
  var processes: [pid_t] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return all.compactMap { pid_t($0) }.sorted().filter { id in
      let variables = FileManager.default.contents(atPath: "/proc/\(id)/environ") ?? Data()
      return variables.range(of: Data(mark.utf8)) != nil
    }
  }

  /// Whether a shell is still between fork and exec.
  private var areStarting: Bool {
    processes.contains { id in
      let words = FileManager.default.contents(atPath: "/proc/\(id)/cmdline") ?? Data()
      return words.starts(with: Data("setsid".utf8))
    }
  }

  /// Whether all of them go; the kernel takes a moment.
  var areGone: Bool {
    for _ in 0..<2_000 {
      if processes.isEmpty { return true }
      usleep(5_000)
    }
    return false
  }

  /// The children of a process.
  static func children(of id: pid_t) -> [pid_t] {
    let bytes = FileManager.default.contents(atPath: "/proc/\(id)/task/\(id)/children") ?? Data()
    return String(decoding: bytes, as: UTF8.self).split(separator: " ").compactMap { pid_t($0) }
  }
}
