import { expect } from 'chai';
import { openTestStorage, withStorage } from '../../test-kit/storage-for-tests.ts';
import { systemClock } from '../base/clock.ts';
import { createLogger } from '../base/logger.ts';
import { LogKind, type LogRow, openStorage, type Storage, UnitOfWork } from '../storage/index.ts';
import { type Notifier, openNotifier } from './notifier.ts';
import { OutboxReader } from './outbox-reader.ts';

const logger = createLogger({ level: 'silent' });
const NOTHING_IN_MEMORY = { rowsAfter: () => undefined };

async function write(storage: Storage, ...users: readonly number[]): Promise<void> {
  const unit = new UnitOfWork();
  for (const user of users) unit.append({ kind: LogKind.Receipt, room: 1, user });
  await storage.database.commit(unit);
}

function readerOf(
  storage: Storage,
  handle: (rows: readonly LogRow[], unit: UnitOfWork) => Promise<void>,
  begin: 'oldest' | 'newest' = 'oldest',
  tail: Pick<Notifier, 'rowsAfter'> = NOTHING_IN_MEMORY,
): OutboxReader {
  return new OutboxReader({ storage, tail, clock: systemClock, logger, name: 'test', begin, handle });
}

describe('a reader of the log', () => {
  it('gets each row once and in order, those from before it was there too', async () =>
    withStorage(async (storage) => {
      await write(storage, 1, 2);
      const seen: unknown[] = [];
      const reader = readerOf(storage, async (rows) => void seen.push(...rows.map(({ user }) => user)));
      await reader.start();
      for (let user = 3; user < 20; user += 1) await write(storage, user);
      await reader.caughtUp();
      await reader.stop();
      expect(seen).to.deep.equal(Array.from({ length: 19 }, (_, index) => index + 1));
    }));

  it('takes rows that are in memory from there', async () =>
    withStorage(async (storage) => {
      await write(storage, 1);
      const onError = (error: unknown) => expect.fail(String(error));
      const notifier = await openNotifier({ storage, localJoined: () => [], onError });
      const seen: unknown[] = [];
      const handle = async (rows: readonly LogRow[]) => void seen.push(...rows.map(({ user }) => user));
      const reader = readerOf(storage, handle, 'oldest', notifier);
      let asked = 0;
      const { after } = storage.log;
      storage.log.after = (...args) => {
        asked += 1;
        return after.apply(storage.log, args);
      };
      await reader.start();
      await write(storage, 2, 3);
      await reader.caughtUp();
      await reader.stop();
      expect(seen).to.deep.equal([1, 2, 3]);
      expect(asked).to.equal(0);
    }));

  it('begins with what comes after it, if it is told so', async () =>
    withStorage(async (storage) => {
      await write(storage, 1);
      const seen: unknown[] = [];
      const handle = async (rows: readonly LogRow[]) => void seen.push(...rows.map(({ user }) => user));
      const reader = readerOf(storage, handle, 'newest');
      await reader.start();
      await write(storage, 2);
      await reader.caughtUp();
      await reader.stop();
      expect(seen).to.deep.equal([2]);
    }));

  it('gets rows again that it failed to handle', async () =>
    withStorage(async (storage) => {
      const tries: unknown[][] = [];
      const reader = readerOf(storage, async (rows) => {
        tries.push(rows.map(({ user }) => user));
        if (tries.length === 1) throw new Error('not yet');
      });
      await write(storage, 1, 2);
      await reader.start();
      await reader.caughtUp();
      await reader.stop();
      expect(tries).to.deep.equal([
        [1, 2],
        [1, 2],
      ]);
    })).timeout(10_000);

  it('goes on after a restart where it was', async () => {
    const { url, storage, close } = await openTestStorage();
    const seen: unknown[] = [];
    const handle = async (rows: readonly LogRow[]) => void seen.push(...rows.map(({ user }) => user));
    const first = readerOf(storage, handle);
    await first.start();
    await write(storage, 1);
    await first.caughtUp();
    await first.stop();
    await write(storage, 2);
    await storage.database.close();
    const reopened = await openStorage({ url, onError: (error) => expect.fail(error.message) });
    const second = readerOf(reopened, handle);
    await second.start();
    await second.caughtUp();
    await second.stop();
    expect(seen).to.deep.equal([1, 2]);
    await reopened.database.close();
    await close();
  });
});
