/**
 * npm run soak -- federation-incoming [--seconds 30] [--rooms 50] [--rate 500]: another server sends so many events a
 * second, signed, one transaction after the other. Prints the CPU for each event and when a client that syncs has it,
 * and fails if the rate was not kept or an event is missing.
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import type { JsonObject } from '../../src/protocol/canonical-json.ts';
import { type PeerRoom, RemotePeer } from '../../test-kit/remote-peer.ts';
import { startServerProcess } from '../../test-kit/server-process.ts';
import { createTestDatabase, testDialect } from '../../test-kit/test-database.ts';
import { TestNetwork } from '../../test-kit/test-network.ts';
import { registerUser, type TestUser } from '../../test-kit/test-user.ts';
import { cpuSecondsOf, readUsage } from '../process-usage.ts';
import { formatNumber, percentile } from '../statistics.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    rooms: { type: 'string', default: '50' },
    rate: { type: 'string', default: '500' },
  },
});
const [seconds, roomCount, rate] = [values.seconds, values.rooms, values.rate].map(Number);
if (!seconds || !roomCount || !rate) throw new Error('--seconds, --rooms and --rate take numbers above 0');

const EVENTS_A_TRANSACTION = 50;
const RATE_KEPT = 0.98;

const folder = await mkdtemp(join(tmpdir(), 'guildhall-federation-'));
const database = await createTestDatabase();
const network = await TestNetwork.create();
const stops: (() => Promise<unknown>)[] = [
  () => database.drop(),
  () => rm(folder, { recursive: true, force: true }),
  () => network.stop(),
];
try {
  const fake = await network.startFake();
  const server = await startServerProcess({
    configuration: {
      ...network.configuration,
      FEDERATION: 'on',
      DATA_DIR: folder,
      DATABASE_URL: database.url,
      LOG_LEVEL: 'warn',
    },
  });
  stops.unshift(() => server.kill('SIGTERM'));
  const peer = new RemotePeer(fake, server);
  const alice = await registerUser(() => server.url, 'alice');
  const sender = `@bob:${fake.name}`;
  const rooms = await makeRooms(alice, peer, sender);
  const arrivals = watch(alice);
  const usage = readUsage([server.pid]);
  const backends = await backendsOf(database.url);
  const began = performance.now();
  const answersMs: number[] = [];
  let sent = 0;
  while (performance.now() - began < seconds * 1000) {
    const at = performance.now();
    const pdus = nextEvents(rooms, peer, sent);
    const { status, body } = await peer.send({ pdus });
    if (status !== 200) throw new Error(`a transaction was answered with ${status}: ${JSON.stringify(body)}`);
    answersMs.push(performance.now() - at);
    sent += pdus.length;
    await delay(Math.max(0, began + (sent / rate) * 1000 - performance.now()));
  }
  const tookSeconds = (performance.now() - began) / 1000;
  await arrivals.until(sent);
  const cpuMs = (readUsage([server.pid]).cpuSeconds - usage.cpuSeconds) * 1000;
  const backendsMs = cpuMsSince(backends, await backendsOf(database.url));
  arrivals.stop();
  const kept = sent / tookSeconds;
  console.log(`events sent:            ${sent} in ${rooms.length} rooms, ${formatNumber(kept)} a second`);
  console.log(
    `CPU of the server:      ${formatNumber(cpuMs / sent)} ms an event, with delivery to one client`,
  );
  if (testDialect === 'postgres') {
    console.log(
      `CPU of PostgreSQL:      ${formatNumber(backendsMs / sent)} ms an event, of this database's sessions`,
    );
  }
  for (const [name, latencies] of [
    ['transaction answered:  ', answersMs],
    ['event at the client:   ', arrivals.latenciesMs],
  ] as const) {
    const [median, p99, most] = [0.5, 0.99, 1].map((part) => formatNumber(percentile(latencies, part)));
    console.log(`${name} median ${median} ms, 99 % ${p99} ms, at most ${most} ms`);
  }
  if (kept < rate * RATE_KEPT) throw new Error(`only ${formatNumber(kept)} events a second were taken`);
} finally {
  for (const stop of stops) await stop();
}

/** What each PostgreSQL process that serves a database has used so far, in milliseconds of CPU; none on SQLite. */
async function backendsOf(url: string): Promise<Map<number, number>> {
  if (testDialect !== 'postgres') return new Map();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ pid: number }>(
    'SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  await client.end();
  return new Map(rows.map(({ pid }) => [pid, cpuMsOf(pid)]));
}

function cpuMsOf(pid: number): number {
  return cpuSecondsOf(readFileSync(`/proc/${pid}/stat`, 'utf8')) * 1000;
}

function cpuMsSince(before: ReadonlyMap<number, number>, now: ReadonlyMap<number, number>): number {
  return [...now].reduce((sum, [pid, cpuMs]) => sum + cpuMs - (before.get(pid) ?? 0), 0);
}

async function makeRooms(alice: TestUser, peer: RemotePeer, sender: string): Promise<PeerRoom[]> {
  const made: PeerRoom[] = [];
  for (let count = 0; count < Number(roomCount); count += 1) {
    const roomId = await alice.createRoom({ preset: 'public_chat', room_version: '12' });
    made.push(await peer.enter(roomId, sender));
  }
  return made;
}

/** Events for one transaction, each with the time in it. */
function nextEvents(rooms: readonly PeerRoom[], peer: RemotePeer, first: number): JsonObject[] {
  return Array.from({ length: EVENTS_A_TRANSACTION }, (_none, index) => {
    const room = rooms[(first + index) % rooms.length];
    if (room === undefined) throw new Error('there are no rooms');
    return peer.message(room, { body: `message ${first + index}`, sent: Date.now() }).json;
  });
}

/** A client that syncs, and notes when it has what. */
function watch(alice: TestUser): {
  readonly latenciesMs: number[];
  until(count: number): Promise<void>;
  stop(): void;
} {
  const latenciesMs: number[] = [];
  let isOver = false;
  const filter = JSON.stringify({ room: { timeline: { limit: 100 } }, presence: { not_types: ['*'] } });
  const sync = async (): Promise<void> => {
    for (let since: string | undefined; !isOver; ) {
      const body = await alice.sync({ filter, timeout: '1000', ...(since === undefined ? {} : { since }) });
      since = body.next_batch;
      const now = Date.now();
      for (const room of Object.values<JsonObject>(body.rooms?.join ?? {})) {
        const { events } = room.timeline as unknown as { events: { content: { sent?: number } }[] };
        for (const { content } of events)
          if (content.sent !== undefined) latenciesMs.push(now - content.sent);
      }
    }
  };
  const syncing = sync();
  return {
    latenciesMs,
    async until(count) {
      for (const end = Date.now() + 60_000; latenciesMs.length < count; ) {
        if (Date.now() > end) throw new Error(`only ${latenciesMs.length} of ${count} events came`);
        await Promise.race([delay(50), syncing]);
      }
    },
    stop() {
      isOver = true;
    },
  };
}
