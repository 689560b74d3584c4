/**
 * npm run soak -- federation-join [--members 5000] [--state 20000] [--others 500] [--servers 20]: somebody of this server joins a large
 * room of a Synapse, and then somebody of another Synapse does. Prints what each of them needs until the room can be used
 * and until it is complete, and fails if this server needs more than two seconds for the first, or if it ends up with
 * another state than that of the Synapse which let it in.
 *
 * As in large public rooms, most of the state are memberships: of `members` who are there, and of as many who have left as
 * it takes; `others` is how many pieces of state are something else. Those all come with the answer to a join.
 *
 * Synapse would take hours to make such a room one event after the other. So servers of this process have made it, and
 * signed it; the Synapse joins through one of them, checks all of it, and is from then on the server that lets the others
 * in. The Synapses keep their database in memory, this server keeps its own on the disk.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { eventually } from '../../test-kit/eventually.ts';
import { LargeRoom } from '../../test-kit/large-room.ts';
import { createTestDatabase } from '../../test-kit/test-database.ts';
import { TestNetwork } from '../../test-kit/test-network.ts';
import { registerUser, roomPath, type TestUser } from '../../test-kit/test-user.ts';
import { joinVia } from '../../test-kit/two-servers.ts';
import { readUsage } from '../process-usage.ts';
import { formatNumber, percentile } from '../statistics.ts';

const { values } = parseArgs({
  options: {
    members: { type: 'string', default: '5000' },
    state: { type: 'string', default: '20000' },
    others: { type: 'string', default: '500' },
    servers: { type: 'string', default: '20' },
  },
});
const [members, stateEvents, others, servers] = [
  values.members,
  values.state,
  values.others,
  values.servers,
].map(Number);
if (!members || !stateEvents || !others || !servers) throw new Error('the options take numbers above 0');

/** Synapse's own default: the state of the room is a large answer. */
const PATIENT = { federation: { client_timeout: '60s', destination_min_retry_interval: '1s' } };
const USABLE_WITHIN_MS = 2_000;
const ASK_EVERY_MS = 10;

/** A process that is measured. */
interface Server {
  readonly url: string;
  readonly pid: number;
}

/** What a server needed. Milliseconds, of the wall clock unless it says CPU. */
interface Measured {
  readonly joinMs: number;
  readonly usableMs: number;
  readonly usableCpuMs: number;
  readonly completeMs: number;
  readonly completeCpuMs: number;
  /** How long others waited for an answer meanwhile that takes no time. */
  readonly waitsMs: readonly number[];
}

const folder = await mkdtemp(join(tmpdir(), 'guildhall-federation-'));
const database = await createTestDatabase();
const network = await TestNetwork.create();
const stops: (() => Promise<unknown>)[] = [
  () => database.drop(),
  () => rm(folder, { recursive: true, force: true }),
];
try {
  const large = await LargeRoom.create(network, { members, others, stateEvents, servers });
  stops.unshift(large.stop);
  stops.unshift(() => network.stop());
  const { room } = large;
  const storage = { DATA_DIR: folder, DATABASE_URL: database.url };
  const guildhall = await network.startProcess({ FEDERATION: 'on', LOG_LEVEL: 'warn', ...storage });
  const synapse = await network.startSynapse(PATIENT);
  const other = await network.startSynapse(PATIENT);
  const alice = await registerUser(() => guildhall.url, 'alice', undefined, fetch);
  const sylvia = await synapse.register('sylvia');
  const sandra = await other.register('sandra');

  const began = performance.now();
  await joinVia(sylvia, room.roomId, room.door);
  await untilComplete(sylvia, room.roomId);
  const made = formatNumber((performance.now() - began) / 1000);
  console.log(
    `${members} members on ${servers} servers, ${stateEvents} state events of which ${others} are no memberships; ` +
      `Synapse has them after ${made} s`,
  );

  const ours = await measure(alice, guildhall, room, synapse.serverName);
  print('Guildhall', ours);
  const entries = await compareStates(alice, sylvia, room.roomId);
  console.log(`state: ${entries} entries, the same on Guildhall and Synapse`);
  print('Synapse', await measure(sandra, other, room, synapse.serverName));
  if (ours.usableMs > USABLE_WITHIN_MS)
    throw new Error(`the room was not usable after ${USABLE_WITHIN_MS} ms`);
} finally {
  for (const stop of stops) await stop();
}

async function measure(user: TestUser, server: Server, room: LargeRoom, via: string): Promise<Measured> {
  const { url, pid } = server;
  const bystander = watch(url);
  const before = readUsage([pid]).cpuSeconds;
  const began = performance.now();
  const elapsed = () => performance.now() - began;
  const cpuMs = () => (readUsage([pid]).cpuSeconds - before) * 1000;
  await joinVia(user, room.roomId, via);
  const joinMs = elapsed();
  await use(user, room);
  const [usableMs, usableCpuMs] = [elapsed(), cpuMs()];
  await untilComplete(user, room.roomId);
  const whole = { completeMs: elapsed(), completeCpuMs: cpuMs() };
  return { joinMs, usableMs, usableCpuMs, ...whole, waitsMs: await bystander.stop() };
}

/** Asks a server again and again for something that costs it nothing. */
function watch(url: string): { stop(): Promise<readonly number[]> } {
  const waitsMs: number[] = [];
  let isOver = false;
  const asking = (async () => {
    while (!isOver) {
      const began = performance.now();
      await (await fetch(`${url}/_matrix/client/versions`)).arrayBuffer();
      waitsMs.push(performance.now() - began);
      await delay(ASK_EVERY_MS);
    }
  })();
  return {
    async stop() {
      isOver = true;
      await asking;
      return waitsMs;
    },
  };
}

/** What a client does with a room first: shows its name and its timeline, and sends. */
async function use(user: TestUser, room: LargeRoom): Promise<void> {
  const filter = JSON.stringify({ room: { state: { lazy_load_members: true }, timeline: { limit: 20 } } });
  const { rooms } = await user.sync({ filter });
  const { state, timeline } = rooms?.join?.[room.roomId] ?? {};
  const isNamed = [...(state?.events ?? []), ...(timeline?.events ?? [])].some(
    ({ type, content }) => type === 'm.room.name' && content.name === room.name,
  );
  if (!isNamed) throw new Error(`${user.userId} does not see the name of the room`);
  if (!timeline.events.length) throw new Error(`${user.userId} sees no timeline`);
  await user.say(room.roomId, 'hello');
}

/** Waits until a server knows all members; until then it lets those wait who ask for them. */
async function untilComplete(user: TestUser, roomId: string): Promise<void> {
  await eventually(async () => {
    const { status, body } = await user.request('GET', `${roomPath(roomId)}/joined_members`);
    return status === 200 && Object.keys(body.joined).length >= Number(members);
  });
}

/** @returns how many entries the state has. @throws if two servers have different ones. */
async function compareStates(one: TestUser, other: TestUser, roomId: string): Promise<number> {
  const stateOf = async (user: TestUser): Promise<string> => {
    const events: { event_id: string }[] = await user.ok('GET', `${roomPath(roomId)}/state`);
    return events
      .map(({ event_id: eventId }) => eventId)
      .sort()
      .join();
  };
  // The join is on its way to the other one when its answer has come.
  const [here, there] = [await stateOf(one), await stateOf(other)];
  if (here !== there) throw new Error('the servers have different states');
  return here.split(',').length;
}

function print(name: string, measured: Measured): void {
  const { joinMs, usableMs, usableCpuMs, completeMs, completeCpuMs, waitsMs } = measured;
  const [median, most] = [0.5, 1].map((part) => formatNumber(percentile(waitsMs, part)));
  const seconds = (ms: number) => `${formatNumber(ms / 1000)} s`;
  console.log(
    `${name.padEnd(9)}  joined ${seconds(joinMs)}, used ${seconds(usableMs)} (CPU ${seconds(usableCpuMs)}), ` +
      `complete ${seconds(completeMs)} (CPU ${seconds(completeCpuMs)}); ` +
      `others waited ${median} ms, at most ${most} ms`,
  );
}
