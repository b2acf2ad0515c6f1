// What part of the axis is in view, shared by all canvases, and the drawing they have in common.
const GUTTER = 74, EDGE = 10;

/** The span of the axis that all plots show. */
class View {
  constructor(run, redraw) {
    const margin = Math.max(1, run.last * 0.01);
    this.least = -margin;
    this.most = run.last + margin;
    this.from = this.least;
    this.to = this.most;
    this.smallest = run.axis === "rank" ? 8 : Math.max(10, 20000 / run.unit);
    this.redraw = redraw;
  }

  show(from, to) {
    const whole = this.most - this.least;
    const span = Math.min(whole, Math.max(this.smallest, to - from));
    let start = (from + to) / 2 - span / 2;
    start = Math.max(this.least, Math.min(this.most - span, start));
    this.from = start;
    this.to = start + span;
    this.redraw();
  }

  /** Zooms so that the point at `at` stays where it is. */
  zoom(factor, at = (this.from + this.to) / 2) {
    const span = this.to - this.from;
    const wanted = Math.min(this.most - this.least, Math.max(this.smallest, span * factor));
    const share = (at - this.from) / span;
    this.show(at - share * wanted, at + (1 - share) * wanted);
  }

  pan(share) {
    const span = this.to - this.from;
    const start = Math.max(this.least, Math.min(this.most - span, this.from + share * span));
    this.from = start;
    this.to = start + span;
    this.redraw();
  }

  all() { this.show(this.least, this.most); }
}

/** A canvas that keeps to the device's pixels and knows the axis. */
class Plot {
  constructor(canvas, view, height) {
    this.canvas = canvas;
    this.view = view;
    this.height = height;
    this.context = canvas.getContext("2d");
  }

  /** Prepares a frame; returns false when there is no room. */
  begin(colors) {
    const ratio = window.devicePixelRatio || 1;
    this.width = this.canvas.clientWidth;
    if (this.width < GUTTER + 40) return false;
    const wide = Math.round(this.width * ratio), high = Math.round(this.height * ratio);
    if (this.canvas.width !== wide || this.canvas.height !== high) {
      this.canvas.width = wide;
      this.canvas.height = high;
      this.canvas.style.height = `${this.height}px`;
    }
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.context.clearRect(0, 0, this.width, this.height);
    this.context.fillStyle = colors.paper;
    this.context.fillRect(0, 0, this.width, this.height);
    this.context.font = `11px ${colors.mono}`;
    this.context.textBaseline = "middle";
    this.context.lineWidth = 1;
    return true;
  }

  get right() { return this.width - EDGE; }

  x(value) {
    const { from, to } = this.view;
    return GUTTER + ((value - from) / (to - from)) * (this.right - GUTTER);
  }

  value(x) {
    const { from, to } = this.view;
    return from + ((x - GUTTER) / (this.right - GUTTER)) * (to - from);
  }

  clip(top, bottom) {
    this.context.save();
    this.context.beginPath();
    this.context.rect(GUTTER, top, this.right - GUTTER, bottom - top);
    this.context.clip();
  }

  bands(run, colors, top, bottom) {
    this.clip(top, bottom);
    this.context.fillStyle = colors.band;
    for (const fault of run.faults) {
      const left = this.x(fault.start);
      const right = Math.max(left + 1, this.x(fault.end));
      if (right >= GUTTER && left <= this.right) {
        this.context.fillRect(left, top, right - left, bottom - top);
      }
    }
    this.context.restore();
  }

  axis(run, colors, top, bottom) {
    const context = this.context;
    const span = this.view.to - this.view.from;
    let step = tickStep(span, (this.right - GUTTER) / 110);
    if (run.axis === "rank") step = Math.max(1, step);
    context.strokeStyle = colors.line;
    context.fillStyle = colors.soft;
    context.textAlign = "center";
    context.beginPath();
    const first = Math.max(0, Math.ceil(this.view.from / step));
    for (let i = first; i * step <= this.view.to; i++) {
      const x = Math.round(this.x(i * step)) + 0.5;
      context.moveTo(x, top);
      context.lineTo(x, bottom);
      const text = instant(run, i * step, step);
      const half = context.measureText(text).width / 2;
      if (x - half > GUTTER - 6 && x + half < this.width) context.fillText(text, x, bottom + 9);
    }
    context.stroke();
  }
}

/** The page's colours as the canvas needs them. */
function readColors() {
  const style = getComputedStyle(document.documentElement);
  const names = [
    "paper", "panel", "ink", "soft", "line", "ok", "ok-soft", "unknown", "unknown-soft", "fail",
    "bad", "bad-soft", "fault", "band", "on-solid", "mono",
  ];
  const colors = {};
  for (const name of names) {
    colors[name.replace(/-./g, (part) => part[1].toUpperCase())] =
      style.getPropertyValue(`--${name}`).trim();
  }
  return colors;
}
