// The equations of the recurrent cells, one step at a time.
//
// `read` is what needs no memory; `step` makes new gates and a new state from that and the last state.
// `hold(name, values)` lets a reader fix a gate; otherwise it returns the values that it is given.

const sigmoid = (v) => v.map((x) => 1 / (1 + Math.exp(-x)));
const logSigmoid = (v) => v.map((x) => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x))));
const tanh = (v) => v.map(Math.tanh);
const add = (a, b) => a.map((x, n) => x + b[n]);
const mul = (a, b) => a.map((x, n) => x * b[n]);
const one_minus = (v) => v.map((x) => 1 - x);

function chunk(v, parts) {
  const size = v.length / parts;
  return Array.from({ length: parts }, (_, n) => v.slice(n * size, (n + 1) * size));
}

// A matrix [R, C] times a vector [C].
function times({ data, shape: [rows, columns] }, vector) {
  const result = new Float64Array(rows);
  const whole = columns - (columns % 4);
  for (let r = 0, at = 0; r < rows; r++) {
    let [a, b, c, d] = [0, 0, 0, 0]; // four sums at once are faster than one
    let n = 0;
    for (; n < whole; n += 4, at += 4) {
      a += data[at] * vector[n];
      b += data[at + 1] * vector[n + 1];
      c += data[at + 2] * vector[n + 2];
      d += data[at + 3] * vector[n + 3];
    }
    for (; n < columns; n++) a += data[at++] * vector[n];
    result[r] = a + b + c + d;
  }
  return result;
}

const vector = ({ data }) => Float64Array.from(data);

function normalise(v) {
  const mean = v.reduce((a, b) => a + b, 0) / v.length;
  const centred = v.map((x) => x - mean);
  const variance = centred.reduce((a, x) => a + x * x, 0) / v.length;
  return centred.map((x) => x / Math.sqrt(variance + 1e-5));
}

// What all kinds of LSTM have in common: the gates to the new cell and the new hidden state.
function lstmStep(a, c, hold) {
  let [i, f, g, o] = chunk(a, 4);
  i = hold("input", sigmoid(i));
  f = hold("forget", sigmoid(f));
  g = hold("candidate", tanh(g));
  o = hold("output", sigmoid(o));
  const cell = add(mul(f, c), mul(i, g));
  return { gates: { input: i, forget: f, candidate: g, output: o }, state: [mul(o, tanh(cell)), cell] };
}

const CELLS = {
  lstm: {
    states: 2,
    read: (x, w) => add(times(w.w_ih, x), add(vector(w.b_ih), w.b_hh.data)),
    step: (a, [h, c], w, hold) => lstmStep(add(a, times(w.w_hh, h)), c, hold),
  },
  gru: {
    states: 1,
    read: (x, w) => add(times(w.w_ih, x), w.b_ih.data),
    step(a, [h], w, hold) {
      const [ar, az, an] = chunk(a, 3);
      const [ur, uz, un] = chunk(add(times(w.w_hh, h), w.b_hh.data), 3);
      const r = hold("reset", sigmoid(add(ar, ur)));
      const z = hold("update", sigmoid(add(az, uz)));
      const n = hold("candidate", tanh(add(an, mul(r, un))));
      return { gates: { reset: r, update: z, candidate: n }, state: [add(mul(one_minus(z), n), mul(z, h))] };
    },
  },
  rnn: {
    states: 1,
    read: (x, w) => add(times(w.w_ih, x), add(vector(w.b_ih), w.b_hh.data)),
    step: (a, [h], w) => ({ gates: {}, state: [tanh(add(a, times(w.w_hh, h)))] }),
  },
  peephole: {
    states: 2,
    read: (x, w) => add(times(w.w_ih, x), w.b.data),
    step(a, [h, c], w, hold) {
      const [pi, pf, po] = chunk(w.p.data, 3);
      let [i, f, g, o] = chunk(add(a, times(w.w_hh, h)), 4);
      i = hold("input", sigmoid(add(i, mul(c, pi))));
      f = hold("forget", sigmoid(add(f, mul(c, pf))));
      g = hold("candidate", tanh(g));
      const cell = add(mul(f, c), mul(i, g));
      o = hold("output", sigmoid(add(o, mul(cell, po))));
      return { gates: { input: i, forget: f, candidate: g, output: o }, state: [mul(o, tanh(cell)), cell] };
    },
  },
  cifg: {
    states: 2,
    read: (x, w) => add(times(w.w_ih, x), w.b.data),
    step(a, [h, c], w, hold) {
      let [i, g, o] = chunk(add(a, times(w.w_hh, h)), 3);
      i = hold("input", sigmoid(i));
      const f = hold("forget", one_minus(i));
      g = hold("candidate", tanh(g));
      o = hold("output", sigmoid(o));
      const cell = add(mul(f, c), mul(i, g));
      return { gates: { input: i, forget: f, candidate: g, output: o }, state: [mul(o, tanh(cell)), cell] };
    },
  },
  layernorm: {
    states: 2,
    read: (x, w) => add(mul(normalise(times(w.w_ih, x)), w.s_ih.data), w.b.data),
    step(a, [h, c], w, hold) {
      const whole = add(a, mul(normalise(times(w.w_hh, h)), w.s_hh.data));
      const { gates, state } = lstmStep(whole, c, hold);
      const shown = tanh(add(mul(normalise(state[1]), w.s_c.data), w.b_c.data));
      return { gates, state: [mul(gates.output, shown), state[1]] };
    },
  },
  mogrifier: {
    states: 2,
    read: (x) => x,
    step(x, [h, c], w, hold) {
      const gated = (left, right, seen) => sigmoid(times(left, times(right, seen))).map((v) => 2 * v);
      for (let round = 1; round <= 5; round++) {
        const [left, right] = [w[`left${round}`], w[`right${round}`]];
        if (round % 2) x = mul(gated(left, right, h), x);
        else h = mul(gated(left, right, x), h);
      }
      return lstmStep(add(add(times(w.w_ih, x), times(w.w_hh, h)), w.b.data), c, hold);
    },
  },
  minlstm: {
    states: 1,
    read: (x, w) => add(times(w.w_ih, x), w.b.data),
    step(a, [h], w, hold) {
      const parts = chunk(a, 3);
      const [li, lf] = [logSigmoid(parts[0]), logSigmoid(parts[1])];
      const f = hold("forget", sigmoid(lf.map((x, n) => x - li[n])));
      const i = hold("input", sigmoid(li.map((x, n) => x - lf[n])));
      const g = hold("candidate", parts[2]);
      return { gates: { input: i, forget: f, candidate: g }, state: [add(mul(f, h), mul(i, g))] };
    },
  },
  mingru: {
    states: 1,
    read: (x, w) => add(times(w.w_ih, x), w.b.data),
    step(a, [h], w, hold) {
      const parts = chunk(a, 2);
      const z = sigmoid(parts[0]);
      const [i, f] = [hold("input", z), hold("forget", one_minus(z))];
      const g = hold("candidate", parts[1]);
      return { gates: { input: i, forget: f, candidate: g }, state: [add(mul(f, h), mul(i, g))] };
    },
  },
  sru: {
    states: 2,
    read: (x, w) => times(w.w_ih, x),
    step(a, [, c], w, hold) {
      const [[vf, vr], [bf, br]] = [chunk(w.v.data, 2), chunk(w.b.data, 2)];
      let [f, r, g, past] = chunk(a, 4);
      f = sigmoid(add(add(f, mul(c, vf)), bf));
      const i = hold("input", one_minus(f));
      f = hold("forget", f);
      g = hold("candidate", g);
      const o = hold("output", sigmoid(add(add(r, mul(c, vr)), br)));
      const cell = add(mul(f, c), mul(i, g));
      const state = [add(mul(o, cell), mul(one_minus(o), past)), cell];
      return { gates: { input: i, forget: f, candidate: g, output: o }, state };
    },
  },
  slstm: {
    states: 4,
    read: (x, w) => add(times(w.w_ih, x), w.b.data),
    step(a, [h, c, n, m], w, hold) {
      let [i, f, g, o] = chunk(add(a, times(w.w_hh, h)), 4);
      const kept = add(logSigmoid(f), m);
      const most = kept.map((x, u) => Math.max(x, i[u]));
      i = hold("input", i.map((x, u) => Math.exp(x - most[u])));
      f = hold("forget", kept.map((x, u) => Math.exp(x - most[u])));
      g = hold("candidate", tanh(g));
      o = hold("output", sigmoid(o));
      const cell = add(mul(f, c), mul(i, g));
      const total = add(mul(f, n), i);
      const shown = cell.map((x, u) => (o[u] * x) / (total[u] + 1e-15));
      return { gates: { input: i, forget: f, candidate: g, output: o }, state: [shown, cell, total, most] };
    },
  },
  rlstm: {
    states: 2,
    read: (x, w) => add(times(w.w_ih, x), w.b.data),
    step(a, [h, c], w, hold) {
      const [ai, ag] = chunk(a, 2);
      const [ui, ug, uf] = chunk(times(w.w_hh, h), 3);
      const [wide, g] = [sigmoid(add(ai, ui)), hold("candidate", tanh(add(ag, ug)))];
      const f = hold("forget", sigmoid(add(add(times(w.w_f, mul(wide, g)), uf), w.b_f.data)));
      const i = hold("input", wide.map((x, n) => Math.min(x, 1 - f[n])));
      const cell = add(mul(f, c), mul(i, g));
      const o = hold("output", sigmoid(add(times(w.w_o, cell), w.b_o.data)));
      return { gates: { input: i, forget: f, candidate: g, output: o }, state: [mul(o, tanh(cell)), cell] };
    },
  },
  mlstm: {
    states: 4,
    names: ["hidden"],
    sizes: (H) => [H, (H * H) / heads(H), H, heads(H)],
    read: (x) => x,
    step(x, [, memory, n, m], w, hold) {
      const [q, k, v, o] = chunk(add(times(w.w_ih, x), w.b.data), 4);
      let [i, f] = chunk(add(times(w.w_gate, x), w.b_gate.data), 2);
      const d = q.length / m.length;
      const kept = add(logSigmoid(f), m);
      const most = kept.map((value, a) => Math.max(value, i[a]));
      const byUnit = (values) => q.map((_, u) => Math.exp(values[Math.floor(u / d)] - most[Math.floor(u / d)]));
      i = hold("input", byUnit(i));
      f = hold("forget", byUnit(kept));
      const out = hold("output", sigmoid(o));
      const total = q.map((_, u) => f[u] * n[u] + (i[u] * k[u]) / Math.sqrt(d));
      const after = memory.map((value, at) => {
        const [row, column] = [Math.floor(at / d), at % d];
        const key = k[row - (row % d) + column] / Math.sqrt(d);
        return f[row] * value + i[row] * v[row] * key;
      });
      const answers = q.map((_, row) => {
        const first = row - (row % d);
        let [top, sum] = [0, 0];
        for (let n = 0; n < d; n++) {
          top += after[row * d + n] * q[first + n];
          sum += total[first + n] * q[first + n];
        }
        return top / (Math.max(Math.abs(sum), Math.exp(-Math.max(most[first / d], -80))) + 1e-6);
      });
      const shown = chunk(answers, m.length).flatMap((head) => Array.from(normalise(head)));
      const hidden = q.map((_, u) => out[u] * w.s.data[u] * shown[u]);
      return { gates: { input: i, forget: f, output: out }, state: [hidden, after, total, most] };
    },
  },
};

const STATE_NAMES = ["hidden", "cell"];
const heads = (H) => [4, 2].find((count) => H % count === 0 && H / count >= 4) ?? 1;

// The layers of a network over embedded tokens.  Returns, for each layer and direction, every gate and state as a list
// over the tokens, and the last states of the forward direction.
function readStack(stack, inputs, { hold = (name, values) => values, states = null } = {}) {
  const traces = [];
  const after = [];
  const names = stack.cell.names ?? STATE_NAMES.slice(0, stack.cell.states);
  let xs = inputs;
  stack.widths.forEach((width, layer) => {
    const found = [];
    for (let direction = 0; direction < stack.directions; direction++) {
      const sizes = stack.cell.sizes ? stack.cell.sizes(width) : Array(stack.cell.states).fill(width);
      const fresh = () => sizes.map((size) => new Float64Array(size));
      let state = direction === 0 && states ? states[layer] : fresh();
      const order = xs.map((_, t) => (direction ? xs.length - 1 - t : t));
      const trace = {};
      for (const t of order) {
        const w = stack.weights[layer][direction];
        const own = (name, values) => hold(name, values, layer, direction);
        const step = stack.cell.step(stack.cell.read(xs[t], w), state, w, own);
        state = step.state;
        for (const [name, values] of Object.entries(step.gates)) (trace[name] ??= [])[t] = values;
        names.forEach((name, n) => ((trace[name] ??= [])[t] = state[n]));
      }
      if (direction === 0) after.push(state);
      found.push(trace);
    }
    traces.push(found);
    xs = xs.map((_, t) => joined(found.map((trace) => trace.hidden[t])));
  });
  return { traces, after, outputs: xs };
}

function joined(parts) {
  if (parts.length === 1) return parts[0];
  const result = new Float64Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
