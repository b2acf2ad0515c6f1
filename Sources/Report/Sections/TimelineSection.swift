import Findings

/// All operations over time, latency and rate: the places on the page where its script draws.
struct TimelineSection: Section {
  /// The places where the script draws.
  func html(_ findings: HistoryFindings) -> Markup {
    let showsTime = PageAxis(findings.history).isTime
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
}
