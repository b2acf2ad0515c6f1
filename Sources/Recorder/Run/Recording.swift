import Base

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
  /// The seed of the run.
  public var seed: UInt64
  /// When it began, local time, as `YYYYMMDDThhmmss`.
  public var startedAt: String
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
  /// How long it took, start-up and end included.
  public var durationNanoseconds: Int64
  /// What went wrong with the harness itself or with recovery, a sentence each.
  public var problems: [String]
  /// The signal that ended it early, or nil.
  public var interrupted: Int32?
  /// Whether it ended early because the history is not linearizable any more.
  public var stoppedOnViolation = false
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
  /// - Returns: what was done, and where it is.
  /// - Throws: a usage ``Failure`` for an impossible plan; ``ExitCode/unavailable`` when nodes
  ///   cannot be started or end by themselves; ``ExitCode/cannotCreate`` and
  ///   ``ExitCode/inputOutput`` for the run's folder. Whatever was recorded stays.
  public static func run(
    _ plan: Plan, executable: String, progress: (RecordingProgress) -> Void = { _ in },
    signal: () -> Int32? = { nil }, began: (RunFolder) -> Void = { _ in },
    isViolated: () -> Bool = { false }
  ) throws(Failure) -> RecordingOutcome {
    try plan.validate()
    try Doctor.requirePrograms(of: plan)
    _ = try Secrets.read(plan)
    let clock = MonotonicClock()
    try HostTrial.require(plan, clock: clock, signal: signal)
    let stamp = RunFolder.stamp()
    let folder = try RunFolder.make(plan, stamp: stamp)
    let run = try Run(plan, executable: executable, folder: folder, clock: clock)
    began(folder)
    let interrupted: Int32?
    do throws(Failure) {
      interrupted = try run.record(
        progress: progress, signal: signal, isViolated: isViolated)
    } catch {
      run.end()
      run.log.write("ended by an error: \(error.message)")
      let place = "\n  the run's folder is \(folder.path)"
      // Servers die of a full disk too, and cannot even log it.
      if error.code == .unavailable, let left = folder.bytesLeft, left < 1 << 16 {
        throw Failure(
          .inputOutput,
          "\(folder.path): no space left on device, and then: \(error.message)\(place)")
      }
      throw Failure(error.code, error.message + place)
    }
    run.end()
    let counts = run.clients.counts
    return RecordingOutcome(
      folder: folder, seed: plan.seed, startedAt: stamp, invoked: counts.invoked, ok: counts.ok,
      failed: counts.fail, unknown: counts.info, faultsMade: run.nemesis.tally.made,
      faultsVerified: run.nemesis.tally.verified, durationNanoseconds: clock.now,
      problems: run.problems, interrupted: interrupted,
      stoppedOnViolation: run.isStoppedOnViolation)
  }
}
