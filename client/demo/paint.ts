import { crc32, deflateSync } from 'node:zlib';

/** Red, green and blue, 0 to 255 each. */
export type Colour = readonly [red: number, green: number, blue: number];

/** What lies over the layers before it, at a place of a picture: its colour and how much of it, 0 to 1. */
export type Layer = (x: number, y: number) => readonly [colour: Colour, cover: number] | undefined;

/** A PNG and its size in pixels. */
export interface Painting {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

/** Reads `#rrggbb`. */
function readColour(hex: string): Colour {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** Fills a shape, given as whether it covers a place. */
export function fill(hex: string, covers: (x: number, y: number) => boolean, cover = 1): Layer {
  const colour = readColour(hex);
  return (x, y) => (covers(x, y) ? [colour, cover] : undefined);
}

/** Light that fades with the distance from its middle. */
export function glow(hex: string, middleX: number, middleY: number, radius: number, strength = 1): Layer {
  const colour = readColour(hex);
  return (x, y) => {
    const distance = Math.hypot(x - middleX, y - middleY) / radius;
    return distance < 1 ? [colour, strength * (1 - distance) ** 2] : undefined;
  };
}

/** From one colour at `top` to another at `bottom`, and nothing outside. */
export function fade(from: string, to: string, top: number, bottom: number): Layer {
  const first = readColour(from);
  const last = readColour(to);
  return (_x, y) => {
    if (y < top || y > bottom) return undefined;
    return [mix(first, last, (y - top) / (bottom - top)), 1];
  };
}

export function ellipse(middleX: number, middleY: number, radiusX: number, radiusY = radiusX) {
  return (x: number, y: number): boolean =>
    ((x - middleX) / radiusX) ** 2 + ((y - middleY) / radiusY) ** 2 <= 1;
}

export function box(left: number, top: number, width: number, height: number) {
  return (x: number, y: number): boolean => x >= left && x < left + width && y >= top && y < top + height;
}

/** Paints layers over each other, with soft edges. */
export function paint(width: number, height: number, layers: readonly Layer[]): Painting {
  const rows = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const colour = blendSamples(x, y, layers);
      rows.set(colour, y * (1 + width * 3) + 1 + x * 3);
    }
  }
  return { data: encodePng(width, height, rows), width, height };
}

/** Four looks at each pixel make the edges soft. */
const samples = [
  [0.25, 0.25],
  [0.75, 0.25],
  [0.25, 0.75],
  [0.75, 0.75],
] as const;

function blendSamples(x: number, y: number, layers: readonly Layer[]): Colour {
  const sum: [number, number, number] = [0, 0, 0];
  for (const [dx, dy] of samples) {
    let red = 0;
    let green = 0;
    let blue = 0;
    for (const layer of layers) {
      const over = layer(x + dx, y + dy);
      if (!over) continue;
      const [colour, cover] = over;
      red += (colour[0] - red) * cover;
      green += (colour[1] - green) * cover;
      blue += (colour[2] - blue) * cover;
    }
    sum[0] += red;
    sum[1] += green;
    sum[2] += blue;
  }
  return [sum[0] / samples.length, sum[1] / samples.length, sum[2] / samples.length];
}

function mix(from: Colour, to: Colour, share: number): Colour {
  return [
    from[0] + (to[0] - from[0]) * share,
    from[1] + (to[1] - from[1]) * share,
    from[2] + (to[2] - from[2]) * share,
  ];
}

/** A PNG of 8 bits a channel (PNG 1.2, "Chunk layout"); each row begins with the number of its filter, 0. */
function encodePng(width: number, height: number, rows: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    encodeChunk('IHDR', header),
    encodeChunk('IDAT', deflateSync(rows)),
    encodeChunk('IEND', Buffer.alloc(0)),
  ]);
}

function encodeChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
