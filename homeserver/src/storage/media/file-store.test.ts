import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { rejection } from '../../../test-kit/rejection.ts';
import { BlobMissing, BlobTooLarge } from './blob-store.ts';
import { FileStore } from './file-store.ts';

describe('FileStore', () => {
  let directory: string;
  let store: FileStore;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'guildhall-media-'));
    store = await FileStore.open(directory);
  });

  afterEach(() => rm(directory, { recursive: true }));

  const incoming = (): Promise<string[]> => readdir(join(directory, 'incoming'));

  async function* chunks(count: number, bytes: number): AsyncGenerator<Uint8Array> {
    for (let index = 0; index < count; index += 1) yield new Uint8Array(bytes).fill(index);
  }

  it('gives back what was saved, under its hash', async () => {
    const content = await buffer(chunks(5, 100_000));
    const saved = await store.save(chunks(5, 100_000), 500_000);
    expect(saved).to.deep.equal({
      sha256: createHash('sha256').update(content).digest('hex'),
      size: 500_000,
    });
    expect(content.equals(await buffer(await store.read(saved.sha256)))).to.equal(true);
    const path = join(directory, 'content', saved.sha256.slice(0, 2), saved.sha256);
    expect(await store.withFile(saved.sha256, async (lent) => lent)).to.equal(path);
    expect(content.equals(await readFile(path))).to.equal(true);
    expect(await incoming()).to.deep.equal([]);
  });

  it('gives back a part', async () => {
    const { sha256 } = await store.save([Buffer.from('0123456789')], 10);
    expect(String(await buffer(await store.read(sha256, { first: 2, last: 4 })))).to.equal('234');
    expect(String(await buffer(await store.read(sha256, { first: 9, last: 9 })))).to.equal('9');
  });

  it('keeps equal content once, also when it arrives twice at a time', async () => {
    const saved = await Promise.all([1, 2, 3].map(() => store.save(chunks(3, 1_000), 3_000)));
    expect(new Set(saved.map(({ sha256 }) => sha256)).size).to.equal(1);
    const files = await readdir(join(directory, 'content'), { recursive: true, withFileTypes: true });
    expect(files.filter((entry) => entry.isFile())).to.have.length(1);
  });

  it('keeps nothing', async () => {
    const { sha256, size } = await store.save([], 0);
    expect(size).to.equal(0);
    expect(await buffer(await store.read(sha256))).to.have.length(0);
  });

  it('stops at the first byte too many, having written no more than the limit', async () => {
    let yielded = 0;
    let written = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        yielded += 1;
        yield new Uint8Array(10_000);
        const [name] = await incoming();
        written = Math.max(written, (await readFile(join(directory, 'incoming', name ?? ''))).length);
      }
    }
    expect(await rejection(store.save(endless(), 45_000))).to.be.instanceOf(BlobTooLarge);
    expect(yielded).to.equal(5);
    expect(written).to.equal(40_000);
    expect(await incoming()).to.deep.equal([]);
  });

  it('keeps nothing of a source that breaks off', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(10);
      throw new Error('hung up');
    }
    expect(await rejection(store.save(broken(), 100))).to.have.property('message', 'hung up');
    expect(await incoming()).to.deep.equal([]);
  });

  it('discards content once nobody has saved it for a while', async () => {
    const { sha256 } = await store.save([Buffer.from('x')], 1);
    expect(await store.discard(sha256, 60_000)).to.equal(false);
    expect(String(await buffer(await store.read(sha256)))).to.equal('x');
    const hourAgo = new Date(Date.now() - 60 * 60_000);
    const path = join(directory, 'content', sha256.slice(0, 2), sha256);
    await utimes(path, hourAgo, hourAgo);
    await store.save([Buffer.from('x')], 1);
    expect(await store.discard(sha256, 60_000), 'saved again').to.equal(false);
    await utimes(path, hourAgo, hourAgo);
    expect(await store.discard(sha256, 60_000)).to.equal(true);
    expect(await rejection(store.read(sha256))).to.be.instanceOf(BlobMissing);
    expect(await store.discard(sha256, 60_000), 'again').to.equal(true);
    expect(await incoming()).to.deep.equal([]);
  });

  it('says when content is missing', async () => {
    const sha256 = 'ab'.repeat(32);
    expect(await rejection(store.read(sha256))).to.be.instanceOf(BlobMissing);
    expect(await rejection(store.withFile(sha256, async () => 1))).to.be.instanceOf(BlobMissing);
  });

  it('deletes what an earlier process left half received, but nothing that may still be arriving', async () => {
    const old = join(directory, 'incoming', 'old');
    await writeFile(old, 'x');
    await writeFile(join(directory, 'incoming', 'new'), 'x');
    const dayAgo = new Date(Date.now() - 25 * 60 * 60_000);
    await utimes(old, dayAgo, dayAgo);
    await FileStore.open(directory);
    expect(await incoming()).to.deep.equal(['new']);
  });
});
