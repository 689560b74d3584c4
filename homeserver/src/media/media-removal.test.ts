import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { makeImage } from '../../test-kit/images.ts';
import { ManualClock } from '../../test-kit/manual-clock.ts';
import { rejection } from '../../test-kit/rejection.ts';
import { openTestStorage, type TestStorage } from '../../test-kit/storage-for-tests.ts';
import { createLogger } from '../base/logger.ts';
import { OutboundClient } from '../outbound/index.ts';
import { parseMxcUri } from '../protocol/identifiers.ts';
import { FileStore } from '../storage/index.ts';
import { createMedia, type Media } from './index.ts';

const ALICE = 1;
const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

describe('the care of media', () => {
  let test: TestStorage;
  let directory: string;
  let clock: ManualClock;
  let media: Media;
  const { signal } = new AbortController();

  beforeEach(async () => {
    test = await openTestStorage();
    directory = await mkdtemp(join(tmpdir(), 'guildhall-media-'));
    clock = new ManualClock();
    media = createMedia({
      storage: test.storage,
      blobs: await FileStore.open(directory),
      serverName: 'x',
      clock,
      logger: createLogger({ level: 'silent' }),
      maxUploadBytes: 10_000,
      outbound: new OutboundClient({ allowPrivateAddresses: false }),
      previews: { isOn: false, deniedHosts: [] },
      quota: { files: undefined, bytes: undefined },
      lifetimes: { local: 30 * DAY, remote: 20 * DAY, previews: 10 * DAY },
      remoteMedia: { fetch: async () => ({ body: textOf('remote') }) },
    });
  });

  afterEach(async () => {
    await test.close();
    await rm(directory, { recursive: true });
  });

  async function* textOf(text: string): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text);
  }
  const upload = (text: string): Promise<string> => media.uploads.upload(ALICE, { body: textOf(text) });
  const keyOf = (uri: string) => {
    const { serverName, mediaId } = parseMxcUri(uri) ?? { serverName: '', mediaId: '' };
    return { serverName, origin: serverName, mediaId };
  };
  const find = (uri: string) => media.library.find({ ...keyOf(uri), timeoutMs: 0, signal });
  const isThere = async (uri: string): Promise<boolean> =>
    (await test.storage.media.get(keyOf(uri).origin, keyOf(uri).mediaId)) !== undefined;
  const remove = async (uri: string): Promise<void> =>
    media.removal.delete([await media.moderation.get(keyOf(uri))]);

  const files = async (): Promise<string[]> => {
    const entries = await readdir(join(directory, 'content'), { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  };
  /** As if everything had been saved two hours ago. */
  async function letFilesAge(): Promise<void> {
    const then = new Date(Date.now() - 2 * HOUR);
    for (const path of await files()) await utimes(path, then, then);
  }

  it('deletes what nobody has used for its lifetime, by its kind', async () => {
    const local = await upload('local');
    const preview = await media.uploads.uploadOwn({ body: textOf('preview') });
    const remote = 'mxc://other/abc';
    await find(remote);
    const there = async () => [await isThere(preview), await isThere(remote), await isThere(local)];
    await clock.advance(9 * DAY);
    await media.removal.tend(signal);
    expect(await there()).to.deep.equal([true, true, true]);
    await clock.advance(2 * DAY);
    await media.removal.tend(signal);
    expect(await there()).to.deep.equal([false, true, true]);
    await clock.advance(10 * DAY);
    await media.removal.tend(signal);
    expect(await there()).to.deep.equal([false, false, true]);
    await clock.advance(10 * DAY);
    await media.removal.tend(signal);
    expect(await there()).to.deep.equal([false, false, false]);
    await find(remote);
    expect(await isThere(remote), 'is fetched again').to.equal(true);
  });

  it('keeps what is used', async () => {
    const uri = await upload('local');
    await clock.advance(29 * DAY);
    await find(uri);
    await until(async () => (await media.moderation.get(keyOf(uri))).lastAccessTs === clock.now());
    await clock.advance(29 * DAY);
    await media.removal.tend(signal);
    expect(await isThere(uri)).to.equal(true);
    await clock.advance(2 * DAY);
    await media.removal.tend(signal);
    expect(await isThere(uri)).to.equal(false);
  });

  it('keeps what is protected or in quarantine', async () => {
    const [safe, withdrawn] = [await upload('safe'), await upload('withdrawn')];
    await media.moderation.setProtected(keyOf(safe).mediaId, true);
    await media.moderation.quarantine(keyOf(withdrawn), '@admin:x');
    await clock.advance(31 * DAY);
    await media.removal.tend(signal);
    expect([await isThere(safe), await isThere(withdrawn)]).to.deep.equal([true, true]);
  });

  it('deletes many, a page at a time', async () => {
    await Promise.all(Array.from({ length: 201 }, (_, index) => upload(`file ${index}`)));
    const old = { sort: 'local', beforeTs: clock.now() + 1, largerThan: 0, keepsPictures: false } as const;
    expect(await media.removal.deleteOld(old)).to.have.length(201);
    expect(await media.removal.deleteOld(old)).to.have.length(0);
  });

  it('deletes content an hour after its last name, with the thumbnails of it', async () => {
    const image = await makeImage('png', { width: 100, height: 100 });
    const [one, other] = [
      await media.uploads.upload(ALICE, { body: chunk(image) }),
      await media.uploads.upload(ALICE, { body: chunk(image) }),
    ];
    const size = { width: 32, height: 32, method: 'crop' } as const;
    await media.library.findThumbnail({ ...keyOf(one), signal }, size);
    expect(await files()).to.have.length(2);
    await letFilesAge();
    await remove(one);
    await clock.advance(2 * HOUR);
    await media.removal.tend(signal);
    expect(await files(), 'there is another name').to.have.length(2);
    await remove(other);
    await media.removal.tend(signal);
    expect(await files(), 'too early').to.have.length(2);
    await clock.advance(2 * HOUR);
    await media.removal.tend(signal);
    expect(await files(), 'the thumbnail follows').to.have.length(1);
    await clock.advance(2 * HOUR);
    await media.removal.tend(signal);
    expect(await files()).to.have.length(0);
  });

  it('leaves content that is just being uploaded again', async () => {
    const uri = await upload('again');
    await letFilesAge();
    await remove(uri);
    await clock.advance(2 * HOUR);
    // Saved, and not named yet.
    const blobs = await FileStore.open(directory);
    await blobs.save([Buffer.from('again')], 10);
    await media.removal.tend(signal);
    expect(await files()).to.have.length(1);
    await letFilesAge();
    await media.removal.tend(signal);
    expect(await files()).to.have.length(0);
  });

  it('keeps refusing withdrawn content when its media are deleted, and keeps nothing of another upload', async () => {
    const uri = await upload('bad');
    await media.moderation.quarantine(keyOf(uri), '@admin:x');
    await letFilesAge();
    await remove(uri);
    await clock.advance(2 * HOUR);
    await media.removal.tend(signal);
    expect(await files()).to.have.length(0);
    expect(await rejection(upload('bad'))).to.include({ status: 403, errcode: 'M_FORBIDDEN' });
    await letFilesAge();
    await clock.advance(2 * HOUR);
    await media.removal.tend(signal);
    expect(await files()).to.have.length(0);
  });

  async function* chunk(content: Buffer): AsyncGenerator<Uint8Array> {
    yield content;
  }

  async function until(holds: () => Promise<boolean>): Promise<void> {
    while (!(await holds())) await new Promise(setImmediate);
  }
});
