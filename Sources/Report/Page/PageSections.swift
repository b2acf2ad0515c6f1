import Base
import Checker
import Histories

/// The parts of the page that are plain HTML and need no script.
struct PageSections {
  let history: History
  let result: CheckResult?
  let showsTime: Bool
  private let text = OperationText(valueLimit: 40)

  /// How many violating keys, states and refusals are shown.
  private static let mostKeys = 8
  private static let mostStates = 8
  private static let mostRefusals = 8

  init(history: History, result: CheckResult?, showsTime: Bool) {
    self.history = history
    self.result = result
    self.showsTime = showsTime
  }

  // MARK: - Head

  /// The verdict in a word.
  func word(_ shortcomings: [String]) -> String {
    guard let result else { return "recorded" }
    return CheckedFile(file: "", finding: .checked(result, history)).saysNothing
      ? RunVerdict.inconclusive.word : RunVerdict(result.verdict, shortcomings: shortcomings).word
  }

  /// The verdict as text and colour, and what the coverage lacks.
  func verdict(_ shortcomings: [String]) -> Markup {
    let word = word(shortcomings)
    let (mark, sentence) =
      switch word {
      case "linearizable": ("✓", "An order explains everything that the clients saw.")
      case "violation": ("✗", "No order explains what the clients saw.")
      case "undecided": ("?", "The budget ran out before the answer was known.")
      case "inconclusive":
        ("?", "Nothing wrong was seen, but too little was exercised to mean anything.")
      default: ("•", "The history was recorded and not checked.")
      }
    let title = word.prefix(1).uppercased() + word.dropFirst()
    // A violation stands whatever else the run lacked, and it ended the run early.
    let lacks = word == "violation" ? [] : shortcomings
    let list = Markup(lacks.prefix(20).map { "<li>\(Legible.text($0, limit: 400))</li>" })
    return """
      <p class="verdict \(word)" role="status"><b>\(mark) \(title)</b><span>\(sentence)</span></p>
      \(lacks.isEmpty ? "" : "<ul class=\"notes\">\(list)</ul>" as Markup)
      """
  }

  /// What ran and what was checked.
  func facts(_ info: RunInfo?) -> Markup {
    var facts: [(String, String)] = []
    if let info {
      facts += [
        ("Cluster", info.cluster), ("Workload", info.workload), ("Faults", info.faults),
        ("Clients", "\(info.clients)"),
        ("Duration", Units.describe(nanoseconds: info.durationNanoseconds)),
        ("Started", info.startedAt), ("Seed", "\(info.seed)"), ("Folder", info.folder),
      ]
    }
    if let result {
      facts += [
        ("Model", result.model), ("Operations checked", Legible.grouped(result.operations)),
        ("Outcome unknown", Legible.grouped(result.indeterminate)),
        ("Keys", Legible.grouped(result.keys)), ("Algorithm", result.algorithm),
      ]
    }
    let items = facts.filter { !$0.1.isEmpty }.map { name, value -> Markup in
      "<div><dt>\(name)</dt><dd>\(Legible.text(value, limit: 300))</dd></div>"
    }
    let problems = (info?.problems ?? []) + history.warnings
    let list = Markup(problems.prefix(20).map { "<li>\(Legible.text($0, limit: 400))</li>" })
    return """
      <dl class="facts">\(Markup(items))</dl>
      \(problems.isEmpty ? "" : "<h3>Problems</h3><ul class=\"notes\">\(list)</ul>" as Markup)
      """
  }

  // MARK: - Counterexample

  /// Why it is a violation, for each key; the first is open.
  func counterexamples() -> Markup {
    guard let violations = result?.violations, let first = violations.first else { return "" }
    var section: Markup = """
      <section id="counterexample" aria-labelledby="counterexample-title">
      <h2 id="counterexample-title">Counterexample\(onKey(first.key))</h2>
      \(counterexample(first))
      """
    for violation in violations.dropFirst().prefix(PageSections.mostKeys - 1) {
      section += """
        <details><summary>Counterexample\(onKey(violation.key))</summary>
        \(counterexample(violation))</details>
        """
    }
    let further = violations.count - PageSections.mostKeys
    if further > 0 {
      section += "<p class=\"soft\">\(Legible.count(further, "further key")) broke the model.</p>"
    }
    section += "</section>"
    return section
  }

  private func onKey(_ key: ValueID) -> String {
    let name = text.key(key, of: history)
    return name.isEmpty ? "" : " on key \(name)"
  }

  private func counterexample(_ violation: Violation) -> Markup {
    guard let result else { return "" }
    let plan = DrawingPlan(
      violation.operations, culprit: violation.culprit, of: history, width: 142, text: text)
    let words = Explanation(violation, in: result, of: history)
    let explanation = Legible.text(words.story, limit: 2000)
    let faults: Markup =
      words.faults.isEmpty ? "" : "<p>\(Legible.text(words.faults, limit: 2000))</p>"
    let pending: Markup =
      plan.bars.contains { $0.isOpen && !$0.isCulprit }
      ? """
      <span><i class="pending"></i>outcome unknown: may take effect at any later time</span>
      """ : ""
    let omitted: Markup =
      plan.omitted > 0
      ? "<p class=\"soft\">\(Legible.count(plan.omitted, "operation")) farther away not drawn.</p>"
      : ""
    return """
      <p class="explanation"><b>\(words.kind.title).</b> \(explanation)</p>
      <p class="soft">The rule: \(words.rule).</p>\(faults)
      <div class="drawing"><div class="scroll" tabindex="0" role="group" \
      aria-label="Drawing of the operations">\(DrawingSVG.markup(plan, description: explanation))\
      </div></div>
      <p class="legend"><span><i class="culprit"></i>cannot be explained</span>\(pending)</p>
      \(omitted)
      <div class="columns">
      \(table(plan.bars, violation))
      \(states(violation))
      </div>
      """
  }

  private func table(_ bars: [DrawingPlan.Bar], _ violation: Violation) -> Markup {
    guard !bars.isEmpty else { return "" }
    let timed = bars.contains { history.invokedTime[$0.operation] != Event.noTime }
    var rows: Markup = """
      <tr><th class="n">Line</th><th class="n">Client</th><th>Operation</th>\
      \(timed ? "<th class=\"n\">Invoked</th><th class=\"n\">Completed</th>" as Markup : "")</tr>
      """
    for bar in bars {
      let index = bar.operation
      rows += """
        <tr\(bar.isCulprit ? " class=\"culprit\"" as Markup : "")><td class="n">\
        \(history.line[index])</td><td class="n">\(history.processes[index])</td>\
        <td class="mono">\(bar.label)\(bar.isCulprit ? " ◀" : "")</td>\
        \(timed ? times(bar) : "")</tr>
        """
    }
    var minimal: Markup =
      violation.isMinimal
      ? "<p class=\"soft\">No operation of these can be left out: they prove it alone.</p>" : ""
    if violation.isAbridged { minimal += "<p class=\"soft\">\(Violation.abridgement)</p>" }
    return """
      <div><h3>Operations</h3><div class="scroll"><table>\(rows)</table></div>\
      \(minimal)</div>
      """
  }

  private func times(_ bar: DrawingPlan.Bar) -> Markup {
    let completed =
      bar.isOpen ? "never known" : time(history.completedTime[bar.operation])
    return """
      <td class="n">\(time(history.invokedTime[bar.operation]))</td><td class="n">\(completed)</td>
      """
  }

  private func time(_ nanoseconds: Int64) -> String {
    nanoseconds == Event.noTime ? "–" : Legible.instant(nanoseconds)
  }

  private func states(_ violation: Violation) -> Markup {
    guard !violation.dilemmas.isEmpty else { return "" }
    let total = violation.dilemmas.count + max(0, violation.omittedDilemmas)
    var items: Markup = ""
    for dilemma in violation.dilemmas.prefix(PageSections.mostStates) { items += state(dilemma) }
    let omitted = total - min(violation.dilemmas.count, PageSections.mostStates)
    if omitted > 0 { items += "<li class=\"soft\">… and \(Legible.count(omitted, "other"))</li>" }
    return """
      <div class="wide"><h3>Just before it completed, \(Legible.count(total, "state")) \
      \(total == 1 ? "was" : "were") possible</h3>
      <ul class="states">\(items)</ul></div>
      """
  }

  private func state(_ dilemma: Dilemma) -> Markup {
    let path = dilemma.path.suffix(8).map { text.label($0, of: history) }.joined(separator: ", ")
    let cut = dilemma.path.count > 8 ? "… " : ""
    var refusals: Markup = ""
    for refusal in dilemma.refusals.prefix(PageSections.mostRefusals) {
      let line =
        history.line.indices.contains(refusal.operation)
        ? " (line \(history.line[refusal.operation]))" : ""
      refusals += """
        <li><span class="mono">\(text.label(refusal.operation, of: history))</span>\(line): \
        \(Legible.text(refusal.reason, limit: 300))</li>
        """
    }
    let omitted = dilemma.refusals.count - PageSections.mostRefusals
    if omitted > 0 { refusals += "<li>… and \(Legible.count(omitted, "other refusal"))</li>" }
    return """
      <li><span class="state">\(Legible.text(dilemma.state, limit: 200))</span> \
      <span class="soft">\(path.isEmpty ? "the initial state" : "after \(cut)\(path)")</span>\
      <ul>\(refusals)</ul></li>
      """
  }

  // MARK: - The rest

  /// What could not be decided, with the numbers.
  func undecided() -> Markup {
    guard let undecided = result?.undecided, !undecided.isEmpty else { return "" }
    var rows: Markup = """
      <tr><th>Key</th><th>Reason</th><th class="n">Explained</th><th class="n">Completed</th>\
      <th class="n">Open at once</th><th>Deepest</th></tr>
      """
    for entry in undecided.prefix(20) {
      let deepest = entry.deepest.flatMap { index in
        history.line.indices.contains(index)
          ? "\(text.label(index, of: history)), line \(history.line[index])" : nil
      }
      rows += """
        <tr><td class="mono">\(text.key(entry.key, of: history))</td>\
        <td>\(entry.reason.description)</td><td class="n">\(Legible.grouped(entry.explained))</td>\
        <td class="n">\(Legible.grouped(entry.completions))</td>\
        <td class="n">\(Legible.grouped(entry.mostOpen))</td>\
        <td class="mono">\(deepest ?? "–")</td></tr>
        """
    }
    return """
      <section><h2>Undecided: \(Legible.count(undecided.count, "key"))</h2>\
      <div class="scroll"><table>\(rows)</table></div></section>
      """
  }

  /// The places where the script draws.
  func timeline() -> Markup {
    let charts: Markup =
      showsTime
      ? """
      <figure class="chart"><figcaption>Latency by time of completion (logarithmic; × outcome \
      unknown)</figcaption><canvas id="latency" role="img" aria-label="Latency of operations over \
      time"></canvas></figure>
      <figure class="chart"><figcaption>Completions a second (dashed: outcome unknown)</figcaption>\
      <canvas id="rate" role="img" aria-label="Completions a second over time"></canvas></figure>
      """
      : """
      <p class="soft">Not every event has a time that never runs backwards, so the axis is the \
      order of events, and latency and rate are not drawn.</p>
      """
    return """
      <section aria-labelledby="timeline-title">
      <h2 id="timeline-title">Timeline</h2>
      <div class="toolbar">
      <button id="jump" class="bad" type="button">Counterexample</button>
      <button id="fit" type="button">Whole run</button>
      <button id="zoom-out" type="button" aria-label="Zoom out">−</button>
      <button id="zoom-in" type="button" aria-label="Zoom in">+</button>
      <button id="earlier" type="button" aria-label="Earlier">←</button>
      <button id="later" type="button" aria-label="Later">→</button>
      <label>Key <select id="by-key"><option value="">all</option></select></label>
      <label>Function <select id="by-function"><option value="">all</option></select></label>
      <label>Process <select id="by-process"><option value="">all</option></select></label>
      </div>
      <p class="legend"><span><i class="ok"></i>ok</span><span><i class="unknown"></i>outcome \
      unknown</span><span><i class="fail"></i>did not happen</span><span><i class="bad"></i>cannot \
      be explained</span><span><i class="band"></i>fault (hollow: not verified)</span></p>
      <p class="detail" id="detail" aria-live="polite" data-empty="Point at an operation, or press \
      n and p, to see its details."></p>
      <canvas id="timeline" tabindex="0" role="application" aria-label="Timeline of operations. \
      Arrow keys move, plus and minus zoom, 0 shows the whole run, c the counterexample, n and p \
      select the next and the previous operation."></canvas>
      \(charts)
      <p class="soft" id="rows-note">A row is a client: “4 +35” is process 4 and the 35 \
      that took over from it in turn after outcomes that nobody knows.</p>
      <p class="soft hint">Drag to move. The wheel zooms once a plot was clicked, or with Ctrl. \
      Keys: ← → ↑ ↓ + − 0 c n p.</p>
      <noscript><p>The timeline needs JavaScript; everything else on this page does not.</p>\
      </noscript>
      </section>
      """
  }

  /// What was exercised.
  func coverage(_ coverage: Coverage) -> Markup {
    var functions: Markup = """
      <tr><th>Completed</th><th class="n">Total</th><th class="n">Before faults</th>\
      <th class="n">During</th><th class="n">After</th></tr>
      """
    for function in coverage.functions.prefix(50) {
      functions += """
        <tr><td class="mono">\(Legible.text(function.name, limit: 40))</td>\
        <td class="n">\(Legible.grouped(function.completed))</td>\
        <td class="n">\(Legible.grouped(function.beforeFaults))</td>\
        <td class="n">\(Legible.grouped(function.duringFaults))</td>\
        <td class="n">\(Legible.grouped(function.afterFaults))</td></tr>
        """
    }
    var faults: Markup = """
      <tr><th>Fault</th><th class="n">Made</th><th class="n">Verified</th></tr>
      """
    for fault in coverage.faults.prefix(50) {
      faults += """
        <tr><td class="mono">\(Legible.text(fault.name, limit: 40))</td>\
        <td class="n">\(Legible.grouped(fault.made))</td>\
        <td class="n">\(Legible.grouped(fault.verified))</td></tr>
        """
    }
    let reasons: Markup =
      RunSummaryText.reasons(coverage, history).map { " Not ok, \($0)." } ?? ""
    let faultTable: Markup = coverage.faults.isEmpty ? "" : "<table>\(faults)</table>"
    return """
      <section aria-labelledby="coverage-title">
      <h2 id="coverage-title">What was exercised</h2>
      <div class="columns scroll"><table>\(functions)</table>\(faultTable)</div>
      <p class="soft">\(Legible.grouped(coverage.invoked)) invoked: \
      \(Legible.grouped(coverage.completed)) ok, \(Legible.grouped(coverage.indeterminate)) \
      unknown, \(Legible.grouped(coverage.failed)) did not happen; \
      \(RunSummaryText.percent(coverage.overlap)) concurrent with another, \
      \(Legible.count(coverage.finalReads, "final read")).\(reasons)</p>
      </section>
      """
  }

  /// How to run it again.
  func plan(_ info: RunInfo?) -> Markup {
    guard let info else { return "" }
    let command = Legible.text(info.replayCommand, limit: 2000)
    let plan = info.plan.split(separator: "\n", omittingEmptySubsequences: false).prefix(400)
      .map { Legible.text(String($0), limit: 400) }.joined(separator: "\n")
    let details: Markup = "<details><summary>Plan</summary><pre>\(plan)</pre></details>"
    return """
      <section><h2>Run it again</h2>
      \(command.isEmpty ? "" : "<pre>\(command)</pre>" as Markup)
      \(plan.isEmpty ? "" : details)
      </section>
      """
  }
}
