// The n-gram model beside the network: each n-gram of the text adds its weights, once.

const NGRAM_MULTIPLIER = 0x9e3779b97f4a7c15n;
const NGRAM_MIX = 0xbf58476d1ce4e5b9n;

class Ngrams {
  constructor(order, keys, weights, bias) {
    Object.assign(this, { order, keys, weights, bias, classes: bias.length });
  }

  // The n-grams of ids that the table has, as [end, row]: `end` is the number of tokens that are read when it is whole.
  find(ids) {
    const found = [];
    let running = ids.map(() => 0n);
    let known = ids.map(() => true);
    for (let n = 1; n <= this.order && n <= ids.length; n++) {
      const here = ids.length - n + 1;
      running = running.slice(0, here).map((value, t) => {
        let key = uint64((value + BigInt(ids[t + n - 1] + n)) * NGRAM_MULTIPLIER);
        key = uint64((key ^ (key >> 31n)) * NGRAM_MIX);
        return key ^ (key >> 28n);
      });
      known = known.slice(0, here).map((value, t) => value && ids[t + n - 1] !== UNKNOWN);
      for (let t = 0; t < here; t++) {
        const row = known[t] ? this.row(running[t]) : -1;
        if (row >= 0) found.push([t + n, row]);
      }
    }
    return found;
  }

  row(key) {
    let [low, high] = [0, this.keys.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.keys[middle] < key) low = middle + 1;
      else high = middle;
    }
    return low < this.keys.length && this.keys[low] === key ? low : -1;
  }

  // The scores of the first `length` tokens.
  scores(found, length) {
    const total = Float64Array.from(this.bias);
    for (const row of new Set(found.filter(([end]) => end <= length).map(([, row]) => row))) {
      for (let c = 0; c < this.classes; c++) total[c] += this.weights[row * this.classes + c];
    }
    return total;
  }
}

// The model of characters: each distinct word, between spaces, adds the scores of the n-grams in it.
function characterScores(ngrams, text, lower) {
  text = text.normalize("NFC");
  if (lower) text = text.toLowerCase();
  const pieces = text.split(/[\p{White_Space}\u001c-\u001f]+/u).filter(Boolean).flatMap((word) => word.match(/[^]{1,64}/gu));
  let total = Float64Array.from(ngrams.bias);
  for (const word of new Set(pieces)) {
    const codes = Array.from(` ${word} `, (letter) => Math.max(1, letter.codePointAt(0)));
    const scores = ngrams.scores(ngrams.find(codes), codes.length);
    total = total.map((value, c) => value + scores[c] - ngrams.bias[c]);
  }
  return total;
}
