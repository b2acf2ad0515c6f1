import Base
import Checker
import Findings

/// The verdict and what it is about: a head on the page, the first members in JSON. In a terminal
/// it is the line of a file.
struct VerdictSection: Section {
  func json(_ findings: HistoryFindings) -> [JSON.Member] {
    var members = [
      JSON.Member("file", .string(findings.file)), JSON.Member("verdict", .string(findings.word)),
    ]
    guard let result = findings.result else { return members }
    members += [
      JSON.Member("claim", VerdictSection.claim(result.claim)),
      JSON.Member("model", .string(result.model)),
      JSON.Member("operations", JSON(result.operations)),
      JSON.Member("indeterminate", JSON(result.indeterminate)),
      JSON.Member("keys", JSON(result.keys)),
      JSON.Member("algorithm", .string(result.algorithm)),
      JSON.Member("seconds", JSON(result.seconds)),
    ]
    return members
  }

  /// A claim for programs.
  static func claim(_ claim: Claim) -> JSON {
    [
      "promise": .string(claim.promise.rawValue), "model": .string(claim.model),
      "scope": .string(claim.reach.rawValue),
    ]
  }

  func html(_ findings: HistoryFindings) -> Markup {
    let word = findings.word
    let (mark, sentence) = VerdictSection.sentence(findings)
    let title = word.prefix(1).uppercased() + word.dropFirst()
    return """
      <p class="verdict \(word)" role="status"><b>\(mark) \(title)</b><span>\(sentence)</span></p>
      \(facts(findings))
      """
  }

  /// The mark of an ending, and what it says in a sentence.
  static func sentence(_ findings: HistoryFindings) -> (mark: String, sentence: String) {
    guard findings.result != nil else { return ("•", "The history was recorded and not checked.") }
    return switch findings.ending {
    case .holds: ("✓", "An order explains everything that the clients saw.")
    case .violation: ("✗", "No order explains what the clients saw.")
    case .inconclusive where findings.breaksInvariants:
      ("?", "An order explains what the clients saw, but the nodes broke their protocol.")
    case .inconclusive:
      ("?", "Nothing wrong was seen, but too little was exercised or checked to mean anything.")
    case .failed: ("?", "Nobody ever answered, so nothing was checked.")
    default: ("?", "The budget ran out before the answer was known.")
    }
  }

  /// What ran and what was checked.
  private func facts(_ findings: HistoryFindings) -> Markup {
    var facts: [(String, String)] = []
    if let info = findings.run {
      facts += [
        ("Cluster", info.cluster), ("Workload", info.workload), ("Faults", info.faults),
        ("Clients", "\(info.clients)"),
        ("Duration", Units.describe(nanoseconds: info.durationNanoseconds)),
        ("Started", info.startedAt), ("Seed", "\(info.seed)"), ("Folder", info.folder),
        ("Versions", info.versions.joined(separator: ", ")),
      ]
    }
    if let result = findings.result {
      facts += [
        ("Promise", result.claim.promise.rawValue),
        ("Model", result.model), ("Operations checked", Legible.grouped(result.operations)),
        ("Outcome unknown", Legible.grouped(result.indeterminate)),
        ("Keys", Legible.grouped(result.keys)), ("Algorithm", result.algorithm),
      ]
    }
    let items = facts.filter { !$0.1.isEmpty }.map { name, value -> Markup in
      "<div><dt>\(name)</dt><dd>\(Legible.text(value, limit: 300))</dd></div>"
    }
    return "<dl class=\"facts\">\(Markup(items))</dl>"
  }
}
