// Small tools to build the page, and the colours of numbers.

function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== undefined && child !== null));
  return node;
}

const byId = (id) => document.getElementById(id);

// Gates run from 0 to 1, candidates and hidden states from -1 to 1, cells as far as they go.
const SIGNED = new Set(["candidate", "cell", "hidden"]);

function rgb(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// The colour of a value on a scale whose end is `most`.
function colour(value, most) {
  const share = most ? Math.max(-1, Math.min(1, value / most)) : 0;
  return `rgb(${rgb(share < 0 ? "--cold" : "--hot")} / ${Math.abs(share).toFixed(3)})`;
}

// The largest size of a quantity over units and tokens; 1 for what is never above 1.
function scaleOf(rows, name) {
  if (name !== "cell" && name !== "hidden") return 1;
  let most = 0.2;
  for (const row of rows) for (const value of row) most = Math.max(most, Math.abs(value));
  return name === "hidden" ? Math.min(1, most) : most;
}

// A bar from 0 to 1, or from the middle.
function meter(value, name, most) {
  const fill = el("i");
  const share = Math.max(-1, Math.min(1, value / (most || 1)));
  const middle = SIGNED.has(name);
  fill.style.background = `rgb(${rgb(share < 0 ? "--cold" : "--hot")})`;
  fill.style.left = middle ? `${share < 0 ? 50 + 50 * share : 50}%` : "0";
  fill.style.width = `${(middle ? 50 : 100) * Math.abs(share)}%`;
  return el("div", { class: middle ? "meter mid" : "meter", "aria-hidden": "true" }, fill);
}

function bars(rows) {
  const parts = rows.flatMap(({ name, p, win, choose }) => {
    const fill = el("i");
    fill.style.width = `${100 * p}%`;
    const label = choose
      ? el("button", { class: "name", onclick: choose }, name)
      : el("span", { class: win ? "name win" : "name", title: name }, name);
    const bar = el("div", { class: "bar", "aria-hidden": "true" }, fill);
    return [label, bar, el("span", { class: win ? "number win" : "number" }, percent(p))];
  });
  return el("div", { class: "bars" }, ...parts);
}

function choice(options, chosen, choose, label) {
  const buttons = options.map(({ value, text }) =>
    el("button", { "aria-pressed": String(value === chosen), onclick: () => choose(value) }, text),
  );
  return el("span", { class: "segments", role: "group", "aria-label": label }, ...buttons);
}

// Rows of numbers as small rectangles.
function paint(canvas, rows, name, most, now) {
  const [columns, height] = [rows[0]?.length ?? 0, 7];
  const width = Math.max(1, Math.min(40, Math.floor(1400 / Math.max(1, columns))));
  canvas.width = columns * width;
  canvas.height = rows.length * height;
  canvas.style.height = `${rows.length * height}px`;
  const pen = canvas.getContext("2d");
  const [hot, cold] = [rgb("--hot"), rgb("--cold")];
  rows.forEach((row, y) =>
    row.forEach((value, x) => {
      const share = Math.max(-1, Math.min(1, value / most));
      pen.fillStyle = `rgb(${share < 0 ? cold : hot} / ${Math.abs(share).toFixed(3)})`;
      pen.fillRect(x * width, y * height, width - (width > 3 ? 1 : 0), height - 1);
    }),
  );
  pen.strokeStyle = getComputedStyle(document.body).color;
  if (columns) pen.strokeRect(now * width + 0.5, 0.5, width - 1, canvas.height - 1);
}

// Bars of several series side by side, one group for each token.
function chart(series, labels) {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  const T = labels.length;
  const most = Math.max(1e-9, ...series.flatMap(({ values }) => values));
  const set = (node, values) => Object.entries(values).forEach(([name, value]) => node.setAttribute(name, value));
  set(svg, { viewBox: `0 0 ${T} 100`, preserveAspectRatio: "none", class: "chart", role: "img" });
  svg.setAttribute("aria-label", series.map(({ name, values }) =>
    `${name}: ${values.map((v, t) => `${labels[t]} ${percent(v)}`).join(", ")}`).join("; "));
  series.forEach(({ kind, values }, n) =>
    values.forEach((value, t) => {
      const bar = document.createElementNS(ns, "rect");
      const height = (96 * value) / most;
      set(bar, { x: t + 0.1 + (0.8 * n) / series.length, width: 0.76 / series.length, y: 100 - height, height, class: kind });
      svg.append(bar);
    }),
  );
  return svg;
}
