import Base
import Experiments
import Findings
import Formats
import Glibc
import Recorder
import Report

/// A recording with its live line and its end on Ctrl-C.
enum RecordedRun {
  /// Records a run.
  static func record(
    _ plan: Plan, _ terminal: Terminal
  ) throws(Failure) -> RecordingOutcome {
    let clients = Legible.count(plan.clients, "client")
    let nodes = Legible.count(plan.nodes, "node")
    terminal.note(
      "plumbline: \(plan.runName), seed \(plan.seed): \(clients), \(nodes), "
        + Units.describe(nanoseconds: plan.durationNanoseconds))
    let watch = Watch(onSignal: {
      terminal.note("plumbline: interrupted: clients end and faults are undone; again ends at once")
    })
    var watcher: RunWatcher?
    defer {
      watcher?.end()
      watch.end()
      terminal.live("")
    }
    let outcome = try Recording.run(
      plan, executable: try executable(),
      progress: { terminal.live(line($0)) }, signal: { watch.signal },
      began: { if plan.stopsOnViolation { watcher = RunWatcher($0.history) } },
      isViolated: { watcher?.isViolated ?? false })
    if outcome.record.stoppedOnViolation {
      let nanoseconds = outcome.record.durationNanoseconds ?? 0
      terminal.live("")
      terminal.note(
        "plumbline: stopped after \(Units.describe(nanoseconds: nanoseconds)): "
          + "what clients saw is not linearizable (--no-stop-on-violation goes on)")
    }
    if let failure = outcome.failure {
      terminal.live("")
      terminal.note("plumbline: \(failure.message)")
    }
    return outcome
  }

  /// Removes what the servers of a run without a violation leave that explains nothing, and says
  /// so.
  static func removeData(
    _ outcome: RecordingOutcome, _ plan: Plan, isViolated: Bool, _ terminal: Terminal
  ) {
    // A server that died unasked may be explained by what it left.
    guard !isViolated, outcome.failure == nil, outcome.record.problems.isEmpty else { return }
    let data = ServerData(removedAfter: outcome, of: plan)
    if let words = data.words { terminal.note("plumbline: \(words)") }
  }

  /// The path of plumbline itself: embedded nodes are started from it.
  private static func executable() throws(Failure) -> String {
    var path = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &path, path.count)
    guard count > 0 else {
      throw Failure(.unavailable, "/proc/self/exe: \(File.systemMessage()); is /proc mounted?")
    }
    return String(decoding: path[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func line(_ progress: RecordingProgress) -> String {
    let seconds = Double(progress.elapsedNanoseconds / 100_000_000) / 10
    let faults = progress.faults.isEmpty ? "no fault" : progress.faults.joined(separator: ", ")
    return "\(seconds) s  \(progress.phase)  \(Int(progress.rate)) ops/s  \(progress.ok) ok  "
      + "\(progress.unknown) unknown  \(faults)  leader \(progress.leader ?? "unknown")"
  }
}
