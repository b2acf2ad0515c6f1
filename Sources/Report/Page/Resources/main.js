// Puts the parts together: filters, buttons, keyboard, pointer, details. Text from the run is only
// ever set as text, never as markup.
const byId = (id) => document.getElementById(id);
const OUTCOMES = ["ok", "did not happen", "outcome unknown: may take effect at any later time"];

class Page {
  constructor() {
    this.run = loadRun();
    this.pending = false;
    this.view = new View(this.run, () => this.schedule());
    this.timeline = new Timeline(this.run, byId("timeline"), this.view);
    this.charts = [];
    if (this.run.axis === "time") {
      this.charts.push(new LatencyChart(this.run, byId("latency"), this.view));
      this.charts.push(new RateChart(this.run, byId("rate"), this.view));
    }
    this.colors = readColors();
    this.connectFilters();
    this.connectButtons();
    this.connectPointer(this.timeline.plot.canvas, true);
    for (const chart of this.charts) this.connectPointer(chart.plot.canvas, false);
    byId("timeline").addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.schedule()).observe(document.body);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.recolor());
    addEventListener("beforeprint", () => this.recolor("light"));
    addEventListener("afterprint", () => this.recolor(""));
    this.showCulprits();
    byId("rows-note").hidden = !this.run.processes.some((name) => name.includes(" +"));
    if (this.run.culprits.length) this.jump(0);
    else this.describe(-1);
    this.draw();
  }

  /** On a narrow screen a drawing is wider than its box; it begins with the culprit in view. */
  showCulprits() {
    for (const box of document.querySelectorAll(".drawing .scroll")) {
      const culprit = box.querySelector(".culprit");
      if (!culprit) continue;
      const excess = culprit.getBoundingClientRect().right - box.getBoundingClientRect().right;
      if (excess > 0) box.scrollLeft = excess + 16;
    }
  }

  recolor(theme) {
    if (theme !== undefined) document.documentElement.dataset.theme = theme;
    this.colors = readColors();
    this.draw();
  }

  schedule() {
    if (this.pending) return;
    this.pending = true;
    requestAnimationFrame(() => this.draw());
  }

  draw() {
    this.pending = false;
    this.timeline.draw(this.colors);
    for (const chart of this.charts) chart.draw(this.colors);
  }

  /** Shows a counterexample: its culprit in the middle with what was around it. */
  jump(index) {
    const { run } = this;
    const culprit = run.culprits[index % run.culprits.length];
    this.clearFilters();
    const length = Math.max(run.end[culprit] - run.start[culprit], this.view.smallest / 4);
    let from = run.start[culprit], to = run.end[culprit];
    for (const operation of run.shown) {
      if (run.start[operation] > to + 30 * length) continue;
      from = Math.min(from, Math.max(run.start[operation], run.start[culprit] - 30 * length));
      if (run.outcome[operation] !== UNKNOWN) {
        to = Math.max(to, Math.min(run.end[operation], run.end[culprit] + 30 * length));
      }
    }
    const margin = Math.max((to - from) * 0.15, length);
    this.view.show(from - margin, to + margin);
    this.select(culprit);
  }

  select(operation) {
    this.timeline.selected = operation;
    if (operation >= 0) {
      const y = this.run.lane[operation] * LANE - this.timeline.scroll;
      const high = this.timeline.bottom - this.timeline.top;
      if (y < 0 || y > high - LANE) this.timeline.scrollTo(this.run.lane[operation]);
    }
    this.describe(operation);
    this.schedule();
  }

  describe(operation, fault) {
    const box = byId("detail");
    box.replaceChildren();
    if (operation < 0) {
      box.textContent = fault
        ? `${fault.name}, ${instant(this.run, fault.start, 1e6 / this.run.unit)} to `
          + `${instant(this.run, fault.end, 1e6 / this.run.unit)}, `
          + `${fault.verified ? "verified" : "not verified"}${fault.detail && ": " + fault.detail}`
        : byId("detail").dataset.empty;
      return;
    }
    const { run } = this;
    const label = document.createElement("b");
    label.textContent = run.labels[run.label[operation]];
    const parts = [`process ${run.process[operation]}`];
    const key = run.keys[run.key[operation]];
    if (key) parts.push(`key ${key}`);
    parts.push(`line ${run.line[operation]}`);
    const step = run.axis === "rank" ? 1 : Math.max(1, run.length[operation] / 10);
    const begin = instant(run, run.start[operation], step);
    if (run.length[operation] < 0) parts.push(`from ${begin}, never completed`);
    else {
      parts.push(`${begin} to ${instant(run, run.end[operation], step)}`);
      if (run.axis === "time") parts.push(`took ${duration(run, run.length[operation])}`);
    }
    parts.push(run.culpritSet.has(operation)
      ? "cannot be explained" : OUTCOMES[run.outcome[operation]]);
    const note = run.notes[run.note[operation]];
    if (note) parts.push(note);
    box.append(label, ` · ${parts.join(" · ")}`);
  }

  connectFilters() {
    const { run } = this;
    const fill = (id, names) => {
      const select = byId(id);
      names.forEach((name, index) => select.append(new Option(name || "(none)", String(index))));
      select.addEventListener("change", () => this.filter());
      select.closest("label").hidden = names.length < 2;
    };
    fill("by-key", run.keys);
    fill("by-function", run.functions);
    fill("by-process", run.processes);
  }

  clearFilters() {
    for (const id of ["by-key", "by-function", "by-process"]) byId(id).value = "";
    this.filter();
  }

  filter() {
    const { run } = this;
    const wanted = (id) => (byId(id).value === "" ? -1 : Number(byId(id).value));
    const key = wanted("by-key"), name = wanted("by-function"), lane = wanted("by-process");
    for (let i = 0; i < run.count; i++) {
      run.visible[i] =
        (key < 0 || run.key[i] === key) && (name < 0 || run.function[i] === name)
        && (lane < 0 || run.lane[i] === lane) ? 1 : 0;
    }
    if (lane >= 0) this.timeline.scrollTo(lane);
    this.schedule();
  }

  connectButtons() {
    const on = (id, action) => byId(id).addEventListener("click", action);
    on("zoom-in", () => this.view.zoom(0.5));
    on("zoom-out", () => this.view.zoom(2));
    on("earlier", () => this.view.pan(-0.4));
    on("later", () => this.view.pan(0.4));
    on("fit", () => this.view.all());
    const count = this.run.culprits.length;
    byId("jump").hidden = count === 0;
    let next = 0;
    on("jump", () => {
      if (this.timeline.selected === this.run.culprits[next]) next = (next + 1) % count;
      this.jump(next);
    });
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const actions = {
      ArrowLeft: () => this.view.pan(-0.2), ArrowRight: () => this.view.pan(0.2),
      ArrowUp: () => this.timeline.scrollBy(-LANE), ArrowDown: () => this.timeline.scrollBy(LANE),
      "+": () => this.view.zoom(0.6), "=": () => this.view.zoom(0.6),
      "-": () => this.view.zoom(1.7),
      0: () => this.view.all(), c: () => this.run.culprits.length && this.jump(0),
      n: () => this.step(1), p: () => this.step(-1), Escape: () => this.select(-1),
    };
    if (!actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
    this.schedule();
  }

  /** Selects the next or the previous visible operation and keeps it in view. */
  step(direction) {
    const { run } = this;
    let next = this.timeline.selected;
    if (next < 0) next = this.firstAfter(this.view.from) - direction;
    do next += direction; while (next >= 0 && next < run.count && !run.visible[next]);
    if (next < 0 || next >= run.count) return;
    if (run.start[next] < this.view.from || run.start[next] > this.view.to) {
      const half = (this.view.to - this.view.from) / 2;
      this.view.show(run.start[next] - half, run.start[next] + half);
    }
    this.select(next);
  }

  firstAfter(point) {
    const found = this.run.start.findIndex((start) => start >= point);
    return found < 0 ? this.run.count : found;
  }

  connectPointer(canvas, isTimeline) {
    let last = null, moved = 0;
    const place = (event) => {
      const box = canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    canvas.addEventListener("pointerdown", (event) => {
      last = place(event);
      moved = 0;
      canvas.setPointerCapture(event.pointerId);
      canvas.classList.add("dragging");
    });
    canvas.addEventListener("pointermove", (event) => {
      const [x, y] = place(event);
      if (last) {
        moved += Math.abs(x - last[0]) + Math.abs(y - last[1]);
        this.view.pan((last[0] - x) / Math.max(1, canvas.clientWidth - GUTTER - EDGE));
        if (isTimeline && event.pointerType === "mouse") this.timeline.scrollBy(last[1] - y);
        last = [x, y];
      } else if (isTimeline) {
        const under = this.timeline.operationAt(x, y);
        const fault = under < 0 ? this.timeline.faultAt(x, y) : undefined;
        this.describe(under < 0 && !fault ? this.timeline.selected : under, fault);
      }
    });
    const release = (event) => {
      if (last && moved < 5 && isTimeline) this.select(this.timeline.operationAt(...place(event)));
      last = null;
      canvas.classList.remove("dragging");
    };
    canvas.addEventListener("pointerup", release);
    canvas.addEventListener("pointercancel", () => {
      last = null;
      canvas.classList.remove("dragging");
    });
    canvas.addEventListener("wheel", (event) => this.wheel(event, canvas, place(event)), {
      passive: false,
    });
  }

  /** The wheel zooms a plot that has the focus, or with Ctrl held; else the page scrolls. */
  wheel(event, canvas, [x]) {
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
    if (!sideways && !event.ctrlKey && !event.metaKey && document.activeElement !== canvas) return;
    event.preventDefault();
    if (sideways) this.view.pan((event.deltaX || event.deltaY) / 1200);
    else this.view.zoom(Math.exp(event.deltaY * 0.0022), this.timeline.plot.value(x));
  }
}

new Page();
