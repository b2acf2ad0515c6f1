// The operations: a lane for each client, a bar for each operation, the faults above. Only what is
// in view is drawn, and bars that fall on the same pixel are drawn once.
const LANE = 22, STRIP = 15, AXIS = 20, MOST_HEIGHT = 460;

class Timeline {
  constructor(run, canvas, view) {
    this.run = run;
    this.kinds = [...new Set(run.faults.map((fault) => fault.name))];
    this.top = this.kinds.length * STRIP + 10;
    const wanted = this.top + run.lanes.length * LANE + AXIS;
    const least = this.top + LANE + AXIS;
    this.plot = new Plot(canvas, view, Math.max(least, Math.min(wanted, MOST_HEIGHT)));
    this.scroll = 0;
    this.selected = -1;
  }

  get bottom() { return this.plot.height - AXIS; }

  get mostScroll() {
    return Math.max(0, this.run.lanes.length * LANE - (this.bottom - this.top));
  }

  scrollTo(lane) {
    this.scroll = Math.max(
      0, Math.min(this.mostScroll, lane * LANE - (this.bottom - this.top) / 2 + LANE / 2));
  }

  scrollBy(pixels) { this.scroll = Math.max(0, Math.min(this.mostScroll, this.scroll + pixels)); }

  /** The first place in a lane whose operation ends at or after a point. */
  firstInView(lane, from) {
    let low = 0, high = lane.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.run.end[lane[middle]] < from) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  draw(colors) {
    const plot = this.plot;
    if (!plot.begin(colors)) return;
    this.hatch = this.makeHatch(colors);
    plot.bands(this.run, colors, this.top, this.bottom);
    plot.axis(this.run, colors, this.top, this.bottom);
    this.drawFaults(colors);
    const first = Math.floor(this.scroll / LANE);
    const last = Math.min(
      this.run.lanes.length - 1, Math.ceil((this.scroll + this.bottom - this.top) / LANE));
    for (let lane = first; lane <= last; lane++) this.drawLane(lane, colors);
    this.drawPointers(colors);
    this.drawScrollBar(colors);
  }

  drawFaults(colors) {
    const { context } = this.plot;
    this.kinds.forEach((kind, row) => {
      const y = row * STRIP + 3;
      context.fillStyle = colors.fault;
      context.textAlign = "right";
      context.fillText(shorten(kind, 10), GUTTER - 8, y + STRIP / 2 - 1);
      this.plot.clip(y, y + STRIP);
      for (const fault of this.run.faults) {
        if (fault.name !== kind) continue;
        const left = this.plot.x(fault.start);
        const right = Math.max(left + 2, this.plot.x(fault.end));
        context.fillStyle = colors.fault;
        context.strokeStyle = colors.fault;
        if (fault.verified) context.fillRect(left, y, right - left, STRIP - 5);
        else context.strokeRect(left + 0.5, y + 0.5, right - left - 1, STRIP - 6);
      }
      context.restore();
    });
  }

  drawLane(lane, colors) {
    const { plot, run } = this;
    const { context } = plot;
    const y = this.top + lane * LANE - this.scroll + 3;
    context.save();
    context.beginPath();
    context.rect(0, this.top, plot.width, this.bottom - this.top);
    context.clip();
    context.fillStyle = colors.soft;
    context.textAlign = "right";
    context.fillText(shorten(run.processes[lane], 9), GUTTER - 8, y + LANE / 2 - 3);
    context.beginPath();
    context.rect(GUTTER, this.top, plot.right - GUTTER, this.bottom - this.top);
    context.clip();
    this.drawBars(run.lanes[lane], y, colors, false);
    this.drawBars(run.lanes[lane], y, colors, true);
    context.restore();
  }

  /** The common bars first, then those that must not be painted over: unknown, marked, selected. */
  drawBars(operations, y, colors, special) {
    const { plot, run } = this;
    let drawnTo = -1;
    for (let i = this.firstInView(operations, plot.view.from); i < operations.length; i++) {
      const operation = operations[i];
      if (run.start[operation] > plot.view.to) break;
      if (!run.visible[operation]) continue;
      const isMarked = run.marked.has(operation) || operation === this.selected;
      if ((isMarked || run.outcome[operation] === UNKNOWN) !== special) continue;
      const left = plot.x(run.start[operation]);
      const width = Math.max(special ? 2.5 : 1.5, plot.x(run.end[operation]) - left);
      if (!isMarked && left + width <= drawnTo + 0.5) continue;
      drawnTo = left + width;
      this.drawBar(operation, left, y, width, colors);
    }
  }

  drawBar(operation, left, y, width, colors) {
    const { run } = this;
    const { context } = this.plot;
    const height = LANE - 6;
    const culprit = run.culpritSet.has(operation);
    const outcome = run.outcome[operation];
    let ink = colors.onSolid;
    if (culprit) {
      context.fillStyle = colors.bad;
      context.fillRect(left, y, width, height);
    } else if (outcome === OK) {
      context.fillStyle = colors.ok;
      context.fillRect(left, y, width, height);
    } else if (outcome === UNKNOWN) {
      ink = colors.ink;
      this.drawUnknown(left, y, width, height, colors);
    } else {
      ink = colors.soft;
      context.strokeStyle = colors.fail;
      context.strokeRect(left + 0.5, y + 0.5, Math.max(1, width - 1), height - 1);
    }
    if (run.marked.has(operation) || operation === this.selected) {
      context.strokeStyle = operation === this.selected || culprit ? colors.ink : colors.bad;
      context.lineWidth = 2;
      context.strokeRect(left, y, width, height);
      context.lineWidth = 1;
    }
    this.drawLabel(operation, left, y, width, height, ink);
  }

  drawUnknown(left, y, width, height, colors) {
    const { context } = this.plot;
    context.fillStyle = width > 4 ? this.hatch : colors.unknown;
    context.fillRect(left, y, width, height);
    context.strokeStyle = colors.unknown;
    context.beginPath();
    context.moveTo(left + 0.5, y);
    context.lineTo(left + 0.5, y + height);
    const right = left + width;
    for (let step = 0; step < (width > 4 ? 4 : 0); step++) {
      context.moveTo(right + 2 + step * 5, y + height / 2);
      context.lineTo(right + 4 + step * 5, y + height / 2);
    }
    context.stroke();
  }

  drawLabel(operation, left, y, width, height, ink) {
    const visible = Math.max(left, GUTTER);
    const room = Math.floor((left + width - visible - 8) / 6.7);
    const text = this.run.labels[this.run.label[operation]];
    if (room < 3 || (room < text.length && room < 6)) return;
    const { context } = this.plot;
    context.fillStyle = ink;
    context.textAlign = "left";
    context.fillText(shorten(text, room), visible + 4, y + height / 2 + 0.5);
  }

  /** An arrow over each operation that cannot be explained, however narrow its bar is. */
  drawPointers(colors) {
    const { plot, run } = this;
    const { context } = plot;
    plot.clip(this.top - 10, this.bottom);
    context.fillStyle = colors.bad;
    context.strokeStyle = colors.paper;
    for (const operation of run.culprits) {
      if (!run.visible[operation]) continue;
      const y = this.top + run.lane[operation] * LANE - this.scroll + 3;
      if (y < this.top - LANE || y > this.bottom) continue;
      const left = Math.max(GUTTER, plot.x(run.start[operation]));
      const x = (left + Math.min(plot.right, plot.x(run.end[operation]))) / 2;
      context.beginPath();
      context.moveTo(x - 7, y - 9);
      context.lineTo(x + 7, y - 9);
      context.lineTo(x, y + 1);
      context.closePath();
      context.fill();
      context.stroke();
    }
    context.restore();
  }

  drawScrollBar(colors) {
    if (this.mostScroll === 0) return;
    const { context } = this.plot;
    const high = this.bottom - this.top;
    const share = high / (this.run.lanes.length * LANE);
    context.fillStyle = colors.line;
    const bar = Math.max(18, high * share);
    const y = this.top + (high - bar) * (this.scroll / this.mostScroll);
    context.fillRect(this.plot.width - 6, y, 5, bar);
  }

  makeHatch(colors) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 6;
    const context = tile.getContext("2d");
    context.fillStyle = colors.unknownSoft;
    context.fillRect(0, 0, 6, 6);
    context.strokeStyle = colors.unknown;
    context.globalAlpha = 0.45;
    context.lineWidth = 1;
    context.beginPath();
    for (const shift of [-6, 0, 6]) {
      context.moveTo(shift, 6);
      context.lineTo(shift + 6, 0);
    }
    context.stroke();
    return this.plot.context.createPattern(tile, "repeat");
  }

  /** The operation under a point, or -1; a few pixels of slack help fingers. */
  operationAt(x, y) {
    if (y < this.top || y > this.bottom) return -1;
    const lane = this.run.lanes[Math.floor((y - this.top + this.scroll) / LANE)];
    if (!lane) return -1;
    const slack = this.plot.value(GUTTER + 4) - this.plot.value(GUTTER);
    const at = this.plot.value(x);
    let best = -1, nearest = slack;
    for (let i = this.firstInView(lane, at - slack); i < lane.length; i++) {
      const operation = lane[i];
      if (this.run.start[operation] > at + slack) break;
      if (!this.run.visible[operation]) continue;
      const gap = Math.max(this.run.start[operation] - at, at - this.run.end[operation], 0);
      if (gap <= nearest) {
        best = operation;
        nearest = gap;
      }
    }
    return best;
  }

  faultAt(x, y) {
    const kind = this.kinds[Math.floor((y - 3) / STRIP)];
    const at = this.plot.value(x);
    return this.run.faults.find(
      (fault) => fault.name === kind && fault.start <= at && at <= fault.end);
  }
}

function shorten(text, room) {
  const letters = [...text];
  return letters.length <= room ? text : letters.slice(0, Math.max(1, room - 1)).join("") + "…";
}
