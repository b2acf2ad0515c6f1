import Base
import Experiments
import Findings
import Glibc
import Protocols
import Report
import Simulator

/// `plumbline protocols --matrix`: every bug of the protocols beside who finds it, and how soon.
struct BugMatrix {
  private var records: [BugRecord] = []
  /// The signal that ended it early: the last row is of fewer seeds then.
  private(set) var signal: Int32?
  private let seeds: Int
  private static let usualSeeds = 200

  /// Measures the bugs of some protocols.
  ///
  /// - Throws: an input ``Failure`` when a seed cannot be run.
  init(
    of protocols: [ProtocolDescription], _ arguments: ParsedArguments, _ terminal: Terminal
  ) throws(Failure) {
    seeds = try arguments.count("seeds") ?? Self.usualSeeds
    var campaign = Campaign(
      .simulated, judge: { (run) throws(Failure) in try SeedJudge.judge(run) })
    campaign.threads = try arguments.count("jobs") ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    let watch = Watch(onSignal: {
      terminal.note("plumbline: interrupted: what was measured so far follows; again ends at once")
    })
    defer {
      watch.end()
      terminal.live("")
    }
    let chosen = try Self.chosen(arguments, of: protocols)
    for row in protocols {
      for bug in row.bugs where chosen?.contains(bug.name) ?? true {
        terminal.live("\(row.name) \(bug.name)")
        records.append(
          try BugRecord(
            of: bug, in: row.name, campaign, seeds: seeds, shrinks: !arguments.has("no-shrink")
          ) { watch.signal == nil })
        signal = watch.signal
        if signal != nil { return }
      }
    }
  }

  /// The bugs that were asked for; nil for all.
  private static func chosen(
    _ arguments: ParsedArguments, of protocols: [ProtocolDescription]
  ) throws(Failure) -> Set<String>? {
    guard let list = arguments["bug"] else { return nil }
    let known = protocols.flatMap { $0.bugs.map(\.name) }
    let names = list.split(separator: ",").map(String.init)
    for name in names where !known.contains(name) {
      throw Failure(
        .usage, "--bug \(name): there is no such bug" + Suggestion.hint(for: name, among: known))
    }
    return Set(names)
  }

  /// The columns of a row, as words.
  private func cells(_ record: BugRecord) -> [String] {
    let share = { (witness: Witnessed) -> String in
      let count = record.seen[witness] ?? 0
      return count == 0 ? "–" : Self.percent(count, of: record.seeds)
    }
    let seeds = [0.5, 0.9].map { part in
      record.quantile(part, \.seeds).map { "\($0)" } ?? "> \(record.seeds)"
    }
    let times = [0.5, 0.9].map { part in
      record.quantile(part, \.nanoseconds).map { Units.describe(nanoseconds: $0) } ?? "–"
    }
    let size = record.smallest.map { "\($0.operations) / \($0.faults) / \($0.nodes)" } ?? "–"
    let mark = record.bug.schedule == nil ? "" : " *"
    return [record.protocolName, record.bug.name + mark] + Witnessed.allCases.map(share) + seeds
      + times + [size]
  }

  private static let titles =
    ["protocol", "bug"] + Witnessed.allCases.map(\.rawValue) + [
      "seeds 50 %", "seeds 90 %", "time 50 %", "time 90 %", "smallest",
    ]

  private static func percent(_ count: Int, of all: Int) -> String {
    let thousandths = (count * 1000 + all / 2) / max(1, all)
    return thousandths % 10 == 0 || thousandths >= 100
      ? "\((thousandths + 5) / 10) %" : "\(thousandths / 10).\(thousandths % 10) %"
  }

  /// What the terminal shows.
  var text: String {
    let rows = [Self.titles] + records.map(cells)
    let widths = Self.titles.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    var lines = rows.map { row in
      var line = ""
      for (cell, width) in zip(row, widths) { line += Legible.padded(cell, to: width + 2) }
      while line.hasSuffix(" ") { line.removeLast() }
      return line
    }
    lines += ["", legend]
    return lines.joined(separator: "\n") + "\n"
  }

  /// A table for a page, without the times, which differ from machine to machine.
  var markdown: String {
    let isKept = Self.titles.map { !$0.hasPrefix("time") }
    let line = { (cells: [String]) in
      "| " + zip(cells, isKept).filter(\.1).map(\.0).joined(separator: " | ") + " |"
    }
    let rule = "|" + String(repeating: "---|", count: isKept.count { $0 })
    return ([line(Self.titles), rule] + records.map { line(cells($0)) }).joined(separator: "\n")
      + "\n"
  }

  private var legend: String {
    """
    Of \(seeds) seeds of each bug: the share in which clients, the rules of quorums, the invariants
    inside or the demand to answer again noticed it; how many seeds, and how much time of one core,
    half and nine tenths of the searches took; operations, faults and nodes of the smallest plan.
    A bug with * has faults of its own, which by chance hardly come together.
    """
  }

  /// The same for scripts.
  var json: JSON { .array(records.map(Self.json)) }

  private static func json(_ record: BugRecord) -> JSON {
    let seen = Witnessed.allCases.map { witness in
      JSON.Member(witness.rawValue, JSON(record.seen[witness] ?? 0))
    }
    let size = record.smallest.map { size -> JSON in
      [
        "operations": JSON(size.operations), "faults": JSON(size.faults),
        "nodes": JSON(size.nodes),
      ]
    }
    let seeds = { (share: Double) -> JSON in
      record.quantile(share, \.seeds).map { JSON($0) } ?? .null
    }
    let times = { (share: Double) -> JSON in
      record.quantile(share, \.nanoseconds).map { .integer($0) } ?? .null
    }
    let schedule = record.bug.schedule.map { JSON.string($0) } ?? .null
    return [
      "protocol": .string(record.protocolName), "bug": .string(record.bug.name),
      "source": .string(record.bug.source), "schedule": schedule, "seeds": JSON(record.seeds),
      "failing": JSON(record.failing), "seenBy": .object(seen), "seedsMedian": seeds(0.5),
      "seeds90": seeds(0.9), "nanosecondsMedian": times(0.5), "nanoseconds90": times(0.9),
      "smallest": size ?? .null,
    ]
  }
}
