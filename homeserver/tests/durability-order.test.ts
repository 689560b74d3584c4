import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import pg from 'pg';
import { startServerProcess } from '../test-kit/server-process.ts';
import { processTree, type SystemCall, SystemCallTrace } from '../test-kit/system-calls.ts';
import { createTestDatabase, testDialect } from '../test-kit/test-database.ts';
import { registerUser, type TestUser } from '../test-kit/test-user.ts';

const STRACE = process.env.GUILDHALL_TEST_STRACE ?? 'strace';

/** How durability is given up, as an operator would: for the database at hand. */
const RELAXED = testDialect === 'sqlite' ? '?synchronous=normal' : '?options=-c%20synchronous_commit%3Doff';

/** The write-ahead log of either database. */
const WRITE_AHEAD_LOG = testDialect === 'sqlite' ? /<[^>]*-wal>/ : /<[^>]*pg_wal\/[^>]*>/;

interface Acknowledged {
  /** A word that stands in the message and nowhere else. */
  readonly marker: string;
  readonly eventId: string;
}

/** Sends messages, some one by one and some together, and says which were acknowledged. */
async function sendMessages(user: TestUser, roomId: string): Promise<Acknowledged[]> {
  const acknowledged: Acknowledged[] = [];
  const send = async (marker: string): Promise<void> => {
    // Twice: the log may cut one in half where a page of it ends.
    acknowledged.push({ marker, eventId: await user.say(roomId, `${marker} ${marker}`) });
  };
  for (let index = 0; index < 10; index += 1) await send(`markerOne${index}end`);
  for (let round = 0; round < 3; round += 1) {
    await Promise.all(Array.from({ length: 16 }, (_, index) => send(`markerMany${round}x${index}end`)));
  }
  return acknowledged;
}

/** Which acknowledged messages were answered before a sync of the log that holds them had finished. */
function answeredTooEarly(calls: readonly SystemCall[], acknowledged: readonly Acknowledged[]): string[] {
  return acknowledged
    .filter(({ marker, eventId }) => {
      const written = calls.findIndex(
        ({ name, text }) => name.startsWith('pwrite') && WRITE_AHEAD_LOG.test(text) && text.includes(marker),
      );
      const synced = calls.findIndex(
        ({ name, text }, at) => at > written && /^f(data)?sync$/.test(name) && WRITE_AHEAD_LOG.test(text),
      );
      const answered = calls.findIndex(
        ({ text }) =>
          /^(write|writev|sendto|sendmsg)\(\d+<(socket|TCP)/.test(text) &&
          text.includes(eventId) &&
          text.includes('200 OK'),
      );
      expect(answered, `the answer for ${marker} was seen`).to.be.at.least(0);
      return written < 0 || synced < 0 || synced > answered;
    })
    .map(({ marker }) => marker);
}

/** The processes that write: our server, and PostgreSQL's, from the one that started all of them. */
async function writers(serverPid: number): Promise<number[]> {
  if (testDialect === 'sqlite') return [serverPid];
  const client = new pg.Client({ connectionString: process.env.GUILDHALL_TEST_POSTGRES_URL });
  await client.connect();
  const { rows } = await client.query<{ line: string }>(
    "SELECT split_part(pg_read_file('postmaster.pid'), chr(10), 1) AS line",
  );
  await client.end();
  return [serverPid, ...processTree(Number(rows[0]?.line))];
}

async function traceLoad(urlSuffix: string): Promise<{ calls: SystemCall[]; acknowledged: Acknowledged[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'guildhall-trace-'));
  const database = await createTestDatabase();
  const server = await startServerProcess({
    configuration: { DATA_DIR: folder, DATABASE_URL: database.url + urlSuffix, LOG_LEVEL: 'error' },
  });
  try {
    const user = await registerUser(() => server.url, 'alice');
    const roomId = await user.createRoom({});
    await user.say(roomId, 'warm');
    const trace = await SystemCallTrace.attach(STRACE, await writers(server.pid), join(folder, 'trace'));
    const acknowledged = await sendMessages(user, roomId);
    return { calls: await trace.stop(), acknowledged };
  } finally {
    await server.kill('SIGKILL');
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  }
}

describe('Durability, seen from the system calls', () => {
  it('answers no send before the sync that covers its batch', async function () {
    this.timeout(60_000);
    const { calls, acknowledged } = await traceLoad('');
    expect(acknowledged).to.have.length(58);
    expect(answeredTooEarly(calls, acknowledged)).to.deep.equal([]);
  });

  it('would notice: with durability given up, answers leave before their sync', async function () {
    this.timeout(60_000);
    const { calls, acknowledged } = await traceLoad(RELAXED);
    expect(answeredTooEarly(calls, acknowledged)).to.have.length.above(acknowledged.length / 2);
  });
});
