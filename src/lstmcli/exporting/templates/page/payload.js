// The model of a page: base64 of a gzip file with a head in JSON and, behind it, numbers.
//
// The bytes of an array are sorted by their place in a number, because they compress better so.  A table in 8 bits has an
// array of scales beside it, one for each row.

const SIZES = { i1: 1, f2: 2, f4: 4, i4: 4, u8: 8 };

async function unpack(base64) {
  const packed = Uint8Array.from(atob(base64.trim()), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const length = new DataView(bytes.buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const arrays = {};
  let at = 4 + length;
  for (const { name, type, shape } of head.arrays) {
    const count = shape.reduce((a, b) => a * b, 1);
    const size = SIZES[type];
    const own = new Uint8Array(count * size);
    for (let place = 0; place < size; place++) {
      for (let n = 0; n < count; n++) own[n * size + place] = bytes[at++];
    }
    arrays[name] = { shape, data: numbers(own.buffer, type) };
  }
  for (const [name, { data, shape }] of Object.entries(arrays)) {
    const scales = arrays[`${name}.scale`]?.data;
    if (scales) arrays[name] = { shape, data: Float32Array.from(data, (x, n) => x * scales[Math.floor(n / shape[1])]) };
  }
  return { head, arrays };
}

function numbers(buffer, type) {
  if (type === "u8") return new BigUint64Array(buffer);
  if (type === "i1") return new Int8Array(buffer);
  if (type === "i4") return new Int32Array(buffer);
  if (type === "f4") return new Float32Array(buffer);
  return Float32Array.from(new Uint16Array(buffer), half);
}

// A number of 16 bits.
function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
