// Latency and rate over the same axis, with the same faults behind them.

/** One dot a completed operation on a logarithmic scale. */
class LatencyChart {
  constructor(run, canvas, view) {
    this.run = run;
    this.plot = new Plot(canvas, view, 190);
    let least = Infinity, most = 0;
    for (let i = 0; i < run.count; i++) {
      if (run.length[i] < 0) continue;
      const length = Math.max(1, run.length[i]);
      least = Math.min(least, length);
      most = Math.max(most, length);
    }
    this.low = Math.floor(Math.log10(Number.isFinite(least) ? least : 1));
    this.high = Math.max(this.low + 1, Math.ceil(Math.log10(most || 10)));
  }

  y(length) {
    const share = (Math.log10(Math.max(1, length)) - this.low) / (this.high - this.low);
    return this.plot.height - AXIS - 4 - share * (this.plot.height - AXIS - 12);
  }

  draw(colors) {
    const { plot, run } = this;
    if (!plot.begin(colors)) return;
    const bottom = plot.height - AXIS;
    plot.bands(run, colors, 0, bottom);
    plot.axis(run, colors, 0, bottom);
    const { context } = plot;
    context.strokeStyle = colors.line;
    context.fillStyle = colors.soft;
    context.textAlign = "right";
    for (let power = this.low; power <= this.high; power++) {
      const y = Math.round(this.y(10 ** power)) + 0.5;
      context.beginPath();
      context.moveTo(GUTTER, y);
      context.lineTo(plot.right, y);
      context.stroke();
      context.fillText(duration(run, 10 ** power), GUTTER - 8, y);
    }
    plot.clip(0, bottom);
    for (const outcome of [OK, FAIL, UNKNOWN]) this.drawDots(outcome, colors);
    for (const operation of run.culprits) this.drawDot(operation, colors);
    context.restore();
  }

  /** Dots of one outcome; a pixel is painted once. */
  drawDots(outcome, colors) {
    const { plot, run } = this;
    const share = (plot.view.to - plot.view.from) / (plot.view.most - plot.view.least);
    const size = run.count * share > 4000 ? 2.4 : 4;
    const { context, view } = plot;
    const taken = new Uint8Array(Math.ceil(plot.width) * plot.height);
    context.fillStyle = [colors.ok, colors.fail, colors.unknown][outcome];
    context.strokeStyle = context.fillStyle;
    context.globalAlpha = outcome === OK ? 0.55 : 1;
    context.beginPath();
    for (let i = 0; i < run.count; i++) {
      if (run.outcome[i] !== outcome || run.length[i] < 0 || !run.visible[i]) continue;
      if (run.end[i] < view.from || run.end[i] > view.to) continue;
      const x = Math.round(plot.x(run.end[i])), y = Math.round(this.y(run.length[i]));
      const cell = y * Math.ceil(plot.width) + x;
      if (taken[cell]) continue;
      taken[cell] = 1;
      if (outcome === OK) {
        context.fillRect(x - size / 2, y - size / 2, size, size);
      } else {
        context.moveTo(x - 3, y - 3);
        context.lineTo(x + 3, y + 3);
        if (outcome === FAIL) continue;
        context.moveTo(x - 3, y + 3);
        context.lineTo(x + 3, y - 3);
      }
    }
    context.stroke();
    context.globalAlpha = 1;
  }

  drawDot(operation, colors) {
    const { plot, run } = this;
    if (run.length[operation] < 0 || !run.visible[operation]) return;
    const { context } = plot;
    context.fillStyle = colors.bad;
    context.strokeStyle = colors.paper;
    context.lineWidth = 1.5;
    context.beginPath();
    context.arc(plot.x(run.end[operation]), this.y(run.length[operation]), 5, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
    context.lineWidth = 1;
  }
}

/** Completions a second, ok filled and unknown as a line. */
class RateChart {
  constructor(run, canvas, view) {
    this.run = run;
    this.plot = new Plot(canvas, view, 130);
  }

  bins() {
    const { plot, run } = this;
    const { from, to } = plot.view;
    const width = Math.max((to - from) / ((plot.right - GUTTER) / 6), run.last / 300);
    const first = Math.floor(from / width);
    const count = Math.ceil(to / width) - first + 1;
    const bins = {
      first, width, ok: new Float64Array(count), unknown: new Float64Array(count),
    };
    for (let i = 0; i < run.count; i++) {
      if (!run.visible[i] || run.length[i] < 0 || run.outcome[i] === FAIL) continue;
      const bin = Math.floor(run.end[i] / width) - first;
      if (bin >= 0 && bin < count) bins[run.outcome[i] === OK ? "ok" : "unknown"][bin] += 1;
    }
    const seconds = (width * run.unit) / 1e9;
    for (const bin of [bins.ok, bins.unknown]) bin.forEach((n, i) => (bin[i] = n / seconds));
    return bins;
  }

  draw(colors) {
    const { plot } = this;
    if (!plot.begin(colors)) return;
    const bottom = plot.height - AXIS;
    plot.bands(this.run, colors, 0, bottom);
    plot.axis(this.run, colors, 0, bottom);
    const bins = this.bins();
    const most = Math.max(1e-9, ...bins.ok, ...bins.unknown);
    const step = tickStep(most, 3);
    const y = (rate) => bottom - (rate / most) * (bottom - 14);
    const { context } = plot;
    context.strokeStyle = colors.line;
    context.fillStyle = colors.soft;
    context.textAlign = "right";
    for (let i = 0; i * step <= most; i++) {
      const line = Math.round(y(i * step)) + 0.5;
      context.beginPath();
      context.moveTo(GUTTER, line);
      context.lineTo(plot.right, line);
      context.stroke();
      if (line > 6) context.fillText(`${Number((i * step).toPrecision(3))}/s`, GUTTER - 8, line);
    }
    plot.clip(0, bottom);
    this.drawSteps(bins, bins.ok, y, bottom, colors.ok, true);
    this.drawSteps(bins, bins.unknown, y, bottom, colors.unknown, false);
    context.restore();
  }

  drawSteps(bins, rates, y, bottom, color, filled) {
    const { context } = this.plot;
    const x = (bin) => this.plot.x((bins.first + bin) * bins.width);
    context.beginPath();
    context.moveTo(x(0), bottom + 2);
    rates.forEach((rate, i) => {
      const high = rate > 0 ? y(rate) : bottom + 2;
      context.lineTo(x(i), high);
      context.lineTo(x(i + 1), high);
    });
    context.lineTo(x(rates.length), bottom + 2);
    if (filled) {
      context.fillStyle = color;
      context.globalAlpha = 0.25;
      context.fill();
      context.globalAlpha = 1;
    } else {
      context.setLineDash([4, 2]);
    }
    context.strokeStyle = color;
    context.lineWidth = 1.4;
    context.stroke();
    context.setLineDash([]);
    context.lineWidth = 1;
  }
}
