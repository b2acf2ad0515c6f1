import Base
import Checker
import Experiments
import Findings
import Formats
import Protocols
import Simulator

/// A campaign with its live line, its end on Ctrl-C, its folder and its canary.
struct SimulatedCampaign {
  private let settings: SimulationSettings
  private let terminal: Terminal
  private let watch: Watch
  private let clock = MonotonicClock()
  private var report: CampaignReport
  /// Where failing seeds are kept; made when the first is.
  private var folder: String?
  private var kept: [(result: SeedResult, path: String)] = []
  /// What could not be written, or judged again.
  private var problems: [Failure] = []
  /// So many failing seeds are kept whole; the others are told with the command that repeats them.
  private static let mostKept = 10
  /// Messages are kept for so long before an invariant broke.
  private static let beforeBreach: Int64 = 500_000_000
  /// The canary lives if it was not found in so many seeds.
  private static let canaryPatience = 60

  init(_ settings: SimulationSettings, _ terminal: Terminal) {
    self.settings = settings
    self.terminal = terminal
    report = CampaignReport(settings.campaign.plan)
    watch = Watch(onSignal: {
      terminal.note("plumbline: interrupted: what was found so far follows; again ends at once")
    })
  }

  /// Runs it. What cannot be written is told beside the verdict, and does not replace it.
  mutating func run() -> SimulationOutcome {
    defer {
      watch.end()
      terminal.live("")
    }
    if settings.hasCanary { releaseCanary() }
    let began = clock.now
    var failing: [SeedResult] = []
    if settings.isSingle {
      let plan = settings.campaign.plan(of: settings.first)
      let result = settings.campaign.result(of: plan, keeps: true)
      report.take(result)
      report.interrupted = watch.signal
      if result.failure == nil { keep(result, as: nil) }
      if result.isFailing { failing = [result] }
    } else {
      failing = runSeeds(until: settings.budgetNanoseconds.map { began + $0 })
      for result in failing where result.failure == nil {
        keep(result, as: "seed-\(result.plan.seed)")
      }
    }
    report.tookNanoseconds = clock.now - began
    var outcome = SimulationOutcome(report, settings, kept: kept)
    if settings.shrinks, let first = failing.first(where: { !$0.witnesses.isEmpty }) {
      outcome.shrunk = shrink(first)
    }
    outcome.problems = problems
    if !settings.isSingle, let folder {
      attempt { () throws(Failure) in
        try File.replace(
          folder + "/campaign.json", with: Array((outcome.json.description + "\n").utf8))
      }
      outcome.problems = problems
    }
    return outcome
  }

  /// Does what may fail without taking the verdict along.
  private mutating func attempt(_ work: () throws(Failure) -> Void) {
    do throws(Failure) { try work() } catch { problems.append(error) }
  }

  /// Runs the seeds of a campaign.
  ///
  /// - Returns: the few of those that failed that are kept whole: first whose failure clients saw,
  ///   of those the soonest.
  private mutating func runSeeds(until deadline: Int64?) -> [SeedResult] {
    let rank = { (result: SeedResult) in (result.witnesses.min() ?? .liveness, result.run.invoked) }
    var failing: [SeedResult] = []
    var next: Int64 = 0
    settings.campaign.run(from: settings.first, count: settings.count) { result in
      report.take(result)
      if result.isFailing {
        failing.append(result)
        failing.sort { rank($0) < rank($1) }
        failing = Array(failing.prefix(Self.mostKept))
      }
      if clock.now >= next {
        next = clock.now + 100_000_000
        terminal.live(
          "\(report.seeds) seeds  \(report.failing.count) failing  \(report.completed) operations")
      }
      report.interrupted = watch.signal
      let isOver = deadline.map { clock.now >= $0 } ?? false
      return report.interrupted == nil && !isOver
    }
    return failing
  }

  /// Looks for the planted bug until clients see it.
  private mutating func releaseCanary() {
    guard let row = Protocols.named(settings.campaign.plan.protocolName) else { return }
    var hunt = settings.campaign
    hunt.plan.bugs = [row.canary]
    hunt.checksDeterminism = false
    var canary = CampaignReport.Canary(bug: row.canary)
    var tried = 0
    hunt.run(from: settings.first, count: Self.canaryPatience) { result in
      tried += 1
      if result.witnesses.contains(.clients) { canary.seeds = tried }
      return canary.seeds == nil && watch.signal == nil
    }
    // Who was interrupted has not shown that it lives.
    if canary.seeds != nil || watch.signal == nil { report.canary = canary }
  }

  /// Writes a seed's run into a folder of that name, judges it there as any other run, and draws
  /// its page; without a name into the campaign's own.
  ///
  /// - Returns: where it is, or nil where no folder can be made.
  @discardableResult
  private mutating func keep(_ result: SeedResult, as name: String?) -> String? {
    let path: String
    let folder: RunFolder
    do throws(Failure) {
      path = try makeFolder() + (name.map { "/" + $0 } ?? "")
      folder = RunFolder(path: path)
      _ = try result.run.write(to: folder)
    } catch {
      problems.append(error)
      return nil
    }
    kept.append((result, path))
    var investigate = Investigate()
    investigate.measures = true
    var signal: Int32?
    let judged = investigate.file(FoundHistory(folder.history, .run), signal: &signal)
    guard case .judged(var findings) = judged.outcome else {
      if case .failed(let failure) = judged.outcome { problems.append(failure) }
      return path
    }
    if (findings.ending == .violation) != result.witnesses.contains(.clients) {
      problems.append(
        Failure(
          .defect,
          "\(folder.history): the check of this file does not say what that of the seed said; "
            + "please report this with the folder"))
    }
    keepMessages(of: result, &findings, in: folder)
    let title = "\(result.plan.runName), seed \(result.plan.seed)"
    if let problem = RunPages.write(findings, to: folder, title: title) { problems.append(problem) }
    return path
  }

  /// Keeps the messages of that part of a run that its counterexample is about; of one without,
  /// those before what was broken inside, or the first.
  private mutating func keepMessages(
    of result: SeedResult, _ findings: inout HistoryFindings, in folder: RunFolder
  ) {
    var recording = MessageRecording()
    if let scope = findings.spaceTimeScope {
      recording = MessageRecording(from: scope.recordedFrom, until: scope.recordedUntil)
    } else if let breached = result.run.breached {
      recording = MessageRecording(from: max(0, breached.time - Self.beforeBreach))
    }
    attempt { () throws(Failure) in
      try File.replace(folder[.messages], with: try result.messages(recording))
    }
    findings.readMessages()
  }

  private mutating func makeFolder() throws(Failure) -> String {
    if let folder { return folder }
    let out = settings.campaign.plan.out
    try File.makeFolder(out)
    var name = "simulated-\(settings.campaign.plan.runName)-\(WallTime().stamp)"
    var attempt = 1
    while File.kind(out + "/" + name) != .nothing {
      attempt += 1
      name = "simulated-\(settings.campaign.plan.runName)-\(WallTime().stamp)-\(attempt)"
    }
    let path = out + "/" + name
    try File.makeFolder(path)
    try RunFolder.mark(latest: name, in: out)
    folder = path
    return path
  }

  private mutating func shrink(_ result: SeedResult) -> ShrunkSeed {
    let terminal = terminal
    let watch = watch
    let shrinker = Shrinker(settings.campaign) { tried, size in
      terminal.live("shrinking: \(tried) plans tried, \(size)")
      return watch.signal == nil
    }
    let small = shrinker.smallest(of: result)
    let path = keep(small.result, as: "shrunk-\(result.plan.seed)")
    return ShrunkSeed(result: small.result, tried: small.tried, path: path)
  }
}
