// Text to tokens, as the model's tokenizer cuts it.
//
// A token is { id, word, cased, shown, end }: `end` is where it ends in the composed text, `word` as the vocabulary spells it, `cased` as the text does, `shown` for people.

const UNKNOWN = 1; // the id of a token that the vocabulary lacks

function makeTokenizer(spec) {
  const ids = new Map(spec.vocabulary.map((word, id) => [word, id]));
  const cut = cutter(spec);
  const bytes = spec.merges ? bytePieces(spec.merges, ids) : null;
  return (text) => {
    const cased = normalized(text.replace(/\p{Surrogate}/gu, "\ufffd"), spec);
    const { lowered, place } = lowerCase(cased, spec.lower);
    const tokens = [];
    for (const [start, end] of cut(lowered)) {
      const word = lowered.slice(start, end);
      const found = bytes ? bytes(word) : [whole(word, cased.slice(place(start), place(end)), ids, spec)];
      tokens.push(...found.map((token) => ({ ...token, end: place(end) })));
    }
    return tokens;
  };
}

function normalized(text, spec) {
  if (spec.lead && text && !new RegExp(`^(?:${spec.noSpaceBefore})`, "v").test(text)) text = ` ${text}`;
  return spec.compose ? text.normalize("NFC") : text;
}

// Lower case, and where a place in it is in the text that was given.
// "letters": without the rule for the Greek letter that ends a word; "text": with it; "character": a letter stays one.
function lowerCase(text, rule) {
  const same = { lowered: text, place: (n) => n };
  if (!rule) return same;
  if (rule === "character") text = text.replaceAll("\u0130", "i");
  if (rule !== "letters") return { lowered: text.toLowerCase(), place: (n) => n };
  const places = [];
  let lowered = "";
  let at = 0;
  for (const letter of text) {
    const small = letter.toLowerCase();
    for (let n = 0; n < small.length; n++) places.push(at);
    lowered += small;
    at += letter.length;
  }
  places.push(at);
  return { lowered, place: (n) => places[n] };
}

// The spans of the pieces of a text.
function cutter({ cut, pattern }) {
  if (cut === "none") return (text) => (text ? [[0, text.length]] : []);
  const expression = new RegExp(cut === "characters" ? "[\\s\\S]" : pattern, "gv");
  return (text) => Array.from(text.matchAll(expression), (m) => [m.index, m.index + m[0].length]);
}

function whole(word, cased, ids, spec) {
  const known = spec.writtenEnd && word === "</s>" ? ids.get(" </s>") : ids.get(word);
  const shown = (spec.lower === "letters" ? cased : word).trim() || (word === "\n" ? "\u21b5" : "\u2423");
  return { id: known === undefined ? UNKNOWN : known, word, cased, shown };
}

// Byte-pair encoding over bytes (Sennrich et al. 2016): the pair that was learned first is joined first.
function bytePieces(merges, ids) {
  const rank = new Map(merges.map((pair, n) => [pair, n]));
  const symbols = byteSymbols();
  const encoder = new TextEncoder();
  return (word) => {
    let parts = Array.from(encoder.encode(word), (byte) => symbols[byte]);
    for (;;) {
      let best = Infinity;
      let at = -1;
      for (let n = 0; n + 1 < parts.length; n++) {
        const found = rank.get(`${parts[n]} ${parts[n + 1]}`);
        if (found !== undefined && found < best) [best, at] = [found, n];
      }
      if (at < 0) break;
      parts = [...parts.slice(0, at), parts[at] + parts[at + 1], ...parts.slice(at + 2)];
    }
    return parts.map((part) => {
      const shown = readable(bytesOf(part, symbols));
      return { id: ids.get(part) ?? UNKNOWN, word: part, cased: shown, shown: shown.trim() || "\u2423" };
    });
  };
}

// The character by which a byte is written (Radford et al. 2019).
function byteSymbols() {
  let other = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
    return String.fromCodePoint(printable ? byte : other++);
  });
}

function bytesOf(part, symbols) {
  return Uint8Array.from(Array.from(part, (symbol) => symbols.indexOf(symbol)));
}

function readable(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
  }
}
