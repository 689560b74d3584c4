/**
 * npm run soak -- processes [--seconds 30] [--processes 4] [--in-flight 64]: several processes on one PostgreSQL send in
 * one room at once. Prints how fast, and fails if a send takes more than a second, or if the room is not what was
 * acknowledged: each message once, one after the other.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startServerProcess } from '../../test-kit/server-process.ts';
import { createTestDatabase } from '../../test-kit/test-database.ts';
import { LoadClient, type Session } from '../load-client.ts';
import { measure } from '../measure.ts';
import { formatNumber, percentile } from '../statistics.ts';
import { checkRoom } from './check-room.ts';

const SECRET = 'for the soak';
const LONGEST_SEND_MS = 1_000;
const WARM_UP_SECONDS = 3;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    processes: { type: 'string', default: '4' },
    'in-flight': { type: 'string', default: '64' },
  },
});
const [seconds, count, inFlight] = [values.seconds, values.processes, values['in-flight']].map(Number);
if (!seconds || !count || !inFlight)
  throw new Error('--seconds, --processes and --in-flight take numbers above 0');

const folder = await mkdtemp(join(tmpdir(), 'guildhall-processes-'));
const database = await createTestDatabase();
const stops: (() => Promise<unknown>)[] = [
  () => database.drop(),
  () => rm(folder, { recursive: true, force: true }),
];
try {
  const configuration = {
    DATA_DIR: folder,
    DATABASE_URL: database.url,
    REGISTRATION_SHARED_SECRET: SECRET,
    LOG_LEVEL: 'warn',
  };
  const servers = await Promise.all(
    Array.from({ length: count }, () => startServerProcess({ configuration })),
  );
  for (const server of servers) stops.unshift(() => server.kill('SIGTERM'));
  const clients = servers.map(({ url }) => new LoadClient(url));
  stops.unshift(async () => {
    for (const client of clients) client.close();
  });
  const { room, session } = await createRoom(clients);
  const sent = new Map<string, string>();
  const send = async (): Promise<boolean> => {
    const text = `message ${sent.size}`;
    sent.set(text, '');
    const client = clients[sent.size % clients.length];
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/send/m.room.message/${sent.size}`;
    const body = { msgtype: 'm.text', body: text };
    const answer = await client?.send('PUT', path, { token: session.token, body });
    sent.set(text, String(answer?.event_id));
    return true;
  };
  const load = { inFlight, maxOperations: Number.POSITIVE_INFINITY };
  await measure(send, { ...load, seconds: WARM_UP_SECONDS }, []);
  const { latenciesMs, operations, ...took } = await measure(
    send,
    { ...load, seconds },
    servers.map(({ pid }) => pid),
  );
  const conflicts = await conflictsOf(servers);
  const longest = Math.max(...latenciesMs);
  const row = [
    `${count} processes, 1 room, ${inFlight} in flight:`,
    `${formatNumber(operations / took.seconds)} sends/s`,
    `p50 ${formatNumber(percentile(latenciesMs, 0.5))} ms`,
    `p99 ${formatNumber(percentile(latenciesMs, 0.99))} ms`,
    `max ${formatNumber(longest)} ms`,
    `${formatNumber(((took.cpuSeconds ?? 0) / operations) * 1e6)} us of CPU a send (without PostgreSQL)`,
    `${conflicts} conflicts since the start`,
  ];
  console.log(row.join('  '));
  await checkRoom(database.url, room, sent);
  console.log(`${sent.size} messages, each there once, one after the other`);
  if (longest > LONGEST_SEND_MS) throw new Error(`a send took ${formatNumber(longest)} ms`);
} finally {
  for (const stop of stops) await stop();
}

async function createRoom(clients: readonly LoadClient[]): Promise<{ room: string; session: Session }> {
  const [first] = clients;
  if (first === undefined) throw new Error('there is no server');
  const session = await first.register('sender', SECRET);
  const created = await first.send('POST', '/_matrix/client/v3/createRoom', {
    token: session.token,
    body: {},
  });
  return { room: String(created.room_id), session };
}

async function conflictsOf(servers: readonly { readonly url: string }[]): Promise<number> {
  const counts = await Promise.all(
    servers.map(async ({ url }) => {
      const metrics = await (await fetch(`${url}/metrics`)).text();
      return Number(/^guildhall_room_conflicts_total (\d+)$/m.exec(metrics)?.[1]);
    }),
  );
  return counts.reduce((sum, each) => sum + each, 0);
}
