// What the page computes beyond the answer: predictions on the way, held gates, and what is left of each token.

// Lets the browser draw in between; stops when `isOld` says that something newer was asked for.
async function inSlices(steps, isOld) {
  let started = performance.now();
  for (const step of steps) {
    if (isOld()) return false;
    step();
    if (performance.now() - started > 25) {
      await new Promise((resolve) => setTimeout(resolve));
      started = performance.now();
    }
  }
  return !isOld();
}

function prefix(model, { all, text }, t) {
  return { all: all.slice(0, t + 1), kept: keptPlaces(t + 1, model.head.maxTokens), text: text.slice(0, all[t].end) };
}

const MAX_PREFIX_TOKENS = 12000; // tokens read for all predictions on the way

// The probabilities of a classifier if the text ended after each token; every second or third for long texts.
function* onTheWay(model, encoded, whole, found) {
  const { kept, all } = encoded;
  const T = kept.length;
  const every = Math.max(1, Math.ceil((T * T) / 2 / MAX_PREFIX_TOKENS));
  const cut = T < all.length;
  for (let t = 0; t < T; t++) {
    if (t === T - 1) yield () => (found[t] = whole);
    else if ((T - 1 - t) % every === 0 && !(cut && kept[t] !== t)) {
      yield () => (found[t] = model.read(prefix(model, encoded, t)).probabilities);
    }
  }
}

// A function for `hold` of `readStack`; the unit is { layer, direction, unit } or null for all.
function holding(held, only) {
  if (!Object.keys(held).length) return undefined;
  return (name, values, layer, direction) => {
    if (!(name in held)) return values;
    if (!only) return values.map(() => held[name]);
    if (only.layer !== layer || only.direction !== direction) return values;
    const result = Float64Array.from(values);
    result[only.unit] = held[name];
    return result;
  };
}

const PLAIN_RNN = { forget: 0, input: 1, output: 1 };

// How far the last state of the first layer moves if each token is blanked, as shares of the sum.
function* leftOver(model, encoded, hold, result) {
  const first = {
    cell: model.stack.cell,
    widths: model.stack.widths.slice(0, 1),
    directions: 1,
    weights: [[model.stack.weights[0][0]]],
  };
  const rows = model.rows ? model.rows(encoded.all) : encoded.all.map(({ id }) => [id]);
  const xs = (encoded.kept ?? encoded.all.map((_, t) => t)).map((t) => model.embed(rows[t]));
  const states = [null];
  for (const x of xs) {
    yield () => states.push(readStack(first, [x], { hold, states: states[states.length - 1] }).after);
  }
  const moved = [];
  for (let t = 0; t < xs.length; t++) {
    yield () => {
      const blank = [new Float64Array(xs[t].length), ...xs.slice(t + 1)];
      const [end] = readStack(first, blank, { hold, states: states[t] }).after;
      const [whole] = states[xs.length];
      moved[t] = Math.hypot(...end[0].map((value, n) => value - whole[0][n]));
    };
  }
  yield () => {
    const total = moved.reduce((a, b) => a + b, 0) || 1;
    moved.forEach((value, t) => (result[t] = value / total));
  };
}

// Draws tokens by their probability, raised to 1 / temperature; unknown words are never drawn.
function goOn(model, read, count, random, temperature = 0.7) {
  let states = read.after;
  let next = read.next[read.next.length - 1];
  const ids = [];
  while (ids.length < count) {
    const weights = next.map((p, id) => (id === UNKNOWN ? 0 : p ** (1 / temperature)));
    let rest = random() * weights.reduce((a, b) => a + b, 0);
    let id = weights.findIndex((weight) => (rest -= weight) < 0);
    if (id < 0) id = next.indexOf(Math.max(...next));
    if (id === model.head.end) break;
    ids.push(id);
    ({ states, next } = model.advance(id, states));
  }
  return ids;
}
