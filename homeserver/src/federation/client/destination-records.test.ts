import { expect } from 'chai';
import { eventually } from '../../../test-kit/eventually.ts';
import { ManualClock } from '../../../test-kit/manual-clock.ts';
import { openTestStorage, type TestStorage } from '../../../test-kit/storage-for-tests.ts';
import { testDialect } from '../../../test-kit/test-database.ts';
import { createLogger } from '../../base/logger.ts';
import { openStorage, type Storage } from '../../storage/index.ts';
import { DestinationRecords } from './destination-records.ts';

const DAY_MS = 24 * 3_600_000;

describe('the records of how servers can be reached', () => {
  let database: TestStorage;
  let clock: ManualClock;
  let records: DestinationRecords;
  beforeEach(async () => {
    database = await openTestStorage();
    clock = new ManualClock();
    records = recordsOn(database.storage);
  });
  afterEach(() => database.close());

  function recordsOn(storage: Storage): DestinationRecords {
    return new DestinationRecords({ storage, clock, logger: createLogger({ level: 'error' }) });
  }
  const fail = (server: string, by = records): Promise<void> =>
    by.failed(server, { startedTs: clock.now(), reason: 'nobody is there' });
  /** How long a server rests from now on, in seconds. */
  const rest = async (server: string, by = records): Promise<number> =>
    Math.max(0, (await by.restsUntil(server)) - clock.now()) / 1000;

  it('know nothing bad of a server that was never asked', async () => {
    expect(await records.isReachable('new.test')).to.equal(true);
    expect(
      await records.list({ containing: '', offset: 0, limit: 10, descending: false, order: 'destination' }),
    ).to.eql({
      servers: [],
      total: 0,
    });
  });

  it('give a server twice as much time after each failure, to a day', async () => {
    const rests: number[] = [];
    for (let failure = 0; failure < 20; failure += 1) {
      await fail('down.test');
      expect(await records.isReachable('down.test')).to.equal(false);
      rests.push(await rest('down.test'));
      await clock.advance((await rest('down.test')) * 1000);
      expect(await records.isReachable('down.test')).to.equal(true);
      await clock.advance(1);
    }
    expect(rests.slice(0, 5)).to.eql([2, 4, 8, 16, 32]);
    expect(rests.at(-1)).to.equal(DAY_MS / 1000);
  });

  it('count requests that fail together as one', async () => {
    const startedTs = clock.now();
    await clock.advance(10);
    const failures = Array.from({ length: 10 }, () =>
      records.failed('down.test', { startedTs, reason: 'x' }),
    );
    await Promise.all(failures);
    expect(await rest('down.test')).to.equal(2);
  });

  it('leave a server alone for as long as it asks for', async () => {
    await records.failed('busy.test', { startedTs: clock.now(), reason: 'busy', retryAfterMs: 90_000 });
    expect(await rest('busy.test')).to.equal(90);
    await clock.advance(100_000);
    await records.failed('busy.test', { startedTs: clock.now(), reason: 'busy', retryAfterMs: 1e15 });
    expect(await rest('busy.test')).to.equal(DAY_MS / 1000);
  });

  it('are kept across restarts', async () => {
    await fail('down.test');
    await clock.advance(2_001);
    await fail('down.test');
    const restarted = recordsOn(database.storage);
    expect(await restarted.isReachable('down.test')).to.equal(false);
    expect(await rest('down.test', restarted)).to.equal(4);
  });

  it('forgive at once when the server answers', async () => {
    await fail('back.test');
    records.reached('back.test');
    await eventually(() => records.isReachable('back.test'));
    await fail('back.test');
    expect(await rest('back.test')).to.equal(2);
  });

  it('forgive when the server is heard from, once in a minute, and say so', async () => {
    const reachable: string[] = [];
    records.onReachable((server) => reachable.push(server));
    records.heardFrom('new.test');
    await fail('back.test');
    records.heardFrom('back.test');
    await eventually(async () => reachable.length > 0);
    expect(new Set(reachable)).to.eql(new Set(['back.test']));
    expect(await records.isReachable('back.test')).to.equal(true);
    await clock.advance(1);
    await fail('back.test');
    records.heardFrom('back.test');
    await fail('other.test');
    records.heardFrom('other.test');
    await eventually(async () => reachable.includes('other.test'));
    expect(await records.isReachable('back.test')).to.equal(false);
    await clock.advance(60_000);
    await fail('back.test');
    records.heardFrom('back.test');
    await eventually(() => records.isReachable('back.test'));
  });

  it('are listed for the admin by parts of their names', async () => {
    for (const server of ['a.test', 'b_x.test', 'b.test']) records.reached(server);
    const list = (containing: string, descending = false) =>
      records.list({ containing, offset: 0, limit: 2, descending, order: 'destination' });
    await eventually(async () => (await list('')).total === 3);
    await fail('a.test');
    const { servers } = await list('');
    expect(servers.map(({ serverName }) => serverName)).to.eql(['a.test', 'b.test']);
    expect(servers[0]?.failing).to.include({ reason: 'nobody is there', failingSinceTs: clock.now() });
    expect(servers[1]?.failing).to.equal(undefined);
    expect((await list('_')).servers.map(({ serverName }) => serverName)).to.eql(['b_x.test']);
    expect((await list('', true)).servers.map(({ serverName }) => serverName)).to.eql(['b_x.test', 'b.test']);
  });

  if (testDialect === 'postgres') {
    it('are the same for all processes', async () => {
      const other = await openStorage({ url: database.url, onError: () => undefined });
      try {
        const elsewhere = recordsOn(other);
        const reachable: string[] = [];
        elsewhere.onReachable((server) => reachable.push(server));
        expect(await elsewhere.isReachable('back.test')).to.equal(true);
        await fail('back.test');
        await eventually(async () => !(await elsewhere.isReachable('back.test')));
        records.reached('back.test');
        await eventually(async () => reachable.includes('back.test'));
        expect(await elsewhere.isReachable('back.test')).to.equal(true);
      } finally {
        await other.database.close();
      }
    });
  }
});
