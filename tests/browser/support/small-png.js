// Pictures of pages have few colours that matter: with a palette (PNG specification, 11.2.2) a picture takes a third of
// its bytes, which a repository keeps for ever.
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const FREQUENT = 96;
const FAR = 32;

export function smallPng(png) {
  const { width, height, pixels } = decode(png);
  const palette = paletteOf(frequent(pixels));
  const place = nearestIn(palette);
  const rows = Buffer.alloc(height * (width + 1));
  pixels.forEach((colour, at) => {
    rows[at + Math.floor(at / width) + 1] = place(colour);
  });
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', head),
    chunk('PLTE', Buffer.from(palette.flatMap(parts))),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const parts = (colour) => [colour >> 16, (colour >> 8) & 255, colour & 255];

function frequent(pixels) {
  const counts = new Map();
  for (const colour of pixels) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  return [...counts].sort(([one, often], [other, seldom]) => seldom - often || one - other).map(([colour]) => colour);
}

const distance = (one, other) => parts(one).reduce((sum, part, at) => sum + (part - parts(other)[at]) ** 2, 0);

// The most frequent colours, and then always the one that lies farthest from all of these: the red of a small logo counts
// more than the hundredth grey of the letters.
function paletteOf(colours) {
  const palette = colours.slice(0, FREQUENT);
  const rest = new Map(colours.slice(FREQUENT).map((colour) => [colour, Math.min(...palette.map((taken) => distance(colour, taken)))]));
  while (rest.size > 0 && palette.length < FREQUENT + FAR) {
    const [far] = [...rest].reduce((best, other) => (other[1] > best[1] ? other : best));
    palette.push(far);
    rest.delete(far);
    for (const [colour, before] of rest) rest.set(colour, Math.min(before, distance(colour, far)));
  }
  return palette;
}

function nearestIn(palette) {
  const known = new Map(palette.map((colour, at) => [colour, at]));
  return (colour) => {
    if (!known.has(colour)) {
      const distances = palette.map((candidate) => distance(colour, candidate));
      known.set(colour, distances.indexOf(Math.min(...distances)));
    }
    return known.get(colour);
  };
}

// Colours without transparency, as Chromium writes a page: 8 bits, no interlacing.
function decode(png) {
  const chunks = [];
  for (let at = SIGNATURE.length; at < png.length; at += 12 + png.readUInt32BE(at)) {
    chunks.push({ kind: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + png.readUInt32BE(at)) });
  }
  const head = chunks.find(({ kind }) => kind === 'IHDR').data;
  const [width, height, bytes] = [head.readUInt32BE(0), head.readUInt32BE(4), head[9] === 6 ? 4 : 3];
  const data = inflateSync(Buffer.concat(chunks.filter(({ kind }) => kind === 'IDAT').map((found) => found.data)));
  const lines = unfilter(data, width * bytes, height, bytes);
  const pixels = new Uint32Array(width * height);
  for (let at = 0; at < pixels.length; at += 1) pixels[at] = lines.readUIntBE(at * bytes, 3);
  return { width, height, pixels };
}

// PNG specification, 9.2: each byte was written as its difference from a guess by its neighbours.
function unfilter(data, length, height, bytes) {
  const lines = Buffer.alloc(length * height);
  for (let y = 0; y < height; y += 1) {
    const filter = data[y * (length + 1)];
    for (let x = 0; x < length; x += 1) {
      const here = y * length + x;
      const left = x >= bytes ? lines[here - bytes] : 0;
      const above = y > 0 ? lines[here - length] : 0;
      const corner = y > 0 && x >= bytes ? lines[here - length - bytes] : 0;
      const guess = [0, left, above, (left + above) >> 1, paeth(left, above, corner)][filter];
      lines[here] = data[y * (length + 1) + 1 + x] + guess;
    }
  }
  return lines;
}

function paeth(left, above, corner) {
  const [a, b, c] = [above - corner, left - corner, left + above - 2 * corner].map(Math.abs);
  if (a <= b && a <= c) return left;
  return b <= c ? above : corner;
}

function chunk(kind, data) {
  const body = Buffer.concat([Buffer.from(kind, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
