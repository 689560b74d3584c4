import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { findS3Server } from '../../../bin/s3-server.mjs';
import { rejection } from '../../../test-kit/rejection.ts';
import { type S3Process, startS3 } from '../../../test-kit/s3-process.ts';
import { BlobMissing, BlobTooLarge } from './blob-store.ts';
import { type S3Settings, S3Store } from './s3-store.ts';

describe('S3Store', function () {
  this.timeout(60_000);
  let server: S3Process | undefined;
  let scratch: string;
  let settings: S3Settings;
  let store: S3Store;

  before(async function () {
    const program = findS3Server();
    if (program === undefined) return this.skip();
    server = await startS3(program);
    const { endpoint, bucket, keys } = server;
    settings = { endpoint, bucket, keys, prefix: 'some/media', region: 'us-east-1', pathStyle: true };
    scratch = await mkdtemp(join(tmpdir(), 'guildhall-media-'));
  });
  beforeEach(async () => {
    store = await S3Store.open(settings, scratch);
  });
  afterEach(async () => {
    if (server !== undefined) expect(await readdir(scratch), 'nothing is left over').to.deep.equal([]);
  });
  after(async () => {
    await server?.stop();
    if (server !== undefined) await rm(scratch, { recursive: true });
  });

  async function* chunks(content: Buffer, bytes: number): AsyncGenerator<Uint8Array> {
    for (let first = 0; first < content.length; first += bytes) yield content.subarray(first, first + bytes);
  }

  it('gives back what was saved, under its hash', async () => {
    const content = randomBytes(3_000_000);
    const sha256 = createHash('sha256').update(content).digest('hex');
    expect(await store.has(sha256)).to.equal(false);
    expect(await store.save(chunks(content, 100_000), 3_000_000)).to.deep.equal({ sha256, size: 3_000_000 });
    expect(await store.has(sha256)).to.equal(true);
    const other = await S3Store.open(settings, scratch);
    expect(content.equals(await buffer(await other.read(sha256)))).to.equal(true);
    expect(content.equals(await store.withFile(sha256, (path) => readFile(path)))).to.equal(true);
  });

  it('gives back a part', async () => {
    const { sha256 } = await store.save([Buffer.from('0123456789')], 10);
    expect(String(await buffer(await store.read(sha256, { first: 2, last: 4 })))).to.equal('234');
    expect(String(await buffer(await store.read(sha256, { first: 9, last: 9 })))).to.equal('9');
  });

  it('keeps equal content once, also when it arrives twice at a time', async () => {
    const saved = await Promise.all([1, 2, 3].map(() => store.save([Buffer.from('the same')], 8)));
    expect(new Set(saved.map(({ sha256 }) => sha256)).size).to.equal(1);
  });

  it('keeps nothing', async () => {
    const { sha256, size } = await store.save([], 0);
    expect(size).to.equal(0);
    expect(await buffer(await store.read(sha256))).to.have.length(0);
  });

  it('stops at the first byte too many, and keeps nothing of a source that breaks off', async () => {
    const content = Buffer.from('0123456789x');
    expect(await rejection(store.save(chunks(content, 3), 10))).to.be.instanceOf(BlobTooLarge);
    expect(await store.has(createHash('sha256').update(content).digest('hex'))).to.equal(false);
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(10);
      throw new Error('hung up');
    }
    expect(await rejection(store.save(broken(), 100))).to.have.property('message', 'hung up');
  });

  it('says when content is missing', async () => {
    const sha256 = 'ab'.repeat(32);
    expect(await rejection(store.read(sha256))).to.be.instanceOf(BlobMissing);
    expect(await rejection(store.withFile(sha256, async () => 1))).to.be.instanceOf(BlobMissing);
  });

  it('discards content once nobody has saved it for a while', async () => {
    const { sha256 } = await store.save([Buffer.from('x')], 1);
    expect(await store.discard(sha256, 60_000)).to.equal(false);
    expect(await store.has(sha256)).to.equal(true);
    // The server notes whole seconds, and is on this machine: so this is long enough ago.
    expect(await store.discard(sha256, 0)).to.equal(true);
    expect(await store.has(sha256)).to.equal(false);
    expect(await store.discard(sha256, 60_000), 'again').to.equal(true);
  });

  it('does not take a refusal for a loss', async () => {
    const keys = { accessKey: 'guildhall', secretKey: 'wrong' };
    const locked = await S3Store.open({ ...settings, keys }, scratch);
    const errors = [
      locked.has('ab'.repeat(32)),
      locked.read('ab'.repeat(32)),
      locked.save([Buffer.from('x')], 1),
    ];
    for (const error of await Promise.all(errors.map((outcome) => rejection(outcome)))) {
      expect(error).to.be.instanceOf(Error).and.not.instanceOf(BlobMissing);
    }
  });
});
