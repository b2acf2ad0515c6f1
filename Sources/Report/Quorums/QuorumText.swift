import Base
import Findings
import Quorums

/// The analysis of a quorum system for people: a table, the failures with their stories, a drawing
/// of which node carries what.
public struct QuorumText: Sendable {
  /// The colours.
  public var palette: Palette
  /// The width of the terminal in columns.
  public var width: Int
  /// Whether to draw with ASCII characters only.
  public var ascii: Bool

  /// Draws for a terminal of `width` columns; `ascii` is for those without other characters.
  public init(palette: Palette, width: Int = 100, ascii: Bool = false) {
    self.palette = palette
    self.width = width
    self.ascii = ascii
  }

  /// The whole page.
  public func page(_ analysis: Analysis) -> String {
    var text = head(analysis) + "\n" + checks(analysis) + "\n" + measures(analysis)
    if let strategy = analysis.strategy {
      text += "\n" + loads(strategy, analysis) + choices(strategy, analysis.system)
    }
    for bound in analysis.bounds { text += "not known: \(bound)\n" }
    return ascii
      ? text.split(separator: "\n", omittingEmptySubsequences: false)
        .map { Legible.ascii(String($0)) }.joined(separator: "\n") : text
  }

  private func head(_ analysis: Analysis) -> String {
    let system = analysis.system
    let count = system.nodes.count
    var text =
      "\(count) node\(count == 1 ? "" : "s"): \(cut(system.names.joined(separator: ", "), 9))\n"
    for (name, family, side, needed) in [
      ("reads", system.reads, analysis.reads, system.votes?.read),
      ("writes", system.writes, analysis.writes, system.votes?.write),
    ] {
      let what =
        needed.map { needed in
          let total = system.votes?.total ?? 0
          let isPlain = system.votes?.each.allSatisfy { $0 == 1 } ?? false
          return isPlain ? "any \(needed) of \(total)" : "\(needed) of \(total) votes"
        } ?? cut(family.text(names: system.names), 45)
      text += row(name, what + quorums(side))
    }
    return text
  }

  private func quorums(_ side: Analysis.Side) -> String {
    guard let minimal = side.minimal else { return "" }
    let count = Figures.count(minimal.count)
    return "  (\(count) minimal quorum\(minimal.count == 1 ? "" : "s"))"
  }

  private func checks(_ analysis: Analysis) -> String {
    var text = "overlap\n"
    for check in analysis.checks { text += self.check(check, analysis.system) }
    return text
  }

  private func check(_ check: OverlapCheck, _ system: QuorumSystem) -> String {
    var text: String
    let blank = String(repeating: " ", count: 11)
    switch check.overlap {
    case .holds: text = "  \(palette.good("holds"))    \(check.claim)\n"
    case .fails: text = "  \(palette.bad("FAILS"))    \(check.claim)\n"
    case .undecided(let bound):
      text =
        "  \(palette.unsure("unknown"))  \(check.claim)\n\(blank)reached the bound of \(bound)\n"
    }
    if let inequality = check.inequality {
      text += "\(blank)\(inequality.text) is \(inequality.holds)"
      if !inequality.holds, check.overlap.isProved {
        text += ", but that is only sufficient: these votes cannot be divided that way"
      }
      text += "\n"
    }
    guard let witness = check.witnessNames(in: system) else { return text }
    let labels = check.families.map(\.count).max() ?? 0
    for (label, quorum) in zip(check.families, witness) {
      let set = "{\(quorum.joined(separator: ", "))}"
      text += "\(blank)\(padded(label, labels)) \(cut(set, 14 + labels))\n"
    }
    for (index, line) in check.story.enumerated() {
      text += wrapped(line, first: "\(blank)\(index + 1). ", other: blank + "   ")
    }
    if let repair = check.repair {
      text += wrapped("repair: " + repair, first: blank, other: blank + "  ")
    }
    return text + palette.dim("\(blank)(\(check.source))") + "\n"
  }

  private func measures(_ analysis: Analysis) -> String {
    var text = "measures\n"
    let system = analysis.system
    if let least = analysis.resilience {
      text += row("resilience", "\(least)  any \(least) node\(least == 1 ? "" : "s") may fail")
    }
    for (name, side) in [("read", analysis.reads), ("write", analysis.writes)] {
      guard let resilience = side.resilience, let block = side.block else { continue }
      text += row(
        "  \(name)s", "\(resilience)  no \(name) quorum without \(cut(system.text(block), 45))")
    }
    text += zones(analysis)
    if let both = analysis.availability {
      let sides = [("reads", analysis.reads), ("writes", analysis.writes)].compactMap { side in
        side.1.availability.map { "\(side.0) \(Figures.probability($0))" }
      }
      let down = Figures.number(analysis.options.failureProbability)
      text += row(
        "availability",
        "\(Figures.probability(both))  (\(sides.joined(separator: ", "))) with each node down "
          + "\(down) of the time")
    }
    if let reason = analysis.noStrategy { text += row("strategy", palette.bad(reason)) }
    guard let strategy = analysis.strategy else { return text }
    let fractions = analysis.options.workload.fractions.map { Figures.percent($0.read) }
      .joined(separator: ", ")
    text += row("load", "\(Figures.number(strategy.load))  at \(fractions) reads")
    text += row("capacity", "\(Figures.number(strategy.capacity))  operations a unit of time")
    text += row("network", "\(Figures.number(strategy.networkLoad))  nodes an operation")
    text += row(
      "latency",
      Units.describe(nanoseconds: Int64(min(9e18, (strategy.latencySeconds * 1e6).rounded() * 1e3)))
    )
    return text
  }

  private func zones(_ analysis: Analysis) -> String {
    guard !Zones.names(analysis.system).isEmpty else { return "" }
    return [("read", analysis.reads), ("write", analysis.writes)].map { name, side in
      switch side.zones {
      case .surviveAll: row("zones", "\(name)s survive the loss of every zone")
      case .fallTo(let block):
        row(
          "zones",
          "\(block.count - 1)  no \(name) quorum without "
            + cut(block.joined(separator: ", "), 45))
      // Why is among the bounds.
      case nil: row("zones", "not known for \(name)s")
      }
    }.joined()
  }

  private func loads(_ strategy: Strategy, _ analysis: Analysis) -> String {
    var text = "load of each node: the share of its capacity that one operation takes\n"
    let names = analysis.system.names
    let most = strategy.nodeLoads.max() ?? 0
    let label = min(24, names.map(Legible.width).max() ?? 0)
    let room = max(10, min(40, width - label - 14))
    let shown = 24
    for (name, load) in zip(names, strategy.nodeLoads).prefix(shown) {
      let length = most > 0 ? Int((load / most * Double(room)).rounded()) : 0
      let bar = String(repeating: ascii ? "#" : "█", count: length)
      text +=
        "  \(padded(cut(name, width - 24), label))  \(padded(Figures.number(load), 7)) \(bar)\n"
    }
    if names.count > shown { text += "  … and \(names.count - shown) more nodes (--json)\n" }
    return text
  }

  private func choices(_ strategy: Strategy, _ system: QuorumSystem) -> String {
    var text = ""
    for (name, choices) in [("read", strategy.reads), ("write", strategy.writes)] {
      text += "\(name) quorums in use\n"
      for choice in choices.prefix(8) {
        text +=
          "  \(padded(Figures.percent(choice.probability), 7))"
          + " \(cut(system.text(choice.quorum), 11))\n"
      }
      if choices.count > 8 { text += "  … and \(choices.count - 8) more (--json)\n" }
    }
    return text
  }

  private func row(_ name: String, _ value: String) -> String {
    "  \(padded(name, 13)) \(value)\n"
  }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - Legible.width(text)))
  }

  /// The text without what a line has no room for after `used` columns.
  private func cut(_ text: String, _ used: Int) -> String {
    Legible.text(text, limit: max(30, width - used))
  }

  private func wrapped(_ text: String, first: String, other: String) -> String {
    var lines = [first]
    for word in text.split(separator: " ") {
      let last = lines[lines.count - 1]
      let isFresh = last == first || last == other
      if !isFresh, last.count + word.count + 1 > max(60, width) {
        lines.append(other + word)
      } else {
        lines[lines.count - 1] = last + (isFresh ? "" : " ") + word
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
