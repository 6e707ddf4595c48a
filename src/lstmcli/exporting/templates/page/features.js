// What a classifier knows of a word besides its id: its first and last letters, its neighbours, its capitals.

const HASH_PREVIOUS = 0x9e3779b97f4a7c15n;
const HASH_CURRENT = 0xc2b2ae3d27d4eb4fn;
const HASH_NEXT = 0x165667b19e3779f9n;
const uint64 = (value) => BigInt.asUintN(64, value);

const CRC_TABLE = Int32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n;
});

function crc32(text) {
  let crc = -1;
  for (const byte of new TextEncoder().encode(text)) crc = CRC_TABLE[(crc ^ byte) & 255] ^ (crc >>> 8);
  return (crc ^ -1) >>> 0;
}

// The rows of the embedding table of each token: its own, two of its letters or neighbours, one of its spelling.
function featureRows(tokens, { buckets, size, apart }) {
  const row = (feature) => size + (crc32(feature) % buckets);
  return tokens.map(({ id, word, cased }, t) => {
    const kind = spelling(Array.from(cased));
    const spelled = kind ? row(`=${kind}`) : 0;
    if (apart.has(id)) {
      const before = t ? tokens[t - 1].id : 0;
      const after = t + 1 < tokens.length ? tokens[t + 1].id : 0;
      return [id, size + pairBucket(before, id, buckets), size + pairBucket(id, after, buckets), spelled];
    }
    const letters = Array.from(word);
    const [first, last] = [letters.slice(0, 4).join(""), letters.slice(-3).join("")];
    return [id, row(`<${first}`), row(`${last}>`), spelled];
  });
}

function pairBucket(left, right, buckets) {
  let mixed = uint64(BigInt(left) * HASH_PREVIOUS) ^ uint64(BigInt(right) * HASH_CURRENT + HASH_NEXT);
  mixed = uint64((mixed ^ (mixed >> 29n)) * HASH_PREVIOUS);
  return Number((mixed >> 32n) % BigInt(buckets));
}

// 0 plain, 1 Title, 2 one capital, 3 CAPITALS, 4 mIxed, 5 to 8 one to four or more digits, 9 letters and digits.
function spelling(letters) {
  const count = (kind) => letters.filter((c) => c < "\u2e80" && kind.test(c)).length;
  const [upper, lower, digits] = [/\p{Uppercase}/u, /\p{Lowercase}/u, /\p{Nd}/u].map(count);
  if (upper === 0 && (lower || !digits)) return 0;
  if (digits) return digits === letters.length ? 4 + Math.min(4, letters.length) : 9;
  if (upper === 1 && letters.length === 1) return 2;
  if (lower === 0) return 3;
  return upper === 1 && letters[0] < "\u2e80" && /\p{Uppercase}/u.test(letters[0]) ? 1 : 4;
}
