import Base
import Drivers
import Experiments
import Formats
import Glibc
import Histories
import Recorder

/// How many operations a second are recorded against a local Redis, and what of a request's time is
/// the recorder's own.
///
/// The ruler is ``BareLoop``: the same number of connections to the same server, the same bytes,
/// and nothing else. It and the recorder take turns, so that the machine is the same for both.
///
/// **The recorder's own share of a request** is what a request takes beyond the bare loop's. Two
/// measures, because neither tells all:
/// - With one client, the time from one request to the next: the wait for the server, and all that
///   is done between its reply and the next request, the history's line on disk included. The
///   medians over every request are compared; the history itself says the recorder's.
/// - With many clients requests overlap, and the wait for the server is no measure any more: the
///   processor time of the one thread that does it all (its system calls included), for an
///   operation, at the median of the tenths of a second.
///
/// The history is written as in any run: each turn's lines leave before its requests do.
enum RecordingBenchmark {
  static func run(_ suite: Suite) throws(Failure) -> [Measurement] {
    var plan = Plan()
    plan.cluster = "redis"
    plan.faults = []
    if let missing = Doctor.missing(for: plan, []).first {
      return [Measurement(name: "recording", unit: "", note: "left out: \(missing)")]
    }
    let redis = try LocalRedis(in: suite.folder)
    plan.endpoints = ["\(redis.address):\(LocalRedis.port)"]
    plan.out = suite.folder + "/runs"
    plan.keys = 50
    plan.mix = WorkloadMix(read: 50, write: 50, cas: 0)
    plan.stopsOnViolation = false
    plan.durationNanoseconds = suite.isQuick ? 500_000_000 : 3_000_000_000
    defer { remove(plan.out) }
    var all = try compare(plan, clients: 1, redis.address, suite)
    for clients in [10, 50, 200] {
      all += try compare(plan, clients: clients, redis.address, suite)
    }
    return all
  }

  private static func compare(
    _ plan: Plan, clients: Int, _ address: String, _ suite: Suite
  ) throws(Failure) -> [Measurement] {
    var plan = plan
    plan.clients = clients
    var bare: [Pace] = []
    var recorded: [Pace] = []
    for round in 0..<suite.rounds {
      plan.seed = UInt64(round + 1)
      var loop = try BareLoop(
        address, port: LocalRedis.port, connections: clients, requests: requests(plan))
      bare.append(loop.run(nanoseconds: plan.durationNanoseconds))
      recorded.append(try record(plan))
    }
    if clients == 1 { return [cycle(bare, recorded)] }
    // The best round, as with ``Ruler``: neighbours on a busy machine only take from a rate.
    let fast = bare.map(\.perSecond).max() ?? 0
    let rate = recorded.map(\.perSecond).max() ?? 0
    let ruler = Pace.median(bare.map(\.processorMicroseconds))
    let whole = Pace.median(recorded.map(\.processorMicroseconds))
    return [
      Measurement(
        name: "recorded, \(clients) clients", value: rate, unit: "operations/s",
        bound: .atLeast(20_000),
        note: "a bare loop: \(Int(fast)), \((rate / fast).thousandths) of it"),
      Measurement(
        name: "the recorder's own share, \(clients) clients", value: whole - ruler,
        unit: "µs of processor", bound: .atMost(20),
        note: "\(whole.thousandths) µs for an operation; a bare loop: \(ruler.thousandths)"),
    ]
  }

  private static func cycle(_ bare: [Pace], _ recorded: [Pace]) -> Measurement {
    let ruler = Pace.median(bare.map(\.cycleMicroseconds))
    let whole = Pace.median(recorded.map(\.cycleMicroseconds))
    return Measurement(
      name: "the recorder's own share, 1 client", value: whole - ruler, unit: "µs at the median",
      bound: .atMost(20),
      note: "\(whole.thousandths) µs from request to request; a bare loop: \(ruler.thousandths)")
  }

  /// One recording, looked at while clients work.
  private static func record(_ plan: Plan) throws(Failure) -> Pace {
    var pace = Pace()
    let processor = ProcessorClock()
    let outcome = try Recording.run(
      plan, executable: "/proc/self/exe",
      progress: { progress in
        guard progress.phase == "running" else { return }
        pace.look(
          at: progress.elapsedNanoseconds, processor: processor.now,
          operations: progress.ok + progress.failed + progress.unknown)
      })
    defer { remove(outcome.folder.path) }
    guard outcome.record.problems.isEmpty, outcome.unknown == 0, outcome.failed == 0 else {
      throw Failure(.unavailable, "a recording that was not clean: \(outcome)")
    }
    guard plan.clients == 1 else { return pace }
    let history = try HistoryReader.read(path: outcome.folder.history)
    let times = history.invokedTime
    pace.cycles = zip(times, times.dropFirst()).map { $1 - $0 }
    return pace
  }

  /// The requests of the plan's workload, as bytes.
  private static func requests(_ plan: Plan) -> [[UInt8]] {
    var random = SplitMix64(seed: plan.seed)
    return (0..<4096).map { number in
      var writer = ByteWriter()
      let key = "k\(random.draw(0..<plan.keys))"
      if random.draw(0..<100) < plan.mix.read {
        writer.write(command: ["GET", key])
      } else {
        writer.write(command: ["SET", key, "\(number + 10_000)"])
      }
      return writer.bytes
    }
  }

  /// Removes a folder and what is in it.
  private static func remove(_ folder: String) {
    for name in (try? File.names(in: folder)) ?? [] {
      let path = folder + "/" + name
      if unlink(path) != 0 { remove(path) }
    }
    rmdir(folder)
  }
}
