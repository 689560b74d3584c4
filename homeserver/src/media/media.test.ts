import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { ManualClock } from '../../test-kit/manual-clock.ts';
import { rejection } from '../../test-kit/rejection.ts';
import { openTestStorage, type TestStorage } from '../../test-kit/storage-for-tests.ts';
import { createLogger } from '../base/logger.ts';
import { OutboundClient } from '../outbound/index.ts';
import { parseMxcUri } from '../protocol/identifiers.ts';
import { FileStore } from '../storage/index.ts';
import { createMedia, type Media, type Upload } from './index.ts';
import type { UploadQuota } from './upload-quotas.ts';

const ALICE = 1;
const BOB = 2;
const DAY = 24 * 60 * 60_000;

function uploadOf(text: string, more: Partial<Upload> = {}): Upload {
  return { body: toChunks(text), ...more };
}

async function* toChunks(text: string): AsyncGenerator<Uint8Array> {
  for (const character of text) yield Buffer.from(character);
}

describe('media', () => {
  let test: TestStorage;
  let directory: string;
  let clock: ManualClock;
  let media: Media;

  beforeEach(async () => {
    test = await openTestStorage();
    directory = await mkdtemp(join(tmpdir(), 'guildhall-media-'));
    clock = new ManualClock();
    media = await openMedia({ files: undefined, bytes: undefined });
  });

  async function openMedia(quota: UploadQuota): Promise<Media> {
    return createMedia({
      storage: test.storage,
      blobs: await FileStore.open(directory),
      serverName: 'x',
      clock,
      logger: createLogger({ level: 'silent' }),
      maxUploadBytes: 10,
      outbound: new OutboundClient({ allowPrivateAddresses: false }),
      previews: { isOn: false, deniedHosts: [] },
      quota,
      lifetimes: { local: undefined, remote: undefined, previews: undefined },
    });
  }

  afterEach(async () => {
    await test.close();
    await rm(directory, { recursive: true });
  });

  function find(uri: string, timeoutMs = 0, signal = new AbortController().signal) {
    const id = parseMxcUri(uri);
    if (id === undefined) throw new Error(`${uri} is no mxc:// URI`);
    return media.library.find({ ...id, timeoutMs, signal });
  }

  function uploadTo(user: number, uri: string, text: string): Promise<void> {
    const id = parseMxcUri(uri);
    if (id === undefined) throw new Error(`${uri} is no mxc:// URI`);
    return media.uploads.uploadTo(user, id.serverName, id.mediaId, uploadOf(text));
  }

  const read = async (uri: string): Promise<string> =>
    String(await buffer(await media.library.read(await find(uri))));

  const files = async (folder: string): Promise<number> => {
    const entries = await readdir(join(directory, folder), { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).length;
  };

  describe('upload', () => {
    it('gives back what was uploaded, with its type and name', async () => {
      const upload = uploadOf('hello', { contentType: 'text/plain', fileName: 'grüße.txt' });
      const uri = await media.uploads.upload(ALICE, upload);
      expect(await read(uri)).to.equal('hello');
      expect(await find(uri)).to.include({ contentType: 'text/plain', fileName: 'grüße.txt', size: 5 });
    });

    it('keeps equal files once, under an ID for each upload', async () => {
      const [one, other] = await Promise.all([
        media.uploads.upload(ALICE, uploadOf('hello', { contentType: 'text/plain' })),
        media.uploads.upload(BOB, uploadOf('hello', { contentType: 'text/html' })),
      ]);
      expect(one).to.not.equal(other);
      expect(await files('content')).to.equal(1);
      expect((await find(one)).contentType).to.equal('text/plain');
      expect((await find(other)).contentType).to.equal('text/html');
    });

    it('takes a file of the largest size, and none that is larger', async () => {
      expect(await read(await media.uploads.upload(ALICE, uploadOf('0123456789')))).to.equal('0123456789');
      const error = await rejection(media.uploads.upload(ALICE, uploadOf('0123456789x')));
      expect(error).to.include({ status: 413, errcode: 'M_TOO_LARGE' });
      expect(await files('content')).to.equal(1);
      expect(await files('incoming')).to.equal(0);
    });

    it('refuses a file that says it is too large before reading it', async () => {
      const upload = { body: neverRead(), announcedBytes: 11 };
      expect(await rejection(media.uploads.upload(ALICE, upload))).to.include({ errcode: 'M_TOO_LARGE' });
    });

    it('refuses a file name that is too long', async () => {
      const error = await rejection(
        media.uploads.upload(ALICE, uploadOf('x', { fileName: 'x'.repeat(1_001) })),
      );
      expect(error).to.include({ errcode: 'M_INVALID_PARAM' });
    });
  });

  describe('quotas', () => {
    const EXCEEDED = { status: 400, errcode: 'M_RESOURCE_LIMIT_EXCEEDED' };

    it('count bytes of each user, and not what was deleted', async () => {
      media = await openMedia({ files: undefined, bytes: 15 });
      const uri = await media.uploads.upload(ALICE, uploadOf('0123456789'));
      await media.uploads.upload(ALICE, uploadOf('01234'));
      expect(await rejection(media.uploads.upload(ALICE, uploadOf('x')))).to.include(EXCEEDED);
      await media.uploads.upload(BOB, uploadOf('0123456789'));
      const { serverName: origin = '', mediaId = '' } = parseMxcUri(uri) ?? {};
      await media.removal.delete([await media.moderation.get({ origin, mediaId })]);
      await media.uploads.upload(ALICE, uploadOf('x'));
    });

    it('count files', async () => {
      media = await openMedia({ files: 2, bytes: undefined });
      await media.uploads.upload(ALICE, uploadOf(''));
      const { contentUri } = await media.uploads.reserve(ALICE);
      await media.uploads.upload(ALICE, uploadOf('x'));
      expect(await rejection(uploadTo(ALICE, contentUri, 'y'))).to.include(EXCEEDED);
    });

    it('refuse early what says that it is too much', async () => {
      media = await openMedia({ files: undefined, bytes: 5 });
      const upload = { body: neverRead(), announcedBytes: 6 };
      expect(await rejection(media.uploads.upload(ALICE, upload))).to.include(EXCEEDED);
    });

    it('hold for uploads at the same time too', async () => {
      media = await openMedia({ files: undefined, bytes: 10 });
      const outcomes = await Promise.allSettled(
        ['one', 'two', 'six', 'ten', 'end'].map((text) => media.uploads.upload(ALICE, uploadOf(text))),
      );
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).to.have.length(3);
      expect(await test.storage.media.usageOf(ALICE)).to.deep.equal({ files: 3, bytes: 9 });
    });
  });

  describe('reserved media IDs', () => {
    it('take one upload, of whoever reserved them', async () => {
      const { contentUri, expiresTs } = await media.uploads.reserve(ALICE);
      expect(expiresTs).to.equal(clock.now() + DAY);
      expect(await rejection(uploadTo(BOB, contentUri, 'mine'))).to.include({
        status: 403,
        errcode: 'M_FORBIDDEN',
      });
      await uploadTo(ALICE, contentUri, 'hello');
      expect(await read(contentUri)).to.equal('hello');
      const again = await rejection(uploadTo(ALICE, contentUri, 'other'));
      expect(again).to.include({ status: 409, errcode: 'M_CANNOT_OVERWRITE_MEDIA' });
      expect(await read(contentUri)).to.equal('hello');
    });

    it('keep the first of two uploads at the same time', async () => {
      const { contentUri } = await media.uploads.reserve(ALICE);
      const outcomes = await Promise.allSettled(
        ['one', 'two'].map((text) => uploadTo(ALICE, contentUri, text)),
      );
      const lost = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
      expect(lost).to.have.length(1);
      expect(lost[0]).to.include({ errcode: 'M_CANNOT_OVERWRITE_MEDIA' });
      const kept = outcomes[0]?.status === 'fulfilled' ? 'one' : 'two';
      expect(await read(contentUri)).to.equal(kept);
    });

    it('lapse after a day', async () => {
      const { contentUri } = await media.uploads.reserve(ALICE);
      await clock.advance(DAY);
      expect(await rejection(uploadTo(ALICE, contentUri, 'x'))).to.include({ errcode: 'M_NOT_FOUND' });
      expect(await rejection(find(contentUri))).to.include({ errcode: 'M_NOT_FOUND' });
    });

    it('do not lapse once they are used', async () => {
      const { contentUri } = await media.uploads.reserve(ALICE);
      await uploadTo(ALICE, contentUri, 'hello');
      await clock.advance(2 * DAY);
      await media.uploads.reserve(ALICE);
      expect(await read(contentUri)).to.equal('hello');
    });

    it('are limited for each user, until they are used or lapse', async () => {
      const first = await media.uploads.reserve(ALICE);
      await clock.advance(1_000);
      for (let count = 1; count < 20; count += 1) await media.uploads.reserve(ALICE);
      const refused = await rejection(media.uploads.reserve(ALICE));
      expect(refused).to.include({ status: 429, errcode: 'M_LIMIT_EXCEEDED' });
      expect(refused).to.have.nested.property('fields.retry_after_ms', DAY - 1_000);
      await media.uploads.reserve(BOB);
      await uploadTo(ALICE, first.contentUri, 'x');
      await media.uploads.reserve(ALICE);
      expect(await rejection(media.uploads.reserve(ALICE))).to.include({ errcode: 'M_LIMIT_EXCEEDED' });
      await clock.advance(DAY);
      await media.uploads.reserve(ALICE);
    });

    it('exist only if they were given out here', async () => {
      expect(await rejection(uploadTo(ALICE, 'mxc://x/unknown', 'x'))).to.include({ errcode: 'M_NOT_FOUND' });
      const { contentUri } = await media.uploads.reserve(ALICE);
      const elsewhere = contentUri.replace('//x/', '//other/');
      expect(await rejection(uploadTo(ALICE, elsewhere, 'x'))).to.include({ errcode: 'M_NOT_FOUND' });
    });
  });

  describe('find', () => {
    /** Until so many wait for an upload. */
    async function waiting(count: number): Promise<void> {
      while (clock.pendingCount < count) await new Promise(setImmediate);
    }

    it('waits for an upload that was announced', async () => {
      const { contentUri } = await media.uploads.reserve(ALICE);
      const found = find(contentUri, 5_000);
      await waiting(1);
      await uploadTo(ALICE, contentUri, 'hello');
      expect(await found).to.include({ size: 5 });
      expect(clock.pendingCount).to.equal(0);
    });

    it('gives up after the time that the client gives, or when the client has gone', async () => {
      const { contentUri } = await media.uploads.reserve(ALICE);
      const late = rejection(find(contentUri, 5_000));
      const controller = new AbortController();
      const gone = rejection(find(contentUri, 60_000, controller.signal));
      await waiting(2);
      await clock.advance(5_000);
      expect(await late).to.include({ status: 504, errcode: 'M_NOT_YET_UPLOADED' });
      controller.abort();
      expect(await gone).to.include({ errcode: 'M_NOT_YET_UPLOADED' });
      expect(clock.pendingCount).to.equal(0);
    });

    it('knows nothing of other servers and of unknown IDs', async () => {
      const uri = await media.uploads.upload(ALICE, uploadOf('x'));
      for (const unknown of [uri.replace('//x/', '//other/'), 'mxc://x/unknown']) {
        expect(await rejection(find(unknown)), unknown).to.include({ status: 404, errcode: 'M_NOT_FOUND' });
      }
    });

    it('says that content is lost when its file is', async () => {
      const found = await find(await media.uploads.upload(ALICE, uploadOf('x')));
      await rm(join(directory, 'content'), { recursive: true });
      expect(await rejection(media.library.read(found))).to.include({ errcode: 'M_NOT_FOUND' });
    });
  });
});

// biome-ignore lint/correctness/useYield: nobody may come so far as to take something from it
async function* neverRead(): AsyncGenerator<Uint8Array> {
  throw new Error('the body was read');
}
