import Base
import Experiments
import Findings
import Formats
import Report
import Simulator

/// A failing seed that was made small.
struct ShrunkSeed: Sendable {
  var result: SeedResult
  /// How many plans were tried.
  var tried: Int
  /// Where its run is; nil where it could not be written.
  var path: String?
}

/// What `plumbline simulate` found, for people and for scripts.
struct SimulationOutcome: Sendable {
  private let report: CampaignReport
  private let settings: SimulationSettings
  private let kept: [(result: SeedResult, path: String)]
  var shrunk: ShrunkSeed?
  /// What could not be written; the verdict counts all the same.
  var problems: [Failure] = []
  private static let mostTold = 20

  init(
    _ report: CampaignReport, _ settings: SimulationSettings,
    kept: [(result: SeedResult, path: String)]
  ) {
    self.report = report
    self.settings = settings
    self.kept = kept
  }

  /// How the campaign ends.
  var ending: Ending {
    var ending = Ending(signal: report.interrupted)
    for result in report.failing {
      if let failure = result.failure { ending.merge(.failed(failure.code)) }
      if !result.witnesses.isEmpty { ending.merge(.violation) }
    }
    for problem in problems { ending.merge(.failed(problem.code)) }
    if report.undecided > 0 { ending.merge(.undecided) }
    if !report.isRepeatable { ending.merge(.failed(.defect)) }
    if isCanaryAlive { ending.merge(.inconclusive) }
    if report.failing.isEmpty, passed == 0 { ending.merge(.inconclusive) }
    return ending
  }

  /// Seeds that passed, were decided and exercised enough.
  private var passed: Int {
    report.seeds - report.failing.count - report.lacking - report.undecided
  }
  private var isCanaryAlive: Bool { report.canary.map { $0.seeds == nil } ?? false }

  /// All of it as one JSON object.
  var json: JSON {
    var members = report.json.members ?? []
    members.insert(JSON.Member("verdict", .string(ending.word)), at: 0)
    members.append(
      JSON.Member(
        "kept",
        .array(kept.map { ["seed": JSON($0.result.plan.seed), "folder": .string($0.path)] })))
    members.append(JSON.Member("problems", .array(problems.map { .string($0.message) })))
    if let shrunk {
      members.append(
        JSON.Member(
          "shrunk",
          [
            "folder": shrunk.path.map { .string($0) } ?? .null, "tried": JSON(shrunk.tried),
            "operations": JSON(shrunk.result.run.script.count),
            "faults": JSON(Schedule.faults(of: shrunk.result.plan).count),
            "nodes": JSON(shrunk.result.plan.nodes), "words": .string(shrunk.result.words),
          ]))
    }
    return .object(members)
  }

  /// What the terminal shows.
  func text(_ terminal: Terminal) -> String {
    let palette = Palette(color: terminal.usesColor)
    var lines = settings.isSingle ? single(palette) : campaign(palette)
    if let shrunk { lines += small(shrunk, palette) }
    for problem in problems { lines.append(palette.unsure("problem: \(problem.message)")) }
    return lines.joined(separator: "\n") + "\n"
  }

  private func campaign(_ palette: Palette) -> [String] {
    let seconds = Double(report.tookNanoseconds) / 1e9
    let rate = seconds > 0 ? Int(Double(report.seeds) / seconds) : 0
    var lines = [
      palette.strong("\(settings.campaign.plan.runName), simulated"),
      fact(
        "seeds",
        "\(report.seeds) in \(Units.describe(nanoseconds: report.tookNanoseconds)), "
          + "\(rate) a second", palette),
      fact(
        "virtual",
        "\(Units.describe(nanoseconds: report.virtualNanoseconds)), "
          + "\(Legible.grouped(report.completed)) operations, "
          + "\(Legible.grouped(report.deliveries)) messages", palette),
      fact("fingerprint", report.fingerprint.description, palette),
    ]
    if let canary = report.canary {
      let words =
        canary.seeds.map { "\(canary.bug) was found in seed \($0) of it" }
        ?? "\(canary.bug) was NOT found: the campaign cannot be believed"
      lines.append(fact("canary", words, palette))
    } else if !settings.campaign.plan.bugs.isEmpty {
      lines.append(fact("canary", "none: the plan has a bug of its own", palette))
    }
    lines.append(fact("behaviours", report.behaviours.words, palette))
    lines += cuts(palette)
    let never = report.neverReached
    if !never.isEmpty { lines.append(fact("never", never.joined(separator: ", "), palette)) }
    if report.lacking > 0, let lack = report.lack {
      lines.append(
        fact("too little", "\(report.lacking) seeds, the first because \(lack)", palette))
    }
    if report.undecided > 0 {
      lines.append(fact("undecided", "\(report.undecided) seeds", palette))
    }
    lines += ["", verdict(palette)]
    for result in report.failing.prefix(Self.mostTold) { lines += told(result) }
    if report.failing.count > Self.mostTold {
      lines.append("  … and \(report.failing.count - Self.mostTold) more (--json has all)")
    }
    return lines
  }

  private func single(_ palette: Palette) -> [String] {
    var lines = [palette.strong("\(settings.campaign.plan.runName), seed \(settings.first)")]
    guard let (result, path) = kept.first else {
      return lines + report.failing.flatMap(told)
    }
    let run = result.run
    lines += [
      fact("cluster", result.plan.clusterWords, palette),
      fact("faults", "\(run.faultsMade) made, \(run.faultsVerified) seen to take effect", palette),
      fact(
        "virtual",
        "\(Units.describe(nanoseconds: run.nanoseconds)), "
          + "\(Legible.grouped(run.ok)) of \(Legible.grouped(run.invoked)) operations completed, "
          + "\(Legible.grouped(run.deliveries)) messages", palette),
      fact("fingerprint", run.fingerprint.description, palette), fact("folder", path, palette),
    ]
    lines += cuts(palette) + ["", verdict(palette)]
    if result.isFailing {
      lines += ["  " + seen(result), "  " + Legible.text(result.words, limit: 1000)]
    }
    for lack in result.lacks.prefix(5) { lines.append("  " + lack) }
    return lines + [
      "", fact("see more", "open \(path)/report.html, or plumbline explain \(path)", palette),
      fact("run again", "plumbline simulate --plan \(path)/plan.json5", palette),
    ]
  }

  /// What became of consistent cuts, where some were asked for.
  private func cuts(_ palette: Palette) -> [String] {
    guard report.plan.snapshotsNanoseconds > 0 else { return [] }
    var lines = [fact("cuts", report.cuts.words, palette)]
    if let hint = report.cuts.hintWords {
      lines.append(fact("", Legible.text(hint, limit: 300), palette))
    }
    return lines
  }

  private func verdict(_ palette: Palette) -> String {
    switch ending {
    case .holds:
      palette.good("✓ no seed failed")
        + (settings.isSingle ? "" : " (\(passed) of \(report.seeds) count)")
    case .violation:
      palette.bad("✗ \(report.failing.count) of \(report.seeds) seeds failed") + " (" + who + ")"
    case .inconclusive:
      palette.unsure("? inconclusive")
        + (isCanaryAlive ? ": the planted bug lived" : ": the seeds exercised too little")
    case .undecided: palette.unsure("? undecided: no seed failed, and not all were decided")
    case .interrupted: palette.unsure("? interrupted: no seed failed so far")
    default: palette.bad("✗ \(ending.word)")
    }
  }

  private var who: String {
    Witnessed.allCases.compactMap { witness in
      let count = report.count(witness)
      return count > 0 ? "\(witness.rawValue): \(count)" : nil
    }.joined(separator: ", ")
  }

  private func told(_ result: SeedResult) -> [String] {
    let folder = kept.first { $0.result.plan.seed == result.plan.seed }?.path
    let command =
      folder.map { "plumbline simulate --plan \($0)/plan.json5" }
      ?? "--seed \(result.plan.seed) with the same options"
    return [
      "  seed \(result.plan.seed): \(seen(result))",
      "    " + Legible.text(result.words, limit: 300), "    \(command)",
    ]
  }

  private func seen(_ result: SeedResult) -> String {
    if result.failure != nil { return "could not be run" }
    if result.isRepeatable == false { return "did something else when run again" }
    return "seen by " + result.witnesses.map(\.rawValue).joined(separator: ", ")
  }

  private func small(_ shrunk: ShrunkSeed, _ palette: Palette) -> [String] {
    let plan = shrunk.result.plan
    let faults = Schedule.faults(of: plan)
    let worked = shrunk.result.run.script.count
    var lines = [
      "",
      palette.strong(
        "smallest of \(shrunk.tried) plans tried: \(Legible.count(worked, "operation")), "
          + "\(Legible.count(faults.count, "fault")), \(Legible.count(plan.nodes, "node")), "
          + Units.describe(nanoseconds: plan.durationNanoseconds)),
      "  " + Legible.text(shrunk.result.words, limit: 1000),
    ]
    for fault in faults { lines.append("  " + fault.description) }
    guard let path = shrunk.path else { return lines }
    return lines + [
      fact("see more", "plumbline explain \(path)", palette),
      fact("run again", "plumbline simulate --plan \(path)/plan.json5", palette),
    ]
  }

  private func fact(_ name: String, _ value: String, _ palette: Palette) -> String {
    palette.dim(Legible.padded(name, to: 13)) + value
  }
}
