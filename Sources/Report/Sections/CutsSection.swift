import Base
import Findings

/// What became of the consistent cuts of a run. In a terminal it stands at the head of the run's
/// summary; what a broken one means is among what a pass lacks.
struct CutsSection: Section {
  func json(_ findings: HistoryFindings) -> [JSON.Member] {
    findings.cutsJSON.map { [JSON.Member("cuts", $0)] } ?? []
  }

  func html(_ findings: HistoryFindings) -> Markup {
    guard let words = findings.cutWords else { return "" }
    return """
      <section aria-labelledby="cuts-title">
      <h2 id="cuts-title">Consistent cuts</h2>
      <p class="soft">\(Legible.text(words, limit: 1000)).</p>
      </section>
      """
  }
}
