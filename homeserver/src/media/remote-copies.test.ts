import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { ManualClock } from '../../test-kit/manual-clock.ts';
import { rejection } from '../../test-kit/rejection.ts';
import { openTestStorage, type TestStorage } from '../../test-kit/storage-for-tests.ts';
import { MatrixError } from '../protocol/errors.ts';
import { FileStore, UnitOfWork } from '../storage/index.ts';
import { RemoteCopies } from './remote-copies.ts';
import type { RemoteContent, RemoteMediaRequest } from './remote-media.ts';

describe('RemoteCopies', () => {
  let test: TestStorage;
  let directory: string;
  let blobs: FileStore;
  let asked: RemoteMediaRequest[];
  let answer: (request: RemoteMediaRequest) => Promise<RemoteContent>;
  let copies: RemoteCopies;

  beforeEach(async () => {
    test = await openTestStorage();
    directory = await mkdtemp(join(tmpdir(), 'guildhall-media-'));
    blobs = await FileStore.open(directory);
    asked = [];
    answer = async () => ({ body: bytes('hello'), contentType: 'text/plain', fileName: 'a.txt' });
    copies = new RemoteCopies({
      storage: test.storage,
      blobs,
      clock: new ManualClock(),
      remoteMedia: {
        fetch(request) {
          asked.push(request);
          return answer(request);
        },
      },
      maxBytes: 10,
    });
  });

  afterEach(async () => {
    await test.close();
    await rm(directory, { recursive: true });
  });

  async function* bytes(text: string): AsyncGenerator<Uint8Array> {
    for (const character of text) yield Buffer.from(character);
  }
  const get = (mediaId = 'abc', serverName = 'other') =>
    copies.get({ serverName, mediaId, timeoutMs: 5_000 });
  const leftovers = (): Promise<string[]> => readdir(join(directory, 'incoming'));

  it('keeps what another server gives, and says what it is', async () => {
    const copy = await get();
    expect(copy).to.include({ origin: 'other', contentType: 'text/plain', uploadName: 'a.txt', size: 5 });
    expect(String(await buffer(await blobs.read(copy.sha256)))).to.equal('hello');
    expect(await test.storage.media.get('other', 'abc')).to.deep.equal(copy);
    expect(asked[0]).to.include({ serverName: 'other', mediaId: 'abc', maxBytes: 10, timeoutMs: 5_000 });
  });

  it('asks once for all who want the same at the same moment', async () => {
    const found = await Promise.all([get(), get(), get(), get('other')]);
    expect(asked.map(({ mediaId }) => mediaId)).to.deep.equal(['abc', 'other']);
    expect(found[0]).to.deep.equal(found[2]);
  });

  it('does not trust what it is told of type and name', async () => {
    answer = async () => ({
      body: bytes('x'),
      contentType: 'text/html\r\nX: y',
      fileName: 'n'.repeat(5_000),
    });
    const { contentType, uploadName } = await get();
    expect(contentType).to.equal('application/octet-stream');
    expect(uploadName).to.have.length(1_000);
  });

  it('keeps nothing that is too large, or breaks off, and asks again afterwards', async () => {
    answer = async () => ({ body: bytes('more than ten') });
    expect(await rejection(get())).to.include({ status: 413, errcode: 'M_TOO_LARGE' });
    answer = async () => ({ body: broken() });
    expect(await rejection(get())).to.include({ status: 502 });
    expect(await leftovers()).to.deep.equal([]);
    expect(await test.storage.media.get('other', 'abc')).to.equal(undefined);
    answer = async () => ({ body: bytes('hello') });
    expect(await get()).to.include({ size: 5 });
  });

  it('asks nobody for what cannot be media', async () => {
    for (const [mediaId, serverName] of [
      ['a/b', 'other'],
      ['..', 'other'],
      ['', 'other'],
      ['abc', 'not a server'],
      ['a'.repeat(600), 'other'],
    ] as const) {
      expect(await rejection(get(mediaId, serverName)), mediaId).to.include({ errcode: 'M_NOT_FOUND' });
    }
    expect(asked).to.deep.equal([]);
  });

  it('asks for a few at a time, lets others wait, and refuses more than can', async () => {
    const { promise: gate, resolve } = Promise.withResolvers<void>();
    answer = async () => {
      await gate;
      return { body: bytes('hello') };
    };
    const wanted = Array.from({ length: 217 }, (_, index) => get(`id${index}`));
    expect(await rejection(wanted[216] ?? get())).to.include({ status: 429, errcode: 'M_LIMIT_EXCEEDED' });
    expect(asked).to.have.length(16);
    resolve();
    await Promise.all(wanted.slice(0, 216));
    expect(asked).to.have.length(216);
  });

  it('lets the copy of a process that was faster count', async () => {
    answer = async () => {
      const saved = await blobs.save([Buffer.from('first')], 10);
      const unit = new UnitOfWork();
      test.storage.media.addIfNew(unit, {
        ...{ origin: 'other', mediaId: 'abc', userNid: null, uploadName: null, expiresTs: null },
        ...{ ...saved, contentType: 'text/plain', createdTs: 1 },
      });
      await test.storage.database.commit(unit);
      return { body: bytes('second') };
    };
    const { sha256 } = await get();
    expect(String(await buffer(await blobs.read(sha256)))).to.equal('first');
  });

  // biome-ignore lint/correctness/useYield: it breaks off before anything comes
  async function* broken(): AsyncGenerator<Uint8Array> {
    throw new MatrixError(502, 'M_UNKNOWN', 'hung up');
  }
});
