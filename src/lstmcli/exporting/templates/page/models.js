// The models: a classifier and a language model, from text to answer.

async function openModel(base64) {
  const { head, arrays } = await unpack(base64);
  return head.labels ? new Classifier(head, arrays) : new LanguageModel(head, arrays);
}

class Network {
  constructor(head, arrays) {
    this.head = head;
    this.arrays = arrays;
    const weights = head.widths.map((_, layer) =>
      Array.from({ length: head.directions }, (_, direction) => own(arrays, `stack.layers.${layer}.${direction}.`)),
    );
    this.stack = { cell: CELLS[head.cell], widths: head.widths, directions: head.directions, weights };
    this.tokenize = makeTokenizer(head.tokenizer);
  }

  // The embedding of a token: the sum of its rows.
  embed(rows) {
    const { data, shape } = this.arrays.embedding;
    const result = new Float64Array(shape[1]);
    for (const row of rows) {
      if (row || !this.head.labels) for (let e = 0; e < shape[1]; e++) result[e] += data[row * shape[1] + e];
    }
    return result;
  }
}

function own(arrays, prefix) {
  const names = Object.keys(arrays).filter((name) => name.startsWith(prefix));
  return Object.fromEntries(names.map((name) => [name.slice(prefix.length), arrays[name]]));
}

class Classifier extends Network {
  constructor(head, arrays) {
    super(head, arrays);
    if (head.features) this.features = { ...head.features, apart: new Set(head.features.apart) };
    if (head.order) {
      const [keys, weights, bias] = ["keys", "weights", "bias"].map((name) => arrays[`ngrams.${name}`].data);
      this.ngrams = new Ngrams(head.order, keys, weights, bias);
    }
    if (head.characters) {
      const [keys, weights, bias] = ["keys", "weights", "bias"].map((name) => arrays[`characters.${name}`].data);
      this.characters = new Ngrams(head.characters, keys, weights, bias);
    }
  }

  // The tokens of a text that the network reads, and all of them; a text without any is one unknown token.
  encode(text) {
    const all = this.tokenize(text);
    const empty = all.length === 0;
    if (empty) all.push({ id: UNKNOWN, word: this.head.tokenizer.vocabulary[UNKNOWN], cased: "", shown: "" });
    const composed = normalized(text.replace(/\p{Surrogate}/gu, "\ufffd"), this.head.tokenizer);
    return { all, empty, kept: keptPlaces(all.length, this.head.maxTokens), text: composed };
  }

  rows(tokens) {
    return this.features ? featureRows(tokens, this.features) : tokens.map(({ id }) => [id]);
  }

  // Gates, states and probabilities of a text that has been encoded.
  read(encoded, options = {}) {
    const rows = this.rows(encoded.all);
    const xs = encoded.kept.map((t) => this.embed(rows[t]));
    const found = this.readSegments(xs, options);
    const network = this.logits(found);
    const scores = this.linear(encoded);
    return { ...found, network, ngrams: scores, probabilities: this.probabilities(network, scores) };
  }

  // The scores of the models beside the network, or nothing if there is none.
  linear({ all, text }) {
    const words = this.ngrams?.scores(this.ngrams.find(all.map(({ id }) => id)), all.length);
    if (!this.characters) return words;
    const inside = characterScores(this.characters, text, this.head.lowerWords);
    return words ? add(words, inside) : inside;
  }

  readSegments(xs, options) {
    const pieces = this.head.segment ? Math.max(1, Math.ceil(xs.length / this.head.segment)) : 1;
    const size = Math.ceil(xs.length / pieces);
    const traces = this.stack.widths.map(() => Array.from({ length: this.stack.directions }, () => ({})));
    const starts = [];
    const outputs = [];
    for (let start = 0; start < xs.length; start += size) {
      starts.push(start);
      const part = readStack(this.stack, xs.slice(start, start + size), options);
      outputs.push(...part.outputs);
      part.traces.forEach((directions, layer) =>
        directions.forEach((trace, direction) => {
          const whole = traces[layer][direction];
          for (const [name, values] of Object.entries(trace)) (whole[name] ??= []).push(...values);
        }),
      );
    }
    return { traces, outputs, starts };
  }

  logits({ outputs, starts }) {
    const pooled = joined(this.head.pooling.map((kind) => this.pool(kind, outputs, starts)));
    return add(times(this.arrays["head.weight"], pooled), this.arrays["head.bias"].data);
  }

  pool(kind, hs) {
    const units = hs[0].length;
    const result = new Float64Array(units);
    if (kind === "max") return result.map((_, k) => hs.reduce((most, h) => Math.max(most, h[k]), -Infinity));
    if (kind === "mean") return result.map((_, k) => hs.reduce((total, h) => total + h[k], 0) / hs.length);
    if (kind === "attention") {
      const query = this.arrays["pooling.query"].data;
      const share = softmax(hs.map((h) => tanh(h).reduce((total, x, k) => total + x * query[k], 0)));
      return result.map((_, k) => hs.reduce((total, h, t) => total + share[t] * h[k], 0));
    }
    const half = units / this.stack.directions;
    return result.map((_, k) => (k < half ? hs[hs.length - 1][k] : hs[0][k]));
  }

  probabilities(network, scores) {
    const whole = Array.from(network, (z, c) => this.head.scale * (z + (scores ? scores[c] : 0)));
    return this.head.multilabel ? whole.map((z) => 1 / (1 + Math.exp(-z))) : softmax(whole);
  }
}

// Of a long text, the places of its beginning and its end.
function keptPlaces(count, most) {
  const places = Array.from({ length: count }, (_, t) => t);
  if (count <= most) return places;
  const head = (most + 1) >> 1;
  return [...places.slice(0, head), ...places.slice(count - (most - head))];
}

function softmax(z) {
  const most = z.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = Array.from(z, (x) => Math.exp(x - most));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((x) => x / total);
}

class LanguageModel extends Network {
  // The tokens of a text that goes on: each line but the last is closed.
  encode(text) {
    const start = { id: this.head.end, word: "", cased: "", shown: this.name(this.head.end) };
    const close = { id: this.head.close, word: "\n", cased: "\n", shown: this.head.close === this.head.end ? "</s>" : "\u21b5" };
    const lines = text.split("\n").map((line) => this.tokenize(line));
    return { all: [start, ...lines.flatMap((line, n) => (n ? [close, ...line] : line))], empty: !text };
  }

  name(id) {
    return this.head.names[id];
  }

  // Gates and states at each token, and what may follow it.
  read({ all }, options = {}) {
    const found = readStack(this.stack, all.map(({ id }) => this.embed([id])), options);
    return { ...found, next: found.outputs.map((h) => this.next(h)) };
  }

  next(h) {
    const matrix = this.arrays["decoder.weight"] ?? this.arrays.embedding;
    return softmax(add(times(matrix, h), this.arrays["decoder.bias"].data));
  }

  // One more token after states that `read` or this function returned.
  advance(id, states) {
    const { after, outputs } = readStack(this.stack, [this.embed([id])], { states });
    return { states: after, next: this.next(outputs[0]) };
  }

  // What tokens add to a text, as text.
  text(ids) {
    const bytes = ids.flatMap((id) => Array.from(this.head.pieces[id], (c) => c.charCodeAt(0)));
    return new TextDecoder("utf-8").decode(Uint8Array.from(bytes));
  }
}
