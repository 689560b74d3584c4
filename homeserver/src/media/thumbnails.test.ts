import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import sharp from 'sharp';
import { makeAnimation, makeGifBomb, makeImage, makePngBomb } from '../../test-kit/images.ts';
import { rejection } from '../../test-kit/rejection.ts';
import { openTestStorage, type TestStorage } from '../../test-kit/storage-for-tests.ts';
import type { MatrixError } from '../protocol/errors.ts';
import { type BlobStore, FileStore } from '../storage/index.ts';
import type { ThumbnailSize } from './thumbnail-size.ts';
import { Thumbnails } from './thumbnails.ts';

const SMALL: ThumbnailSize = { width: 96, height: 96, method: 'crop' };
const MEDIUM: ThumbnailSize = { width: 320, height: 240, method: 'scale' };

describe('Thumbnails', () => {
  let test: TestStorage;
  let directory: string;
  let blobs: FileStore;
  let made: number;
  let gate: Promise<void>;
  let thumbnails: Thumbnails;

  beforeEach(async () => {
    test = await openTestStorage();
    directory = await mkdtemp(join(tmpdir(), 'guildhall-media-'));
    blobs = await FileStore.open(directory);
    made = 0;
    gate = Promise.resolve();
    const counting: BlobStore = {
      save: (source, maxBytes) => blobs.save(source, maxBytes),
      read: (sha256, range) => blobs.read(sha256, range),
      has: (sha256) => blobs.has(sha256),
      discard: (sha256, unusedForMs) => blobs.discard(sha256, unusedForMs),
      withFile: async (sha256, use) => {
        made += 1;
        await gate;
        return blobs.withFile(sha256, use);
      },
    };
    thumbnails = new Thumbnails({ storage: test.storage, blobs: counting });
  });

  afterEach(async () => {
    await test.close();
    await rm(directory, { recursive: true });
  });

  const keep = async (content: Buffer): Promise<string> =>
    (await blobs.save([content], content.length)).sha256;

  async function thumbnailOf(content: Buffer, size: ThumbnailSize) {
    const { sha256, contentType, size: bytes } = await thumbnails.get(await keep(content), size);
    const image = await buffer(await blobs.read(sha256));
    expect(image).to.have.length(bytes);
    const { width, height, format } = await sharp(image).metadata();
    return { image, contentType, width, height, format };
  }

  // A GIF nearly always has a transparent colour, whether it is used or not.
  for (const [format, madeFormat] of [
    ['jpeg', 'jpeg'],
    ['png', 'jpeg'],
    ['webp', 'jpeg'],
    ['avif', 'jpeg'],
    ['gif', 'webp'],
  ] as const) {
    it(`makes a ${madeFormat} image of a ${format} image`, async () => {
      const content = await makeImage(format, { width: 640, height: 400 });
      const { image, ...about } = await thumbnailOf(content, MEDIUM);
      const contentType = `image/${madeFormat}`;
      expect(about).to.deep.equal({ contentType, format: madeFormat, width: 320, height: 200 });
      const { data } = await sharp(image).raw().toBuffer({ resolveWithObject: true });
      expect(data[0], 'red of the first pixel').to.be.above(200);
      expect(data[2], 'blue of the first pixel').to.be.below(60);
    });
  }

  it('keeps transparency', async () => {
    const content = await makeImage('png', { width: 200, height: 200, alpha: 0.5 });
    const { image, contentType } = await thumbnailOf(content, SMALL);
    expect(contentType).to.equal('image/webp');
    expect(await sharp(image).metadata()).to.include({
      format: 'webp',
      hasAlpha: true,
      width: 96,
      height: 96,
    });
  });

  for (const format of ['gif', 'webp'] as const) {
    it(`lets the thumbnail of a ${format} animation move only if that is wanted`, async () => {
      const delays = [100, 200, 300];
      const sha256 = await keep(await makeAnimation(format, { width: 640, height: 400, delays }));
      const still = await thumbnails.get(sha256, MEDIUM);
      const moving = await thumbnails.get(sha256, MEDIUM, true);
      expect(moving.contentType).to.equal('image/webp');
      const metadataOf = async ({ sha256: made }: { sha256: string }) =>
        sharp(await buffer(await blobs.read(made))).metadata();
      expect(await metadataOf(still)).to.not.have.property('pages', 3);
      expect(await metadataOf(moving)).to.deep.include({ width: 320, height: 200, pages: 3, delay: delays });
      expect(await thumbnails.get(sha256, MEDIUM)).to.deep.equal(still);
    });
  }

  it('shows as a still what cannot move', async () => {
    const sha256 = await keep(await makeImage('jpeg', { width: 640, height: 400 }));
    expect(await thumbnails.get(sha256, MEDIUM, true)).to.deep.equal(await thumbnails.get(sha256, MEDIUM));
  });

  it('shows as a still what has too many frames', async () => {
    const sha256 = await keep(makeGifBomb(4, 4, 501));
    const { sha256: made } = await thumbnails.get(sha256, SMALL, true);
    expect((await sharp(await buffer(await blobs.read(made))).metadata()).pages ?? 1).to.equal(1);
  });

  it('shows as a still what has too many pixels in all its frames', async () => {
    const few = await thumbnails.get(await keep(makeGifBomb(100, 100, 2)), SMALL, true);
    expect((await sharp(await buffer(await blobs.read(few.sha256))).metadata()).pages).to.equal(2);
    const many = await thumbnails.get(await keep(makeGifBomb(5_001, 5_001, 2)), SMALL, true);
    expect((await sharp(await buffer(await blobs.read(many.sha256))).metadata()).pages ?? 1).to.equal(1);
  });

  it('never makes an image larger', async () => {
    const content = await makeImage('png', { width: 50, height: 20 });
    expect(await thumbnailOf(content, MEDIUM)).to.include({ width: 50, height: 20 });
    expect(await thumbnailOf(content, SMALL)).to.include({ width: 20, height: 20 });
  });

  it('turns a photo upright and leaves out what the camera noted', async () => {
    const lying = await sharp(await makeImage('jpeg', { width: 400, height: 200 }))
      .withMetadata({ orientation: 6 })
      .withExifMerge({ IFD3: { GPSLatitude: '1/1 2/1 3/1' } })
      .toBuffer();
    const { image, width, height } = await thumbnailOf(lying, MEDIUM);
    expect({ width, height }).to.deep.equal({ width: 120, height: 240 });
    const metadata = await sharp(image).metadata();
    expect(metadata.exif).to.equal(undefined);
    expect(metadata.orientation).to.equal(undefined);
  });

  it('makes each once, also for many who ask at the same time', async () => {
    const sha256 = await keep(await makeImage('png', { width: 500, height: 500 }));
    const found = await Promise.all([1, 2, 3, 4, 5].map(() => thumbnails.get(sha256, MEDIUM)));
    expect(made).to.equal(1);
    expect(new Set(found.map((thumbnail) => thumbnail.sha256)).size).to.equal(1);
    await thumbnails.get(sha256, { width: 300, height: 200, method: 'scale' });
    expect(made).to.equal(1);
    await thumbnails.get(sha256, SMALL);
    expect(made).to.equal(2);
  });

  it('keeps them for the next start', async () => {
    const sha256 = await keep(await makeImage('png', { width: 500, height: 500 }));
    const before = await thumbnails.get(sha256, MEDIUM);
    const after = await new Thumbnails({ storage: test.storage, blobs }).get(sha256, MEDIUM);
    expect(after).to.deep.equal(before);
  });

  it('refuses many who ask for more than can wait', async () => {
    const contents = await Promise.all(
      Array.from({ length: 203 }, (_, index) => keep(Buffer.from(`not an image ${index}`))),
    );
    const { promise, resolve } = Promise.withResolvers<void>();
    gate = promise;
    const errors = contents.map((sha256) => rejection(thumbnails.get(sha256, SMALL)));
    expect(await Promise.race(errors)).to.include({ status: 429, errcode: 'M_LIMIT_EXCEEDED' });
    resolve();
    const others = (await Promise.all(errors)).filter((error) => (error as MatrixError).status === 400);
    expect(others).to.have.length(202);
    expect(made).to.equal(202);
  });

  describe('of hostile files', () => {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="10" height="10"/></svg>';

    it('is refused for what is no image of a known format', async () => {
      const tiff = await sharp({ create: { width: 10, height: 10, channels: 3, background: 'red' } })
        .tiff()
        .toBuffer();
      for (const content of [
        Buffer.alloc(0),
        Buffer.from('text'),
        Buffer.from(svg),
        tiff,
        Buffer.from('%PDF-1.7'),
      ]) {
        const error = await rejection(thumbnails.get(await keep(content), SMALL));
        expect(error, String(content).slice(0, 9)).to.include({ status: 400, errcode: 'M_UNKNOWN' });
      }
    });

    for (const format of ['jpeg', 'png', 'webp', 'gif'] as const) {
      it(`is refused for a ${format} image that was cut off`, async () => {
        const noise = await sharp({
          create: {
            width: 300,
            height: 300,
            channels: 3,
            background: 'red',
            noise: { type: 'gaussian', mean: 128, sigma: 30 },
          },
        })
          .toFormat(format)
          .toBuffer();
        const cut = noise.subarray(0, Math.floor(noise.length / 3));
        const error = await rejection(thumbnails.get(await keep(cut), SMALL));
        expect(error).to.include({ status: 400, errcode: 'M_UNKNOWN' });
      });
    }

    it('is refused for more pixels than a camera takes, before they are unpacked', async () => {
      const sha256 = await keep(makePngBomb(40_000, 40_000));
      const started = performance.now();
      expect(await rejection(thumbnails.get(sha256, SMALL))).to.include({
        status: 413,
        errcode: 'M_TOO_LARGE',
      });
      expect(performance.now() - started).to.be.below(1_000);
    });

    it('is refused at once when it was refused before', async () => {
      const sha256 = await keep(makePngBomb(5_000, 5_000));
      const first = await rejection(thumbnails.get(sha256, SMALL));
      expect(first).to.include({ status: 400 });
      expect(await rejection(thumbnails.get(sha256, MEDIUM))).to.equal(first);
      expect(made).to.equal(1);
    });
  });
});
