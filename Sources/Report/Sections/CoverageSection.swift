import Findings
import Histories

/// What the history exercised. In a terminal it stands at the head of a run's summary.
struct CoverageSection: Section {
  /// What was exercised.
  func html(_ findings: HistoryFindings) -> Markup {
    let coverage = findings.coverage
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
      CoverageWords.reasons(coverage, findings.history).map { " Not ok, \($0)." } ?? ""
    let faultTable: Markup = coverage.faults.isEmpty ? "" : "<table>\(faults)</table>"
    return """
      <section aria-labelledby="coverage-title">
      <h2 id="coverage-title">What was exercised</h2>
      <div class="columns scroll"><table>\(functions)</table>\(faultTable)</div>
      <p class="soft">\(Legible.grouped(coverage.invoked)) invoked: \
      \(Legible.grouped(coverage.completed)) ok, \(Legible.grouped(coverage.indeterminate)) \
      unknown, \(Legible.grouped(coverage.failed)) did not happen; \
      \(CoverageWords.percent(coverage.overlap)) concurrent with another, \
      \(Legible.count(coverage.finalReads, "final read")).\(reasons)</p>
      </section>
      """
  }
}
