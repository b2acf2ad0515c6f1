import Base
import Experiments
import Formats

/// How far a recording is, for a live line.
public struct RecordingProgress: Sendable {
  /// Nanoseconds since the clients began.
  public var elapsedNanoseconds: Int64
  /// What the run is doing: `starting`, `running`, `recovering`, `reading`.
  public var phase: String
  /// Completed operations a second over the last half second.
  public var rate: Double
  /// Operations that completed.
  public var ok: Int
  /// Operations that certainly did not happen.
  public var failed: Int
  /// Operations of which nobody knows.
  public var unknown: Int
  /// The faults that are on, by name.
  public var faults: [String]
  /// The node that answers name as leader, or nil.
  public var leader: String?
}

/// What a recording came to.
public struct RecordingOutcome: Sendable {
  /// The run's folder.
  public var folder: RunFolder
  /// What `run.json` says of it.
  public var record: RunRecord
  /// Operations that were invoked.
  public var invoked: Int
  /// Operations that completed.
  public var ok: Int
  /// Operations that certainly did not happen.
  public var failed: Int
  /// Operations of which nobody knows.
  public var unknown: Int
  /// Faults that were made.
  public var faultsMade: Int
  /// Faults that verifiably took effect.
  public var faultsVerified: Int
  /// The error that ended it early, after operations had been answered.
  public var failure: Failure?
}

/// Records one run: what happens when it is tried for real?
public enum Recording {
  /// Starts the cluster, runs the clients under faults, heals, reads, and ends every process.
  ///
  /// - Parameters:
  ///   - plan: what to do.
  ///   - executable: the path of plumbline itself, for embedded nodes.
  ///   - progress: called about ten times a second.
  ///   - signal: the signal that asks to end, or nil; polled about twenty times a second.
  ///   - began: told the folder once the history is there, before the cluster starts.
  ///   - isViolated: whether the history is certainly wrong; polled like the signal while clients
  ///     work. Then they stop, faults are healed, and the final reads are left out.
  /// - Returns: what was done, and where it is; with the error that ended it, if the cluster had
  ///   answered by then, because what clients saw is to be judged all the same.
  /// - Throws: a usage ``Failure`` for an impossible plan; ``ExitCode/unavailable`` when nodes
  ///   cannot be started or end before anything was answered; ``ExitCode/cannotCreate`` and
  ///   ``ExitCode/inputOutput`` for the run's folder. Whatever was recorded stays.
  public static func run(
    _ plan: Plan, executable: String, progress: (RecordingProgress) -> Void = { _ in },
    signal: () -> Int32? = { nil }, began: (RunFolder) -> Void = { _ in },
    isViolated: () -> Bool = { false }
  ) throws(Failure) -> RecordingOutcome {
    try plan.validate()
    try Doctor.requireClocks(of: plan)
    try Doctor.requirePrograms(of: plan)
    try OpenFiles.require(plan)
    _ = try Secrets.read(plan)
    let clock = MonotonicClock()
    try HostTrial.require(plan, clock: clock, signal: signal)
    let start = WallTime()
    let folder = try RunFolder.make(plan, stamp: start.stamp)
    var record = RunRecord(of: plan, startedAt: start.iso8601)
    try record.write(to: folder)
    let run = try Run(plan, executable: executable, folder: folder, clock: clock)
    began(folder)
    var failure: Failure?
    do throws(Failure) {
      record.interrupted = try run.record(
        progress: progress, signal: signal, isViolated: isViolated)
    } catch {
      failure = error
    }
    run.end()
    record.note(run, after: clock.now)
    if let error = failure {
      run.log.write("ended by an error: \(error.message)")
      record.shortcomings.append("it was ended by an error: \(error.message)")
      failure = place(error, folder)
    }
    do throws(Failure) { try record.write(to: folder) } catch {
      // What is told now counts, whether or not it can be kept.
      record.problems.append(error.message)
    }
    if let failure, !record.isReached { throw failure }
    let counts = run.clients.counts
    return RecordingOutcome(
      folder: folder, record: record, invoked: counts.invoked, ok: counts.ok,
      failed: counts.fail, unknown: counts.info, faultsMade: run.nemesis.tally.made,
      faultsVerified: run.nemesis.tally.verified, failure: failure)
  }

  /// An error, with the folder where more can be seen.
  private static func place(_ error: Failure, _ folder: RunFolder) -> Failure {
    let place = "\n  the run's folder is \(folder.path)"
    // Servers die of a full disk too, and cannot even log it.
    if error.code == .unavailable, let left = folder.bytesLeft, left < 1 << 16 {
      return Failure(
        .inputOutput,
        "\(folder.path): no space left on device, and then: \(error.message)\(place)")
    }
    return Failure(error.code, error.message + place)
  }
}
