// The run, decoded. Columns are base-64 variable-length integers (five bits a character, sign in
// the lowest bit of the first, as in source maps), each the difference to the one before.
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUE_OF = new Uint8Array(128);
for (let i = 0; i < 64; i++) VALUE_OF[DIGITS.charCodeAt(i)] = i;

/** Decodes a column; multiplication instead of shifts keeps 53 bits. */
function decodeColumn(text, count) {
  const column = new Float64Array(count);
  let at = 0;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    let value = 0;
    let scale = 1;
    let digit;
    do {
      digit = VALUE_OF[text.charCodeAt(at++)];
      value += (digit & 31) * scale;
      scale *= 32;
    } while (digit & 32);
    sum += value % 2 ? -(value - 1) / 2 : value / 2;
    column[i] = sum;
  }
  return column;
}

const OK = 0, FAIL = 1, UNKNOWN = 2;

/** Reads the embedded data and groups operations by lane. */
function loadRun() {
  const raw = JSON.parse(document.getElementById("data").textContent);
  const run = { ...raw };
  for (const name of Object.keys(raw.columns)) {
    run[name] = decodeColumn(raw.columns[name], raw.count);
  }
  run.end = new Float64Array(raw.count);
  run.lanes = raw.processes.map(() => []);
  for (let i = 0; i < raw.count; i++) {
    run.end[i] = run.length[i] < 0 ? run.last : run.start[i] + run.length[i];
    run.lanes[run.lane[i]].push(i);
  }
  run.visible = new Uint8Array(raw.count).fill(1);
  run.marked = new Set(raw.shown);
  run.culpritSet = new Set(raw.culprits);
  return run;
}

/** A duration in words, from the run's units. */
function duration(run, value) {
  if (run.axis === "rank") return String(Math.round(value));
  const ns = value * run.unit;
  const size = Math.abs(ns);
  const [scale, name] =
    size >= 1e9 ? [1e9, "s"] : size >= 1e6 ? [1e6, "ms"] : size >= 1e3 ? [1e3, "µs"] : [1, "ns"];
  return `${Number((ns / scale).toPrecision(4))} ${name}`;
}

/** A point on the axis in words, exact enough for a step of that size. */
function instant(run, value, step) {
  if (run.axis === "rank") return `#${Math.round(value)}`;
  const seconds = (value * run.unit) / 1e9;
  const digits = Math.min(9, Math.max(0, -Math.floor(Math.log10((step * run.unit) / 1e9 || 1))));
  return `${seconds.toFixed(digits)} s`;
}

/** Steps of 1, 2 or 5 times a power of ten, about `count` of them over a span. */
function tickStep(span, count) {
  const rough = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const ratio = rough / power;
  return (ratio > 5 ? 10 : ratio > 2 ? 5 : ratio > 1 ? 2 : 1) * power;
}
