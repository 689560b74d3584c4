import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';

type ImageFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'avif';

/** An image whose left half is red and whose right half is blue, with some transparency if asked for. */
export function makeImage(
  format: ImageFormat,
  { width, height, alpha = 1 }: { width: number; height: number; alpha?: number },
): Promise<Buffer> {
  const half = Math.max(1, Math.floor(width / 2));
  const red = { width: half, height, channels: 4 as const, background: { r: 255, g: 0, b: 0, alpha } };
  const blue = { width, height, channels: 4 as const, background: { r: 0, g: 0, b: 255, alpha } };
  const image = sharp({ create: blue }).composite([
    { input: { create: red }, left: 0, top: 0, blend: 'source' },
  ]);
  return (alpha === 1 ? image.removeAlpha() : image).toFormat(format).toBuffer();
}

/** An animation of as many colours as there are delays (milliseconds). */
export async function makeAnimation(
  format: 'gif' | 'webp',
  { width, height, delays }: { width: number; height: number; delays: number[] },
): Promise<Buffer> {
  const frames = delays.map((_delay, index) =>
    sharp({ create: { width, height, channels: 3, background: { r: (index * 83) % 256, g: 0, b: 200 } } })
      .png()
      .toBuffer(),
  );
  const joined = sharp(await Promise.all(frames), { join: { animated: true } });
  return (format === 'gif' ? joined.gif({ delay: delays }) : joined.webp({ delay: delays })).toBuffer();
}

/** A PNG of some hundred bytes that says it has any number of pixels. */
export function makePngBomb(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(Buffer.alloc(10_000))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A GIF of some bytes a frame, each of which changes one pixel of a picture of any size. */
export function makeGifBomb(width: number, height: number, frames: number): Buffer {
  const screen = Buffer.from('GIF89a\0\0\0\0\x80\0\0', 'latin1');
  screen.writeUInt16LE(width, 6);
  screen.writeUInt16LE(height, 8);
  const colours = Buffer.from([0, 0, 0, 255, 255, 255]);
  const delay = [0x21, 0xf9, 4, 0, 2, 0, 0, 0];
  const onePixel = [0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x4c, 1, 0];
  const frame = Buffer.from([...delay, ...onePixel]);
  return Buffer.concat([
    screen,
    colours,
    ...Array.from({ length: frames }, () => frame),
    Buffer.from([0x3b]),
  ]);
}

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
